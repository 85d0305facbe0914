package delivery_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/internal/testkit/clienttest"
	"github.com/zadig-go/zadig/internal/testkit/recording"
)

const listPath = "/api/aslan/delivery/releases"

func TestListSendsWhatIsSet(t *testing.T) {
	t.Parallel()
	for query, o := range map[string]delivery.ListOptions{
		"page=1&per_page=20": {SkipManifests: true, SkipDetails: true, Concurrency: 2}, // not sent to the server
		"ifPassFilter=true&page=1&per_page=20&projectName=%E5%95%86%E5%9F%8E%26shop%3C1%3E": {ProjectName: "商城&shop<1>"},
		"page=1&per_page=20&workflowName=a%2Bb+c":                                           {WorkflowName: "a+b c"},
		"page=1&per_page=20&taskId=7":                                                       {TaskID: 7, Page: 1},
		"page=1&per_page=20&serviceName=nginx":                                              {ServiceName: "nginx"},
		"page=3&per_page=100":                                                               {Page: 3, PerPage: 100},
		"page=1&per_page=20&verbosity=brief":                                                {Verbosity: delivery.VerbosityBrief},
		"page=1&per_page=20&verbosity=detailed":                                             {Verbosity: delivery.VerbosityDetailed},
		"label=a%252Bb&page=1&per_page=20":                                                  {Label: "a+b"}, // servers decode it twice
		"label=100%2525%2B%25E5%2595%2586&page=1&per_page=20":                               {Label: "100% 商"},
	} {
		c, mock := clienttest.Mocked(t, listPath, clienttest.Respond(200, "[]"))
		_, err := c.Delivery.List(t.Context(), o)
		require.NoError(t, err)
		require.Len(t, mock.URLs(), 1)
		assert.Equal(t, query, mock.URLs()[0].RawQuery)
		label, err := url.QueryUnescape(mock.URLs()[0].Query().Get("label"))
		require.NoError(t, err)
		assert.Equal(t, o.Label, label, "as the server reads it")
	}
}

func TestListReadsRecordings(t *testing.T) {
	t.Parallel()
	count := 0
	for _, r := range append(recording.Load(t, "v1.11.0/*"), recording.Load(t, "v5.0.0/*")...) {
		if r.Response.Status != http.StatusOK || r.Request.Path != listPath || r.Bytes()[0] != '[' {
			continue
		}
		count++
		t.Run(r.Name, func(t *testing.T) {
			t.Parallel()
			var elements []json.RawMessage
			require.NoError(t, json.Unmarshal(r.Bytes(), &elements))
			total := -1
			if sent, ok := r.Response.Headers["X-Total"]; ok {
				total, _ = strconv.Atoi(sent)
			}
			c, _ := clienttest.Mocked(t, listPath, r.Respond)
			keeping, err := c.With(zadig.WithRawJSON())
			require.NoError(t, err)
			for _, skip := range []bool{false, true} {
				o := delivery.ListOptions{SkipDetails: true, SkipManifests: skip}
				page, err := c.Delivery.List(t.Context(), o)
				require.NoError(t, err)
				assert.Equal(t, total, page.Total)
				raw, err := keeping.Delivery.List(t.Context(), o)
				require.NoError(t, err)
				require.Len(t, page.Releases, len(elements))
				for i, release := range page.Releases {
					assert.Contains(t, string(elements[i]), `"id":"`+release.VersionInfo.ID+`"`, "in the server's order")
					assert.Nil(t, release.RawJSON(), "nothing is kept unless asked for")
					assert.Equal(t, string(elements[i]), string(raw.Releases[i].RawJSON()))
					for _, d := range release.DeployInfo {
						assert.False(t, skip && d.YAMLContents != nil)
					}
					for _, s := range release.Services {
						assert.False(t, skip && s.YAMLContent != "")
					}
				}
			}
		})
	}
	require.Greater(t, count, 50, "most recordings have gone")
}

// A release that is read with SkipManifests has no manifests, which may contain a Secret.
func TestListSkipsManifests(t *testing.T) {
	t.Parallel()
	const manifest = "kind: Secret"
	const documented = `[{"versionInfo":{"id":"65e13f00aa00000000000001","productEnvInfo":{` +
		`"env_config_yamls":["` + manifest + `"],"services":[[` +
		`{"service_name":"cart","rendered_yaml":"` + manifest + `","containers":[{"name":"cart","image":"cart:1"}]}]]}},` +
		`"deployInfo":[{"serviceName":"cart","yamlContents":["` + manifest + `"],"image":"cart:1"}]}]`
	const flat = `[{"id":"65e13f00aa00000000000001","services":[` +
		`{"service_name":"cart","yaml_content":"` + manifest + `","images":[{"target_image":"cart:1"}]}]}]`
	for body, manifests := range map[string]int{documented: 3, flat: 1} {
		for _, skip := range []bool{false, true} {
			c, _ := clienttest.Mocked(t, listPath, clienttest.Respond(200, body))
			page, err := c.Delivery.List(t.Context(), delivery.ListOptions{SkipManifests: skip})
			require.NoError(t, err)
			r := page.Releases[0]
			encoded, err := json.Marshal(r)
			require.NoError(t, err)
			want := manifests
			if skip {
				want = 0
			}
			assert.Equal(t, want, strings.Count(string(encoded), manifest), body)
			assert.Equal(t, "cart:1", r.SourceImages()[0].Image, "the rest is read")
			_, ok := r.Service("cart")
			assert.True(t, ok)
		}
	}
}

