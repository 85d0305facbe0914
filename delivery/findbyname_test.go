package delivery_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/internal/testkit/clienttest"
	"github.com/zadig-go/zadig/internal/testkit/recording"
	"github.com/zadig-go/zadig/zadigtest"
)

// searched is what a search of 250 releases cost.
type searched struct{ lists, details, releases int }

func searchedOn(srv *zadigtest.Server) searched {
	return searched{
		len(srv.RequestsTo(zadigtest.ListReleases)),
		len(srv.RequestsTo(zadigtest.OpenAPIReleaseDetail)),
		len(srv.RequestsTo(zadigtest.GetRelease)),
	}
}

// A version of a project costs no more than the comment of Find states, and
// servers before v4.0 are not asked for it by name.
func TestFindByName(t *testing.T) {
	t.Parallel()
	versions := []string{"v1.11.0", "v2.3.1", "v3.4.1", "v4.0.0", "v4.2.0", "v5.0.0"}
	rows := map[string]struct {
		options delivery.ListOptions
		version string
		want    int        // 0: none
		cost    []searched // on each of these versions
	}{
		"on the first page": {delivery.ListOptions{}, "v1.151", 151, []searched{{1, 0, 1}, {1, 0, 1}, {1, 0, 1}, {1, 0, 0}, {1, 0, 1}, {1, 0, 1}}},
		"on the second":     {delivery.ListOptions{}, "v1.100", 100, []searched{{2, 0, 1}, {2, 0, 1}, {2, 0, 1}, {2, 1, 0}, {2, 1, 1}, {2, 1, 1}}},
		"on the last":       {delivery.ListOptions{}, "v1.1", 1, []searched{{3, 0, 1}, {3, 0, 1}, {3, 0, 1}, {3, 1, 0}, {3, 1, 1}, {3, 1, 1}}},
		"not there":         {delivery.ListOptions{}, "v2", 0, []searched{{3, 0, 0}, {3, 0, 0}, {3, 0, 0}, {1, 1, 0}, {1, 1, 0}, {1, 1, 0}}},
		"in another project": {
			delivery.ListOptions{ProjectName: "other"}, "v1.250", 0,
			[]searched{{2, 0, 0}, {1, 0, 0}, {1, 0, 0}, {1, 0, 0}, {1, 0, 0}, {1, 0, 0}},
		},
		"brief":          {delivery.ListOptions{Verbosity: delivery.VerbosityBrief}, "v1.1", 1, []searched{{3, 0, 0}, {3, 0, 0}, {3, 0, 0}, {3, 1, 0}, {3, 1, 0}, {3, 1, 0}}},
		"in small pages": {delivery.ListOptions{PerPage: 10}, "v1.30", 30, []searched{3: {5, 1, 0}, 4: {5, 1, 1}, 5: {5, 1, 1}}},
		"with a service": {delivery.ListOptions{ServiceName: "pay"}, "v1.100", 100, []searched{3: {2, 1, 0}, 4: {2, 1, 1}, 5: {2, 1, 1}}},
		"without it":     {delivery.ListOptions{ServiceName: "pay"}, "v1.99", 0, []searched{3: {1, 1, 0}, 4: {1, 1, 0}, 5: {1, 1, 0}}},
		"with a label":   {delivery.ListOptions{Label: "lts", PerPage: 1}, "v1.20", 20, []searched{3: {1, 0, 0}, 4: {1, 0, 1}, 5: {1, 0, 1}}},
		"without it, of a full page": {
			delivery.ListOptions{Label: "lts", PerPage: 1}, "v1.21", 0,
			[]searched{3: {1, 1, 0}, 4: {1, 1, 0}, 5: {1, 1, 0}},
		},
		"of its workflow":      {delivery.ListOptions{WorkflowName: "ops"}, "v1.1", 1, []searched{3: {3, 1, 0}, 4: {3, 1, 1}, 5: {3, 1, 1}}},
		"of its task":          {delivery.ListOptions{WorkflowName: "ops", TaskID: 7}, "v1.7", 7, []searched{3: {1, 0, 0}, 4: {1, 0, 1}, 5: {1, 0, 1}}},
		"not of that workflow": {delivery.ListOptions{WorkflowName: "none"}, "v1.1", 0, []searched{3: {1, 0, 0}, 4: {1, 0, 0}, 5: {1, 0, 0}}},
	}
	for i, version := range versions {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			srv, s := serve(t, version, history()...)
			for name, test := range rows {
				t.Run(name, func(t *testing.T) {
					srv.ClearRequests()
					o := test.options
					if o.ProjectName == "" {
						o.ProjectName = "shop"
					}
					r, err := s.Find(t.Context(), o, test.version)
					if want := test.cost[i]; want != (searched{}) {
						assert.Equal(t, want, searchedOn(srv), "lists, details, releases by id")
					}
					if test.want == 0 {
						require.ErrorIs(t, err, zadig.ErrNotFound)
						assert.EqualError(t, err, fmt.Sprintf("delivery.Find: version %q: not found", test.version))
						return
					}
					require.NoError(t, err)
					require.Equal(t, id(test.want), r.VersionInfo.ID)
					if o.Verbosity == "" {
						got, err := s.Get(t.Context(), id(test.want), delivery.GetOptions{ProjectName: "shop"})
						require.NoError(t, err)
						assert.Equal(t, got, r, "it is complete")
					}
				})
			}
		})
	}
}

