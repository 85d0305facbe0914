package delivery_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/zadig-go/zadig/internal/testkit/clienttest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/zadigtest"
)

// history are 250 releases of project shop, v1.1 to v1.250. All deploy cart,
// those of a round hundred pay as well; v1.20 has the label "lts". Another
// project has the newest of all, named v1.100 as well.
func history() []*delivery.Release {
	release := func(n int, project, version string) *delivery.Release {
		return &delivery.Release{
			VersionInfo: &delivery.VersionInfo{
				ID: id(n), ProductName: project, Version: version, WorkflowName: "ops", TaskID: n, CreatedAt: int64(1_700_000_000 + n),
			},
			DeployInfo: []*delivery.DeployInfo{deploy("cart", "main", fmt.Sprintf("r/cart:%d", n), "kind: Cart")},
		}
	}
	var all []*delivery.Release
	for n := 1; n <= 250; n++ {
		r := release(n, "shop", fmt.Sprintf("v1.%d", n))
		if n%100 == 0 {
			r.DeployInfo = append(r.DeployInfo, deploy("pay", "main", "r/pay:1"))
		}
		if n == 20 {
			r.VersionInfo.Labels = []string{"lts"}
		}
		all = append(all, r)
	}
	return append(all, release(300, "other", "v1.100"))
}

// serve starts a server with these releases and a client of it that does not
// wait between attempts.
func serve(t *testing.T, version string, releases ...*delivery.Release) (*zadigtest.Server, *delivery.Service) {
	t.Helper()
	srv := zadigtest.NewServer(t, zadigtest.WithServerVersion(version), zadigtest.WithReleases(releases...))
	return srv, srv.Client(zadig.WithRetry(zadig.RetryPolicy{MinWait: 1, MaxWait: time.Millisecond})).Delivery
}

// cost is how many lists and releases were asked for.
type cost struct{ lists, releases int }

func costOf(srv *zadigtest.Server) cost {
	return cost{len(srv.RequestsTo(zadigtest.ListReleases)), len(srv.RequestsTo(zadigtest.GetRelease))}
}

// Each search has the same result on every server, complete, at the cost that its
// comment states.
func TestLatest(t *testing.T) {
	t.Parallel()
	type costs map[string]cost // by version
	rows := map[string]struct {
		options delivery.ListOptions
		want    string // id, or "" for none
		cost    costs
	}{
		"of all":     {delivery.ListOptions{}, id(300), costs{"v1.7.1": {1, 0}, "v1.11.0": {1, 0}, "v3.4.1": {1, 0}, "v4.1.0": {1, 0}, "v5.0.0": {1, 1}}},
		"first page": {delivery.ListOptions{Page: 1, PerPage: 50}, id(300), costs{"v1.11.0": {1, 0}, "v5.0.0": {1, 1}}},
		"of a project": {
			delivery.ListOptions{ProjectName: "shop"}, id(250),
			costs{"v1.7.1": {1, 0}, "v2.3.0": {1, 0}, "v4.1.0": {1, 0}, "v5.0.0": {1, 1}},
		},
		"brief": {delivery.ListOptions{Verbosity: delivery.VerbosityBrief}, id(300), costs{"v1.11.0": {1, 0}, "v5.0.0": {1, 0}}},
		"with a service": { // 51 releases up to v1.200
			delivery.ListOptions{ProjectName: "shop", ServiceName: "pay"}, id(200),
			costs{"v1.7.1": {3, 0}, "v2.3.1": {3, 0}, "v4.1.0": {3, 0}, "v5.0.0": {3, 51}},
		},
		"with a label, which old servers do not know": {
			delivery.ListOptions{Label: "lts", PerPage: 200}, id(20),
			costs{"v1.11.0": {3, 0}, "v4.1.0": {1, 0}, "v5.0.0": {1, 1}},
		},
		"of a task":         {delivery.ListOptions{WorkflowName: "ops", TaskID: 7}, id(7), nil},
		"no such project":   {delivery.ListOptions{ProjectName: "none"}, "", costs{"v1.11.0": {1, 0}, "v5.0.0": {1, 0}}},
		"no such service":   {delivery.ListOptions{ServiceName: "none", PerPage: 1000}, "", nil},
		"no such label":     {delivery.ListOptions{Label: "none"}, "", nil},
		"container's name":  {delivery.ListOptions{ServiceName: "pay/main", PerPage: 1000}, "", nil},
		"without manifests": {delivery.ListOptions{SkipManifests: true}, id(300), nil},
	}
	for _, version := range []string{"v1.7.1", "v1.11.0", "v2.3.0", "v2.3.1", "v3.4.1", "v4.1.0", "v5.0.0"} {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			srv, s := serve(t, version, history()...)
			for name, test := range rows {
				t.Run(name, func(t *testing.T) {
					srv.ClearRequests()
					r, err := s.Latest(t.Context(), test.options)
					if want, ok := test.cost[version]; ok {
						assert.Equal(t, want, costOf(srv))
					}
					if test.want == "" {
						require.ErrorIs(t, err, zadig.ErrNotFound)
						assert.EqualError(t, err, "delivery.Latest: no release matches: not found")
						assert.Nil(t, r)
						return
					}
					require.NoError(t, err)
					assertFound(t, r, test.want, test.options, version)
				})
			}
		})
	}
}

