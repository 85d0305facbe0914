package report

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig/cmd/zadig-delivery/internal/record"
	"github.com/zadig-go/zadig/delivery"
)

func at(t *testing.T, text string) time.Time {
	t.Helper()
	created, err := time.ParseInLocation(time.DateTime, text, time.Local)
	require.NoError(t, err)
	return created
}

// created are releases of these times, newest first.
func created(t *testing.T, times ...string) (releases []*release) {
	t.Helper()
	for _, text := range times {
		releases = append(releases, &release{Created: at(t, text)})
	}
	return releases
}

func TestWeeksAndMonths(t *testing.T) {
	t.Parallel()
	now := at(t, "2024-03-27 12:00:00")
	releases := created(t, "2024-03-25 00:00:00", "2024-03-24 23:59:59", "2024-03-04 00:00:00", "2024-03-03 12:00:00")
	releases = append(releases, &release{}) // without a date
	unit, groups := groupsOf(releases, time.Time{}, now)
	assert.Equal(t, "week", unit)
	counts, partial := []int{}, []bool{}
	for _, g := range groups {
		counts, partial = append(counts, len(g.Releases)), append(partial, g.Partial)
	}
	assert.Equal(t, []int{1, 1, 0, 1, 1}, counts)
	assert.Equal(t, []bool{false, false, false, false, true}, partial, "the last week is not over")
	assert.Equal(t, "2024-02-26", day(groups[0].Start))
	assert.Equal(t, "2024-03-03", day(groups[0].End.AddDate(0, 0, -1)))

	_, groups = groupsOf(releases, at(t, "2024-02-28 00:00:00"), at(t, "2024-04-01 00:00:00"))
	assert.True(t, groups[0].Partial, "the page begins on Wednesday")
	assert.False(t, groups[4].Partial)

	unit, groups = groupsOf(created(t, "2024-03-25 00:00:00", "2021-01-01 00:00:00"), time.Time{}, now)
	assert.Equal(t, "month", unit)
	assert.Len(t, groups, 39)
}

func TestRateLeavesOutWhatIsNotWhole(t *testing.T) {
	t.Parallel()
	const week = 7 * 24 * time.Hour
	type weeks []int // how many releases; negative: not a whole week
	for name, row := range map[string]struct {
		weeks weeks
		span  time.Duration
		want  float64
	}{
		"no weeks":         {nil, 0, 0},
		"whole weeks":      {weeks{4, 1, 0, 3, 2}, 999 * week, 2},
		"first and last":   {weeks{-9, 2, 0, 0, 0, 3, -1}, 7 * week, 1},
		"few weeks":        {weeks{-9, 2, -1}, 2 * week, 6},
		"less than a week": {weeks{40, 31}, 166 * time.Hour, 71},
	} {
		var groups []*group
		var releases []*release
		for _, n := range row.weeks {
			g := &group{Partial: n < 0}
			groups = append(groups, g)
			for range max(n, -n) {
				releases = append(releases, &release{group: g})
			}
		}
		assert.InDelta(t, row.want, rateOf(releases, groups, row.span), 0.001, name)
	}
}

// made returns a release with images, whose services are their names.
func made(version, env, status string, refs ...string) *release {
	r := &release{Release: record.Release{Version: version, Project: "shop", Env: env, Status: status}}
	for _, ref := range refs {
		service, _, _ := strings.Cut(ref, ":")
		r.Images = append(r.Images, &image{Image: record.Image{Service: service, Image: ref}})
	}
	return r
}

func TestEnvironments(t *testing.T) {
	t.Parallel()
	releases := []*release{ // newest first
		made("v5", "prod", "failed", "cart", "search"), made("v4", "prod", "success", "cart"), made("v3", "qa", "failed"),
		made("v2", "", "success", "cart"), made("v1", "prod", "creating", "cart", "order"),
	}
	environments := environmentsOf(releases, nil, 0)
	require.Len(t, environments, 2)
	prod, qa := environments[0], environments[1]
	assert.Equal(t, "prod", prod.Name)
	assert.Same(t, releases[1], prod.Latest)
	assert.Equal(t, 1, prod.FailedSince)
	assert.Equal(t, []running{{"order", releases[4], ""}}, prod.Older, "search came with a failed release only")
	assert.Len(t, prod.Running, 2)
	assert.Equal(t, 3, prod.Releases)
	assert.Equal(t, 1, prod.Failed)
	assert.Equal(t, 2, prod.Rated, "v1 has not ended")
	assert.Nil(t, qa.Latest)
	assert.Equal(t, 1, qa.FailedSince)
}

func TestMatrix(t *testing.T) {
	t.Parallel()
	releases := []*release{made("v2", "prod", "success", "cart:1", "order:1"), made("v1", "qa", "success", "cart:2", "order:1"),
		made("v1", "prod", "success", "x:1")}
	releases[2].Project = "alone"
	matrices := matricesOf(environmentsOf(releases, nil, 0))
	require.Len(t, matrices, 1, "one environment has nothing to differ from")
	m := matrices[0]
	assert.Equal(t, []string{"prod", "qa"}, m.Envs)
	assert.Equal(t, []running{{"cart", releases[0], "1"}, {"cart", releases[1], "2"}}, m.Rows[0].Cells)
	assert.True(t, m.Rows[0].Differs)
	assert.False(t, m.Rows[1].Differs)
	assert.Equal(t, 1, m.Differs)
}

// compared compares releases, newest first.
func compared(releases ...*release) []*release {
	var found []*delivery.Release
	for _, r := range releases {
		f := &delivery.Release{VersionInfo: &delivery.VersionInfo{}}
		for _, i := range r.Images {
			f.DeployInfo = append(f.DeployInfo, &delivery.DeployInfo{ServiceName: i.Service, Image: i.Image.Image})
		}
		found = append(found, f)
	}
	compare(found, releases)
	return releases
}

func TestPrevious(t *testing.T) {
	t.Parallel()
	releases := compared(made("v3", "prod", "success", "cart:3", "search:3"), made("v2", "prod", "failed", "cart:2"),
		made("v1", "prod", "success", "cart:1", "order:1"))
	assert.Same(t, releases[2], releases[0].Previous, "the one before that did not fail")
	assert.Same(t, releases[2], releases[1].Previous)
	assert.Nil(t, releases[2].Previous)
}

func TestRollback(t *testing.T) {
	t.Parallel()
	var releases []*release
	for _, tag := range []string{"1", "2", "1"} { // newest first: back to what was built before
		r := made("v"+tag, "prod", "success", "cart:"+tag)
		r.Images[0].Built = at(t, "2024-03-0"+tag+" 00:00:00")
		releases = append(releases, r)
	}
	compared(releases...)
	assert.True(t, releases[0].Rollback)
	assert.False(t, releases[1].Rollback)
	assert.False(t, releases[2].Rollback)
}

func TestNiceSteps(t *testing.T) {
	t.Parallel()
	for v, want := range map[float64]float64{0: 1, 0.3: 1, 1: 1, 1.2: 2, 3: 5, 7: 10, 70: 100} {
		assert.InDelta(t, want, niceStep(v), 0.0001)
	}
}