// Of 4,000 releases any is found with few requests.
func TestFindByNameAmongMany(t *testing.T) {
	t.Parallel()
	var releases []*delivery.Release
	for n := 1; n <= 4_000; n++ {
		releases = append(releases, &delivery.Release{
			VersionInfo: &delivery.VersionInfo{ID: id(n), ProductName: "shop", Version: "v" + strconv.Itoa(n), CreatedAt: int64(1_700_000_000 + n*n)},
			Services:    []*delivery.FlatService{},
		})
	}
	srv, s := serve(t, "v5.0.0", releases...)
	for _, n := range []int{1, 2, 99, 101, 1_721, 3_799, 3_900} {
		srv.ClearRequests()
		r, err := s.Find(t.Context(), delivery.ListOptions{ProjectName: "shop"}, "v"+strconv.Itoa(n))
		require.NoError(t, err)
		require.Equal(t, id(n), r.VersionInfo.ID)
		assert.LessOrEqual(t, len(srv.Requests()), 1+1+7+1, n)
	}
}

// Where the OpenAPI does not tell, and where the list moves, the walk finds the
// release or says what is wrong.
func TestFindByNameFallsBack(t *testing.T) {
	t.Parallel()
	at := func(f zadigtest.Fault) zadigtest.Fault { return f.On(zadigtest.OpenAPIReleaseDetail) }
	duplicate := history()[0]
	duplicate.VersionInfo.ID = id(1000)
	for name, test := range map[string]struct {
		server string
		fault  zadigtest.Fault
		add    []*delivery.Release
		want   string
	}{
		"no right":                           {"v5.0.0", at(zadigtest.NoPermission()), nil, id(1)},
		"no license":                         {"v4.0.0", at(zadigtest.LicenseExpired()), nil, id(1)},
		"no database":                        {"v5.0.0", at(zadigtest.DatabaseDown()), nil, id(1)},
		"a path that the gateway has not":    {"v5.0.0", at(zadigtest.Status(404, "404 page not found")), nil, id(1)},
		"the same, as JSON with a code":      {"v5.0.0", at(zadigtest.Status(404, `{"code":404,"message":"no route"}`)), nil, id(1)},
		"a login page":                       {"v5.0.0", at(zadigtest.HTML(200)), nil, id(1)},
		"an object that is no release":       {"v5.0.0", at(zadigtest.Status(200, `{}`)), nil, id(1)},
		"another release":                    {"v5.0.0", at(zadigtest.Status(200, `{"version":"v1.2","project_name":"shop"}`)), nil, id(1)},
		"a time that no release has":         {"v5.0.0", at(zadigtest.Status(200, `{"version":"v1.1","project_name":"shop","created_at":7}`)), nil, id(1)},
		"a time between two releases' pages": {"v4.2.0", at(zadigtest.Status(200, `{"version":"v1.1","project_name":"shop","created_at":1700000099}`)), nil, id(1)},
		"a second release of the same name":  {"v5.0.0", zadigtest.Fault{}, []*delivery.Release{duplicate}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv, s := serve(t, test.server, append(history(), test.add...)...)
			if test.add == nil {
				srv.Inject(test.fault)
			}
			r, err := s.Find(t.Context(), delivery.ListOptions{ProjectName: "shop"}, "v1.1")
			require.NoError(t, err)
			if test.want != "" {
				assert.Equal(t, test.want, r.VersionInfo.ID)
			}
			assert.Equal(t, "v1.1", r.VersionInfo.Version)
			assert.NotEmpty(t, r.Images(), "it is complete")
		})
	}
}