func TestListTotal(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]int{"48": 48, "0": 0, "many": -1, "-3": -1, "": -1} {
		c, _ := clienttest.Mocked(t, listPath, clienttest.Respond(200, "null\n").HeaderSet(http.Header{"X-Total": {header}}))
		page, err := c.Delivery.List(t.Context(), delivery.ListOptions{ServiceName: "nginx", Label: "l"})
		require.NoError(t, err)
		assert.Equal(t, &delivery.Page{Releases: []*delivery.Release{}, Total: want}, page)
	}
}

// List leaves out a release that was deleted between the list and the request by id,
// and returns the error of a release that cannot be read.
func TestListCompletesItsPage(t *testing.T) {
	t.Parallel()
	for _, concurrency := range []int{0, 1} {
		z := (&movingZadig{flat: true, omits: true, total: true}).fill(9)
		z.counted = sync.OnceFunc(func() { z.remove(4, 5) })
		o := delivery.ListOptions{Concurrency: concurrency}
		page, err := z.client(t).List(t.Context(), o)
		require.NoError(t, err)
		assert.Len(t, page.Releases, 8)
		for _, r := range page.Releases {
			assert.NotEmpty(t, r.Services)
		}
		z.releases[3].broken = true
		_, err = z.client(t).List(t.Context(), o)
		require.ErrorIs(t, err, zadig.ErrServer)
		assert.ErrorContains(t, err, "release "+z.releases[3].id)
	}
}

func TestListFailures(t *testing.T) {
	t.Parallel()
	const noList, other = "no release list; is the base URL right?", "got a JSON object, want an array of releases"
	unexpected := zadig.ErrUnexpectedResponse
	recorded := func(name string) httpmock.Responder { return recording.Get(t, name).Respond }
	for name, test := range map[string]struct {
		response httpmock.Responder
		sentinel error
		says     string
	}{
		"unknown path":         {clienttest.Respond(404, "404 page not found"), unexpected, noList},
		"unknown path, Zadig":  {recorded("v1.11.0/aslan_unknown_route"), unexpected, noList},
		"database down":        {recorded("v1.11.0/db_down_releases"), zadig.ErrServer, "code 6561"},
		"connection closed":    {recorded("v1.11.0/db_down_releases_with_project"), nil, "EOF"},
		"one record is broken": {recorded("v1.11.0/panic_releases_list_containing_broken_record"), zadig.ErrServer, "500"},
		"no permission":        {recorded("v5.0.0/forbidden_releases"), zadig.ErrForbidden, "403"},
		"no license":           {recorded("v5.0.0/license_expired_releases"), zadig.ErrLicense, "code 7050"},
		"collaboration mode":   {recorded("v1.11.0/releases_collaboration_pending"), unexpected, other},
		"success":              {clienttest.Respond(200, `{"message":"success"}`), unexpected, other},
		"object inside":        {clienttest.Respond(200, `[{"message":"success"}]`), unexpected, "at /0: missing versionInfo and id"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, _ := clienttest.Mocked(t, listPath, test.response)
			page, err := c.Delivery.List(t.Context(), delivery.ListOptions{})
			require.Error(t, err)
			assert.Nil(t, page)
			assert.ErrorContains(t, err, test.says)
			if test.sentinel != nil {
				assert.ErrorIs(t, err, test.sentinel)
				assert.ErrorContains(t, err, "GET /base"+listPath)
			}
			assert.NotContains(t, err.Error(), "delivery.All")
		})
	}
}

// All applies filters that a server ignores. List returns an error that names the
// filter.
func TestFiltersThatTheServerIgnores(t *testing.T) {
	t.Parallel()
	onVersions(t, func(t *testing.T, version string) {
		srv, s := serve(t, version, history()...)
		flat := version >= "v4"
		for name, test := range map[string]struct {
			options delivery.ListOptions
			ignored bool
			want    []string
		}{
			"ServiceName": {delivery.ListOptions{ServiceName: "pay"}, flat, []string{id(200), id(100)}},
			"Label":       {delivery.ListOptions{Label: "lts"}, !flat, []string{id(20)}},
		} {
			_, err := s.List(t.Context(), test.options)
			if test.ignored {
				require.ErrorIs(t, err, zadig.ErrUnsupported, name)
				require.ErrorContains(t, err, "delivery.List: "+name+": ")
				require.ErrorContains(t, err, "ignore it, All applies it")
			} else {
				require.NoError(t, err)
			}
			srv.ClearRequests()
			assert.Equal(t, test.want, walk(t, s, test.options).ids, name)
			assert.NotContains(t, srv.Requests()[0].Query, "serviceName", "it would be applied after paging")
		}
		assert.Empty(t, walk(t, s, delivery.ListOptions{ServiceName: "pay/main"}).ids, "a container's name")
	})
}
