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

func TestLatest(t *testing.T) {
	t.Parallel()
	costs := func(costs ...cost) []cost { return costs } // on v1.7.1, v1.11.0, v3.4.1, v4.0.0, v5.0.0
	one, list := cost{1, 0, 1}, cost{1, 0, 0}
	rows := map[string]struct {
		options delivery.ListOptions
		want    string // id, or "" for none
		cost    []cost
	}{
		"of all":       {delivery.ListOptions{}, id(300), costs(list, list, list, list, one)},
		"first page":   {delivery.ListOptions{Page: 1, PerPage: 50}, id(300), costs(list, list, list, list, one)},
		"of a project": {shop, id(250), costs(list, list, list, list, one)},
		"brief":        {delivery.ListOptions{Verbosity: delivery.VerbosityBrief}, id(300), costs(list, list, list, list, list)},
		"with a service": { // 51 releases up to v1.200
			delivery.ListOptions{ProjectName: "shop", ServiceName: "pay"}, id(200),
			costs(cost{3, 0, 0}, cost{3, 0, 0}, cost{3, 0, 0}, cost{3, 0, 0}, cost{3, 0, 51}),
		},
		"with a label, which old servers do not know": {delivery.ListOptions{Label: "lts", PerPage: 200}, id(20),
			costs(cost{2, 0, 0}, cost{2, 0, 0}, cost{2, 0, 0}, list, one)},
		"of a task":       {delivery.ListOptions{WorkflowName: "ops", TaskID: 7}, id(7), nil},
		"no such project": {delivery.ListOptions{ProjectName: "none"}, "", costs(list, list, list, list, list)},
		"no such service": {delivery.ListOptions{ServiceName: "none", PerPage: 1000}, "", nil},
		"no such label":   {delivery.ListOptions{Label: "none"}, "", nil},
		"a container":     {delivery.ListOptions{ServiceName: "pay/main", PerPage: 1000}, "", nil},
	}
	for i, version := range []string{"v1.7.1", "v1.11.0", "v3.4.1", "v4.0.0", "v5.0.0"} {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			srv, s := serve(t, version, history()...)
			for name, test := range rows {
				srv.ClearRequests()
				r, err := s.Latest(t.Context(), test.options)
				if test.cost != nil {
					assert.Equal(t, test.cost[i], costOf(srv), name)
				}
				if test.want == "" {
					require.ErrorIs(t, err, zadig.ErrNotFound, name)
					assert.EqualError(t, err, "delivery.Latest: no release matches: not found")
					continue
				}
				require.NoError(t, err, name)
				assert.Equal(t, test.want, r.VersionInfo.ID, name)
				assert.Equal(t, test.options.Verbosity == "", len(r.Images()) > 0, "%s: it is complete", name)
			}
		})
	}
}

// The newest release may have failed or be in progress. Succeeded leaves it out.
func TestLatestSucceeded(t *testing.T) {
	t.Parallel()
	onVersions(t, func(t *testing.T, version string) {
		_, s := serve(t, version, dated(4, "v4", 4, delivery.StatusCreating), dated(3, "v3", 3, delivery.StatusFailed),
			dated(2, "v2", 2, delivery.StatusSuccess), dated(1, "v1", 1, ""))
		r, err := s.Latest(t.Context(), shop)
		require.NoError(t, err)
		assert.Equal(t, "v4", r.VersionInfo.Version)
		r, err = s.Latest(t.Context(), delivery.ListOptions{ProjectName: "shop", Succeeded: true})
		require.NoError(t, err)
		assert.Equal(t, "v2", r.VersionInfo.Version)
		assert.Equal(t, []string{"shop v2"}, latestByProject(t, s, delivery.ListOptions{Succeeded: true}))
		assert.Equal(t, []string{id(2), id(1)}, walk(t, s, delivery.ListOptions{Succeeded: true}).ids)
	})
}