// A release that is deleted or moves while it is searched for is not there, and
// is found.
func TestFindByNameWhileTheListMoves(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change func(*zadigtest.Server)
		found  bool
	}{
		"deleted": {func(srv *zadigtest.Server) { srv.DeleteRelease(id(1)) }, false},
		"releases ahead of it deleted": {func(srv *zadigtest.Server) {
			for n := 10; n < 200; n++ {
				srv.DeleteRelease(id(n))
			}
		}, true},
		"releases ahead of it made": {func(srv *zadigtest.Server) {
			for n := 400; n < 600; n++ {
				srv.AddRelease(&delivery.Release{
					VersionInfo: &delivery.VersionInfo{ID: id(n), ProductName: "shop", Version: id(n), CreatedAt: int64(1_700_000_000 + n)},
					Services:    []*delivery.FlatService{},
				})
			}
		}, true},
	} {
		for _, endpoint := range []zadigtest.Endpoint{zadigtest.OpenAPIReleaseDetail, zadigtest.GetRelease} {
			t.Run(name+" "+string(endpoint), func(t *testing.T) {
				t.Parallel()
				srv, s := serve(t, "v5.0.0", history()...)
				srv.Inject(zadigtest.Hook(func(*http.Request) { test.change(srv) }).On(endpoint).Times(1))
				r, err := s.Find(t.Context(), delivery.ListOptions{ProjectName: "shop"}, "v1.1")
				if !test.found {
					require.ErrorIs(t, err, zadig.ErrNotFound)
					return
				}
				require.NoError(t, err)
				assert.Equal(t, id(1), r.VersionInfo.ID)
			})
		}
	}
}

// Each recorded response of the OpenAPI to a version, behind a list of three
// pages with the version on the second.
func TestFindByNameRecorded(t *testing.T) {
	t.Parallel()
	outcomes := make(map[string]int)
	for _, r := range slices.Concat(recording.Load(t, "openapi/*/*detail*"), recording.Load(t, "openapi/*/license_*_detail")) {
		query, err := url.ParseQuery(r.Request.Query)
		require.NoError(t, err)
		project, version := query.Get("projectKey"), query.Get("versionName")
		if project == "" || version == "" {
			continue
		}
		outcome := "walk"
		switch {
		case r.Response.Status == http.StatusOK:
			outcome = "found"
		case strings.HasSuffix(string(r.Bytes()), `error: mongo: no documents in result","message":"Internal Error: "}`):
			outcome = "missing"
		}
		outcomes[outcome]++
		t.Run(r.Name, func(t *testing.T) {
			t.Parallel()
			detail := struct {
				CreatedAt int64 `json:"created_at"`
			}{1_700_000_000}
			if outcome == "found" {
				require.NoError(t, json.Unmarshal(r.Bytes(), &detail))
			}
			client, m := clienttest.NewMock(t)
			m.Get(listPath, func(req *http.Request) (*http.Response, error) {
				page := number(t, req.URL.Query(), "page")
				perPage := number(t, req.URL.Query(), "per_page")
				var list []map[string]any
				for n := (page - 1) * perPage; n < min(page*perPage, 250); n++ {
					name := version
					if n != 180 {
						name = "other"
					}
					list = append(list, map[string]any{
						"id": id(1000 - n), "version": name, "project_name": project, "created_at": detail.CreatedAt + int64(180-n),
					})
				}
				body, err := json.Marshal(list)
				require.NoError(t, err)
				return clienttest.Respond(200, string(body)).HeaderSet(http.Header{"X-Total": {"250"}})(req)
			})
			m.Get("/openapi/delivery/releases/detail", r.Respond)
			m.Get(listPath+"/"+id(820), clienttest.Respond(200, `{"id":"`+id(820)+`","services":[{"service_name":"cart"}]}`))
			got, err := client.Delivery.Find(t.Context(), delivery.ListOptions{ProjectName: project}, version)
			paths := make([]string, 0, 4)
			for _, u := range m.URLs() {
				paths = append(paths, u.Path)
			}
			switch outcome {
			case "missing":
				require.ErrorIs(t, err, zadig.ErrNotFound)
				assert.Len(t, paths, 2)
				return
			case "found":
				assert.Equal(t, []string{listPath, "/openapi/delivery/releases/detail", listPath, listPath + "/" + id(820)}, paths)
			}
			require.NoError(t, err)
			assert.Equal(t, id(820), got.VersionInfo.ID)
			sent := m.URLs()[1].Query()
			assert.Equal(t, url.Values{"projectKey": {project}, "versionName": {version}}, sent)
		})
	}
	assert.Equal(t, map[string]bool{"found": true, "missing": true, "walk": true},
		map[string]bool{"found": outcomes["found"] > 8, "missing": outcomes["missing"] > 5, "walk": outcomes["walk"] > 4}, "%v", outcomes)
}