func TestFind(t *testing.T) {
	t.Parallel()
	type costs map[string]cost // by version
	rows := map[string]struct {
		options delivery.ListOptions
		version string
		want    string // id, or "" for none
		cost    costs
	}{
		"newest of its project": {
			delivery.ListOptions{ProjectName: "shop"}, "v1.250", id(250),
			costs{"v1.7.1": {1, 0}, "v1.11.0": {1, 1}, "v3.4.1": {1, 1}, "v4.1.0": {1, 0}, "v5.0.0": {1, 1}},
		},
		"the newest of two":     {delivery.ListOptions{}, "v1.100", id(300), nil},
		"in its project":        {delivery.ListOptions{ProjectName: "shop"}, "v1.100", id(100), nil},
		"with a service":        {delivery.ListOptions{ServiceName: "pay"}, "v1.100", id(100), costs{"v1.11.0": {2, 2}, "v5.0.0": {2, 2}}},
		"not with that service": {delivery.ListOptions{ServiceName: "pay"}, "v1.99", "", nil},
		"with its label":        {delivery.ListOptions{Label: "lts"}, "v1.20", id(20), nil},
		"not with that label":   {delivery.ListOptions{Label: "lts"}, "v1.21", "", nil},
		"brief": {
			delivery.ListOptions{ProjectName: "shop", Verbosity: delivery.VerbosityBrief}, "v1.250", id(250),
			costs{"v1.11.0": {1, 0}, "v5.0.0": {1, 0}},
		},
		"without manifests": {delivery.ListOptions{SkipManifests: true}, "v1.250", id(250), nil},
		"larger pages":      {delivery.ListOptions{PerPage: 1000}, "v1.1", id(1), costs{"v1.11.0": {1, 1}, "v5.0.0": {1, 1}}},
		"part of a version": {delivery.ListOptions{}, "v1", "", nil},
		"other letter case": {delivery.ListOptions{}, "V1.250", "", nil},
	}
	for _, version := range []string{"v1.7.1", "v1.11.0", "v2.3.0", "v2.3.1", "v3.4.1", "v4.1.0", "v5.0.0"} {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			srv, s := serve(t, version, history()...)
			for name, test := range rows {
				t.Run(name, func(t *testing.T) {
					srv.ClearRequests()
					r, err := s.Find(t.Context(), test.version, test.options)
					if want, ok := test.cost[version]; ok {
						assert.Equal(t, want, costOf(srv))
					}
					if test.want == "" {
						require.ErrorIs(t, err, zadig.ErrNotFound)
						assert.EqualError(t, err, fmt.Sprintf("delivery.Find: version %q: not found", test.version))
						assert.Nil(t, r)
						return
					}
					require.NoError(t, err)
					assertFound(t, r, test.want, test.options, version)
				})
			}
		})
	}
}

// assertFound asserts that a release is the one that was looked for, whole or
// brief as it was asked for.
func assertFound(t *testing.T, r *delivery.Release, want string, o delivery.ListOptions, server string) {
	t.Helper()
	assert.Equal(t, want, r.VersionInfo.ID)
	if o.Verbosity == delivery.VerbosityBrief {
		if server != "v1.7.1" && server != "v4.1.0" { // which send everything they have
			assert.Empty(t, r.Images())
		}
		return
	}
	cart, ok := r.Service("cart")
	require.True(t, ok)
	assert.Len(t, cart.Images, 1)
	var manifests []string
	if cart.Released != nil {
		manifests = append(manifests, cart.Released.YAMLContent)
	} else {
		manifests = cart.Deploys[0].YAMLContents
	}
	assert.Equal(t, o.SkipManifests, strings.Join(manifests, "") == "", "manifests")
}