func TestSearchFails(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		server string
		fault  zadigtest.Fault
		latest error // nil: it finds v1.250
		find   error // of v1.200; nil: it finds it
	}{
		"not permitted":                {"v5.0.0", zadigtest.NoPermission(), zadig.ErrForbidden, zadig.ErrForbidden},
		"by id not permitted":          {"v5.0.0", zadigtest.NoPermission().On(zadigtest.GetRelease), zadig.ErrForbidden, zadig.ErrForbidden},
		"broken, and brief is well":    {"v3.4.1", zadigtest.BrokenRecord(id(250)), zadig.ErrServer, nil},
		"broken is what is looked for": {"v3.4.1", zadigtest.BrokenRecord(id(200)), nil, zadig.ErrServer},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv, s := serve(t, test.server, history()...)
			srv.Inject(test.fault)
			r, err := s.Latest(t.Context(), shop)
			if assert.ErrorIs(t, err, test.latest) && test.latest == nil {
				assert.Equal(t, id(250), r.VersionInfo.ID)
			}
			r, err = s.Find(t.Context(), "v1.200", shop)
			if assert.ErrorIs(t, err, test.find) && test.find == nil {
				assert.Len(t, r.Images(), 2, "it is complete")
			}
		})
	}
}

// projects are 120 releases of three projects, and one release each of two more
// projects: one is the newest, the other the oldest.
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
		if o.Verbosity == "" && !o.SkipDetails {
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
		byID    int // if lists leave parts out
	}{
		"complete":     {delivery.ListOptions{}, all, 5},
		"one by one":   {delivery.ListOptions{Concurrency: 1, PerPage: 1000}, all, 5},
		"brief":        {delivery.ListOptions{Verbosity: delivery.VerbosityBrief}, all, 0},
		"summaries":    {delivery.ListOptions{SkipDetails: true}, all, 0},
		"with a label": {delivery.ListOptions{Label: "lts"}, []string{"b v100"}, 1},
		"of a task":    {delivery.ListOptions{WorkflowName: "ops", TaskID: 2}, []string{"c v2"}, 1},
		"none":         {delivery.ListOptions{WorkflowName: "none"}, nil, 0},
	}
	onVersions(t, func(t *testing.T, version string) {
		srv, s := serve(t, version, projects()...)
		for name, test := range rows {
			srv.ClearRequests()
			assert.Equal(t, test.want, latestByProject(t, s, test.options), name)
			byID := test.byID
			if version == "v1.7.1" || version == "v4.0.0" {
				byID = 0
			}
			assert.Equal(t, byID, costOf(srv).byID, "%s: requests by id", name)
			assert.LessOrEqual(t, costOf(srv).lists, 3, name)
		}
		for _, err := range s.LatestByProject(t.Context(), delivery.ListOptions{}) {
			require.NoError(t, err)
			break
		}
	}, "v1.7.1", "v1.11.0", "v3.4.1", "v4.0.0", "v5.0.0")
}

// If the newest release is deleted before it is read, the previous one is returned.
func TestLatestByProjectWhileReleasesAreDeleted(t *testing.T) {
	t.Parallel()
	onVersions(t, func(t *testing.T, version string) {
		srv, s := serve(t, version, projects()...)
		srv.Inject(zadigtest.Hook(func(*http.Request) {
			srv.DeleteRelease(id(200))
			srv.DeleteRelease(id(121))
		}).On(zadigtest.GetRelease).Times(1))
		assert.Equal(t, []string{"b v118", "a v120", "c v119", "old v1"}, latestByProject(t, s, delivery.ListOptions{Concurrency: 1}))
	}, "v1.11.0", "v5.0.0")
}

func TestLatestByProjectFails(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fault   zadigtest.Fault
		options delivery.ListOptions
		want    []string
	}{
		"not permitted": {zadigtest.NoPermission(), delivery.ListOptions{}, []string{"error ErrForbidden"}},
		"nor by id":     {zadigtest.ExpiredToken().On(zadigtest.GetRelease), delivery.ListOptions{}, []string{"error ErrUnauthorized"}},
		"one broken": {zadigtest.BrokenRecord(id(120)), delivery.ListOptions{},
			[]string{"new v200", "b v121", "error ErrServer", "c v119", "old v1"}},
		"not the newest": {zadigtest.BrokenRecord(id(50)), delivery.ListOptions{}, []string{"new v200", "b v121", "a v120", "c v119", "old v1"}},
		"a page that cannot be built": {zadigtest.BrokenRecord(id(50)), delivery.ListOptions{SkipDetails: true},
			[]string{"new v200", "b v121", "a v120", "c v119", "old v1"}},
		"the second page": {zadigtest.ExpiredToken().On(zadigtest.ListReleases).After(1), delivery.ListOptions{},
			[]string{"new v200", "b v121", "a v120", "c v119", "error ErrUnauthorized"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv, s := serve(t, "v3.4.1", projects()...)
			srv.Inject(test.fault)
			assert.Equal(t, test.want, latestByProject(t, s, test.options))
		})
	}
}
