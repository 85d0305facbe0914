package report

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

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
	assert.Equal(t, "week", unit.Unit)
	counts, partial := []int{}, []bool{}
	for _, g := range groups {
		counts, partial = append(counts, len(g.Releases)), append(partial, g.Partial)
	}
	assert.Equal(t, []int{1, 1, 0, 1, 1}, counts)
	assert.Equal(t, []bool{false, false, false, false, true}, partial, "the last week is not over")
	assert.Equal(t, "2024-02-26", day(groups[0].Start))
	assert.Equal(t, "2024-03-03", day(groups[0].LastDay()))

	_, groups = groupsOf(releases, at(t, "2024-02-28 00:00:00"), at(t, "2024-04-01 00:00:00"))
	assert.True(t, groups[0].Partial, "the page begins on Wednesday")
	assert.False(t, groups[4].Partial)

	unit, groups = groupsOf(created(t, "2024-03-25 00:00:00", "2021-01-01 00:00:00"), time.Time{}, now)
	assert.Equal(t, "month", unit.Unit)
	assert.Len(t, groups, 39)
}

func TestRateLeavesOutWhatIsNotWhole(t *testing.T) {
	t.Parallel()
	all := func(*release) bool { return true }
	const week = 7 * 24 * time.Hour
	some := func(n int) []*release { return make([]*release, n) }
	for name, row := range map[string]struct {
		groups []*group
		span   time.Duration
		want   float64
	}{
		"no weeks": {nil, 0, 0},
		"whole weeks": {[]*group{{Releases: some(4)}, {Releases: some(1)}, {}, {Releases: some(3)}, {Releases: some(2)}},
			999 * week, 2},
		"first and last": {[]*group{{Releases: some(9), Partial: true}, {Releases: some(2)}, {}, {}, {}, {Releases: some(3)},
			{Releases: some(1), Partial: true}}, 7 * week, 1},
		"few weeks": {[]*group{{Releases: some(9), Partial: true}, {Releases: some(2)}, {Releases: some(1), Partial: true}},
			2 * week, 6},
		"less than a week": {[]*group{{Releases: some(40)}, {Releases: some(31)}}, 166 * time.Hour, 71},
	} {
		assert.InDelta(t, row.want, rateOf(row.groups, row.span, all), 0.001, name)
	}
}

func TestEnvironments(t *testing.T) {
	t.Parallel()
	images := func(services ...string) (images []*image) {
		for _, service := range services {
			images = append(images, &image{Service: service, Ref: service})
		}
		return images
	}
	releases := []*release{ // newest first
		{Version: "v5", Project: "shop", Env: "prod", Failed: true, Status: "failed", Images: images("cart", "search")},
		{Version: "v4", Project: "shop", Env: "prod", Status: "success", Images: images("cart")},
		{Version: "v3", Project: "shop", Env: "qa", Failed: true, Status: "failed"},
		{Version: "v2", Project: "shop", Images: images("cart")}, // of no environment
		{Version: "v1", Project: "shop", Env: "prod", Images: images("cart", "order")},
	}
	environments := environmentsOf(releases, nil, 0)
	require.Len(t, environments, 2)
	prod, qa := environments[0], environments[1]
	assert.Equal(t, "prod", prod.Name)
	assert.Same(t, releases[1], prod.Latest)
	assert.Equal(t, 1, prod.FailedSince)
	assert.Equal(t, []running{{"order", releases[4], ""}}, prod.Older, "search came with a failed release only")
	assert.Equal(t, 2, prod.Services)
	assert.Equal(t, 3, prod.Releases)
	assert.Equal(t, 1, prod.Failed)
	assert.Equal(t, 2, prod.Rated, "v1 has no status")
	assert.Nil(t, qa.Latest)
	assert.Equal(t, 1, qa.FailedSince)
}

func TestMatrix(t *testing.T) {
	t.Parallel()
	made := func(env string, refs ...string) *release {
		r := &release{Version: env, Project: "shop", Env: env, Status: "success"}
		for _, ref := range refs {
			service, _, _ := strings.Cut(ref, ":")
			r.Images = append(r.Images, &image{Service: service, Ref: ref})
		}
		return r
	}
	releases := []*release{made("prod", "cart:1", "order:1"), made("qa", "cart:2", "order:1"),
		{Project: "alone", Env: "prod", Images: []*image{{Service: "x", Ref: "x:1"}}}}
	matrices := matricesOf(environmentsOf(releases, nil, 0))
	require.Len(t, matrices, 1, "one environment has nothing to differ from")
	m := matrices[0]
	assert.Equal(t, []string{"prod", "qa"}, m.Envs)
	assert.Equal(t, []running{{"cart", releases[0], "1"}, {"cart", releases[1], "2"}}, m.Rows[0].Cells)
	assert.True(t, m.Rows[0].Differs)
	assert.False(t, m.Rows[1].Differs)
	assert.Equal(t, 1, m.Differs)
}

func TestRollback(t *testing.T) {
	t.Parallel()
	made := func(ref string, hour int) *release {
		return &release{Images: []*image{{Service: "cart", Ref: ref,
			Built: at(t, "2024-03-01 00:00:00").Add(time.Duration(hour) * time.Hour)}}}
	}
	back, forth := made("cart:1", 1), made("cart:2", 2)
	change := func(from, to string) delivery.Changes {
		return delivery.Changes{Changed: []delivery.ImageChange{{Service: "cart", From: from, To: to}}}
	}
	back.Previous, back.Changes = forth, change("cart:2", "cart:1")
	forth.Previous, forth.Changes = back, change("cart:1", "cart:2")
	markRollbacks([]*release{back, forth})
	assert.True(t, back.Rollback)
	assert.False(t, forth.Rollback)
}

func TestFromBuildToRelease(t *testing.T) {
	t.Parallel()
	built := at(t, "2024-03-01 12:00:00")
	cart := &image{Ref: "cart:1", Built: built}
	later := &release{Created: built.Add(time.Hour), Images: []*image{cart}}
	first := &release{Created: built.Add(time.Minute), Images: []*image{cart}}
	odd := &release{Created: built.Add(-time.Hour), Images: []*image{{Ref: "cart:2", Built: built}, {Ref: "cart:3"}}}
	assert.Equal(t, []time.Duration{time.Minute}, waitsOf([]*release{later, first, odd}), "of the first release; not before the build")
}

func TestPeople(t *testing.T) {
	t.Parallel()
	people := peopleOf([]*release{{By: "bob"}, {By: "alice"}, {By: "李雷"}, {By: "alice"}})
	assert.Equal(t, []person{{"alice", 2, 1}, {"bob", 1, 0.5}, {"李雷", 1, 0.5}}, people)
}

func TestQuantile(t *testing.T) {
	t.Parallel()
	assert.Zero(t, median(nil))
	assert.Equal(t, 2*time.Second, median([]time.Duration{3 * time.Second, time.Second, 2 * time.Second}))
}

func TestNiceSteps(t *testing.T) {
	t.Parallel()
	for v, want := range map[float64]float64{0: 1, 0.3: 0.5, 1: 1, 1.2: 2, 3: 5, 70: 100} {
		assert.InDelta(t, want, niceStep(v), 0.0001)
	}
	assert.Equal(t, time.Minute, niceDuration(31*time.Second))
	assert.Equal(t, 48*time.Hour, niceDuration(25*time.Hour))
}