func TestSearchRefusesOptions(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		options delivery.ListOptions
		version string
		names   string
	}{
		"second page":       {delivery.ListOptions{Page: 2}, "v1.1", "Page"},
		"negative page":     {delivery.ListOptions{Page: -1}, "v1.1", "Page"},
		"negative PerPage":  {delivery.ListOptions{PerPage: -1}, "v1.1", "PerPage"},
		"negative task":     {delivery.ListOptions{TaskID: -1}, "v1.1", "TaskID"},
		"unknown verbosity": {delivery.ListOptions{Verbosity: "short"}, "v1.1", "Verbosity"},
		"brief service":     {delivery.ListOptions{ServiceName: "cart", Verbosity: delivery.VerbosityBrief}, "v1.1", "ServiceName"},
		"empty version":     {delivery.ListOptions{}, "", "version"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv, s := serve(t, "v1.11.0", history()...)
			_, err := s.Find(t.Context(), test.version, test.options)
			require.ErrorIs(t, err, zadig.ErrBadRequest)
			assert.ErrorContains(t, err, "delivery.Find: bad request: "+test.names+": ")
			if test.version != "" {
				_, err = s.Latest(t.Context(), test.options)
				require.ErrorIs(t, err, zadig.ErrBadRequest)
				assert.ErrorContains(t, err, "delivery.Latest: bad request: "+test.names+": ")
			}
			srv.ExpectNoRequests(t)
		})
	}
}

func TestSearchFails(t *testing.T) {
	t.Parallel()
	shop := delivery.ListOptions{ProjectName: "shop"}
	for name, test := range map[string]struct {
		server  string
		fault   zadigtest.Fault
		latest  error // nil: it finds v1.250
		find    error // of v1.200; nil: it finds it
		message string
	}{
		"not permitted":                {"v5.0.0", zadigtest.NoPermission(), zadig.ErrForbidden, zadig.ErrForbidden, ""},
		"no license":                   {"v3.4.1", zadigtest.LicenseExpired(), zadig.ErrLicense, zadig.ErrLicense, ""},
		"no database":                  {"v3.4.1", zadigtest.DatabaseDown(), zadig.ErrServer, zadig.ErrServer, ""},
		"no list":                      {"v1.11.0", zadigtest.Garbage(), zadig.ErrUnexpectedResponse, zadig.ErrUnexpectedResponse, `version "v1.200" is not among what could be read`},
		"a list that is not there":     {"v1.11.0", zadigtest.Status(404, "Invalid path: /x"), zadig.ErrUnexpectedResponse, zadig.ErrUnexpectedResponse, "base URL"},
		"pending collaboration":        {"v1.11.0", zadigtest.CollaborationPending(), nil, nil, ""},
		"by id not permitted, flat":    {"v5.0.0", zadigtest.NoPermission().On(zadigtest.GetRelease), zadig.ErrForbidden, zadig.ErrForbidden, ""},
		"by id not permitted, v1.18":   {"v1.18.0", zadigtest.NoPermission().On(zadigtest.GetRelease), nil, nil, ""},
		"broken, and brief is well":    {"v3.4.1", zadigtest.BrokenRecord(id(250)), zadig.ErrServer, nil, ""},
		"broken is what is looked for": {"v3.4.1", zadigtest.BrokenRecord(id(200)), nil, zadig.ErrServer, ""},
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
				assert.Equal(t, id(200), r.VersionInfo.ID)
				assert.Len(t, r.Images(), 2, "it is whole")
			}
			if test.message != "" {
				assert.ErrorContains(t, err, test.message)
			}
		})
	}
}

// Without the right to read a release by id, Find reads it from a list of its
// own: the task's, and not from all of them.
func TestFindWithoutRightByID(t *testing.T) {
	t.Parallel()
	srv, s := serve(t, "v1.18.0", history()...)
	srv.Inject(zadigtest.NoPermission().On(zadigtest.GetRelease))
	_, err := s.Find(t.Context(), "v1.250", delivery.ListOptions{ProjectName: "shop"})
	require.NoError(t, err)
	lists := srv.RequestsTo(zadigtest.ListReleases)
	require.Len(t, lists, 2)
	assert.Equal(t, "250", lists[1].Query.Get("taskId"))
	assert.Equal(t, "ops", lists[1].Query.Get("workflowName"))
}

