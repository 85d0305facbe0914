package delivery_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/internal/testkit/clienttest"
	"github.com/zadig-go/zadig/zadigtest"
)

// projects are 120 releases of three projects, and one each of two more:
// a newest one, and the oldest.
func projects() (all []*delivery.Release) {
	add := func(n int, project string) {
		r := dated(n, fmt.Sprintf("v%d", n), int64(1_700_000_000+n), "")
		r.VersionInfo.ProductName = project
		if n == 100 {
			r.VersionInfo.Labels = []string{"lts"}
		}
		all = append(all, r)
	}
	add(1, "old")
	for n := 2; n <= 121; n++ {
		add(n, []string{"a", "b", "c"}[n%3])
	}
	add(200, "new")
	return all
}

func latestByProject(t *testing.T, s *delivery.Service, o delivery.ListOptions) (got []string) {
	t.Helper()
	for r, err := range s.LatestByProject(t.Context(), o) {
		if err != nil {
			got = append(got, "error "+clienttest.Sentinel(err))
			continue
		}
		if o.Verbosity == "" {
			assert.Len(t, r.Images(), 1, "it is complete")
		}
		got = append(got, r.VersionInfo.ProductName+" "+r.VersionInfo.Version)
	}
	return got
}

func TestLatestByProject(t *testing.T) {
	t.Parallel()
	all := []string{"new v200", "b v121", "a v120", "c v119", "old v1"}
	rows := map[string]struct {
		options delivery.ListOptions
		want    []string
		byID    int // where lists leave parts out
	}{
		"complete":     {delivery.ListOptions{}, all, 5},
		"one by one":   {delivery.ListOptions{Concurrency: 1, PerPage: 1000}, all, 5},
		"brief":        {delivery.ListOptions{Verbosity: delivery.VerbosityBrief}, all, 0},
		"listed":       {delivery.ListOptions{SkipDetails: true}, all, 0},
		"with a label": {delivery.ListOptions{Label: "lts"}, []string{"b v100"}, 1},
		"of a task":    {delivery.ListOptions{WorkflowName: "ops", TaskID: 2}, []string{"c v2"}, 1},
		"none":         {delivery.ListOptions{WorkflowName: "none"}, nil, 0},
	}
	for _, version := range []string{"v1.7.1", "v1.11.0", "v3.4.1", "v4.0.0", "v5.0.0"} {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			srv, s := serve(t, version, projects()...)
			for name, test := range rows {
				t.Run(name, func(t *testing.T) {
					srv.ClearRequests()
					assert.Equal(t, test.want, latestByProject(t, s, test.options))
					byID := test.byID
					if version == "v1.7.1" || version == "v4.0.0" {
						byID = 0
					}
					assert.Equal(t, byID, costOf(srv).releases, "requests by id")
					assert.LessOrEqual(t, costOf(srv).lists, 3)
				})
			}
		})
	}
}

// A newest release that is deleted before it is read makes place for the one
// before it.
func TestLatestByProjectWhileReleasesAreDeleted(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"v1.11.0", "v5.0.0"} {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			srv, s := serve(t, version, projects()...)
			srv.Inject(zadigtest.Hook(func(*http.Request) {
				srv.DeleteRelease(id(200))
				srv.DeleteRelease(id(121))
			}).On(zadigtest.GetRelease).Times(1))
			assert.Equal(t, []string{"b v118", "a v120", "c v119", "old v1"}, latestByProject(t, s, delivery.ListOptions{Concurrency: 1}))
		})
	}
}

func TestLatestByProjectFails(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fault   zadigtest.Fault
		options delivery.ListOptions
		want    []string
	}{
		"not permitted": {zadigtest.NoPermission(), delivery.ListOptions{}, []string{"error ErrForbidden"}},
		"one broken":    {zadigtest.BrokenRecord(id(120)), delivery.ListOptions{}, []string{"new v200", "b v121", "error ErrServer", "c v119", "old v1"}},
		"one broken that is not the newest": {
			zadigtest.BrokenRecord(id(50)), delivery.ListOptions{},
			[]string{"new v200", "b v121", "a v120", "c v119", "old v1"},
		},
		"a page that cannot be built": {
			zadigtest.BrokenRecord(id(50)), delivery.ListOptions{SkipDetails: true},
			[]string{"new v200", "b v121", "a v120", "c v119", "old v1"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv, s := serve(t, "v3.4.1", projects()...)
			srv.Inject(test.fault)
			assert.Equal(t, test.want, latestByProject(t, s, test.options))
		})
	}
}

func TestLatestByProjectRefusesOptions(t *testing.T) {
	t.Parallel()
	for names, options := range map[string]delivery.ListOptions{
		"ProjectName": {ProjectName: "shop"},
		"ServiceName": {ServiceName: "cart"},
		"Page":        {Page: 2},
		"Concurrency": {Concurrency: -1},
	} {
		t.Run(names, func(t *testing.T) {
			t.Parallel()
			srv, s := serve(t, "v5.0.0", projects()...)
			for r, err := range s.LatestByProject(t.Context(), options) {
				assert.Nil(t, r)
				require.ErrorIs(t, err, zadig.ErrBadRequest)
				assert.ErrorContains(t, err, "delivery.LatestByProject: bad request: "+names+": ")
			}
			srv.ExpectNoRequests(t)
		})
	}
}