// A release that cannot be read may be the one that is looked for: then Find
// does not say that there is none.
func TestFindPassesOverWhatCannotBeRead(t *testing.T) {
	t.Parallel()
	list := `[{"versionInfo":{"id":"` + id(3) + `","version":7}},{"versionInfo":{"id":"` + id(2) + `","version":"v2"},"deployInfo":[]}]`
	answer := func() *delivery.Service {
		c, _ := clienttest.Mocked(t, listPath, clienttest.Respond(200, list).HeaderSet(http.Header{"X-Total": {"2"}}))
		return c.Delivery
	}
	r, err := answer().Find(t.Context(), "v2", delivery.ListOptions{})
	require.NoError(t, err)
	assert.Equal(t, id(2), r.VersionInfo.ID)

	_, err = answer().Find(t.Context(), "v3", delivery.ListOptions{})
	require.ErrorIs(t, err, zadig.ErrUnexpectedResponse)
	assert.NotErrorIs(t, err, zadig.ErrNotFound)
	assert.ErrorContains(t, err, `delivery.Find: version "v3" is not among what could be read`)

	_, err = answer().Latest(t.Context(), delivery.ListOptions{})
	require.ErrorIs(t, err, zadig.ErrUnexpectedResponse, "the newest is the one that cannot be read")
}

// What is deleted between the list and the look is not found, and what comes
// next is.
func TestSearchWhileReleasesAreDeleted(t *testing.T) {
	t.Parallel()
	shop := delivery.ListOptions{ProjectName: "shop"}
	twice := append(history(), &delivery.Release{
		VersionInfo: &delivery.VersionInfo{ID: id(260), ProductName: "shop", Version: "v1.250", CreatedAt: 1_800_000_000},
		DeployInfo:  []*delivery.DeployInfo{deploy("cart", "main", "r/cart:x")},
	})
	for name, search := range map[string]func(*testing.T, *delivery.Service) (*delivery.Release, error){
		"Latest": func(t *testing.T, s *delivery.Service) (*delivery.Release, error) {
			return s.Latest(t.Context(), shop)
		},
		"Find": func(t *testing.T, s *delivery.Service) (*delivery.Release, error) {
			return s.Find(t.Context(), "v1.250", shop)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv, s := serve(t, "v5.0.0", twice...)
			srv.Inject(zadigtest.Hook(func(*http.Request) { srv.DeleteRelease(id(260)) }).On(zadigtest.GetRelease).Times(1))
			r, err := search(t, s)
			require.NoError(t, err)
			assert.Equal(t, id(250), r.VersionInfo.ID)
			assert.NotEmpty(t, r.Images())
		})
	}
}

// A detailed list is all that there is of a release without deploys: it is not
// requested again.
func TestLatestWithoutDeploys(t *testing.T) {
	t.Parallel()
	srv, s := serve(t, "v1.11.0", &delivery.Release{VersionInfo: &delivery.VersionInfo{ID: id(1), ProductName: "shop"}})
	_, err := s.Latest(t.Context(), delivery.ListOptions{})
	require.NoError(t, err)
	assert.Equal(t, cost{1, 0}, costOf(srv))
}

// Labels travel with the encoding that servers undo twice, and the list of one
// is what a server that filters is asked for.
func TestLatestAsksForOne(t *testing.T) {
	t.Parallel()
	var asked []url.Values
	s := delivery.New(doer(func(req *http.Request) (*http.Response, error) {
		asked = append(asked, req.URL.Query())
		return respond(req, http.StatusOK, `[{"id":"`+id(1)+`","services":[{"service_name":"s"}]}]`), nil
	}))
	_, err := s.Latest(t.Context(), delivery.ListOptions{ProjectName: "p", Label: "a+b", PerPage: 50})
	require.NoError(t, err)
	require.Len(t, asked, 1)
	assert.Equal(t, url.Values{
		"projectName": {"p"}, "ifPassFilter": {"true"}, "label": {"a%2Bb"}, "page": {"1"}, "per_page": {"1"},
	}, asked[0])
}
