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

// Find returns the same complete release on every server, with the requests that its
// comment states. Only servers since v4.0 are asked for a version by name.
func TestFind(t *testing.T) {
	t.Parallel()
	inShop := func(o delivery.ListOptions) delivery.ListOptions { o.ProjectName = "shop"; return o }
	costs := func(costs ...cost) []cost { return costs } // on v1.11.0, v3.4.1, v4.0.0, v5.0.0
	rows := map[string]struct {
		options delivery.ListOptions
		version string
		want    int // 0: none
		cost    []cost
	}{
		"on the first page": {shop, "v1.151", 151, costs(cost{1, 0, 1}, cost{1, 0, 1}, cost{1, 0, 0}, cost{1, 0, 1})},
		"on the second":     {shop, "v1.100", 100, costs(cost{2, 0, 1}, cost{2, 0, 1}, cost{2, 1, 0}, cost{2, 1, 1})},
		"on the last":       {shop, "v1.1", 1, costs(cost{3, 0, 1}, cost{3, 0, 1}, cost{3, 1, 0}, cost{3, 1, 1})},
		"not there":         {shop, "v2", 0, costs(cost{3, 0, 0}, cost{3, 0, 0}, cost{1, 1, 0}, cost{1, 1, 0})},
		"in all projects":   {delivery.ListOptions{}, "v1.100", 300, nil},
		"part of a version": {delivery.ListOptions{}, "v1", 0, nil},
		"other letter case": {delivery.ListOptions{}, "V1.250", 0, nil},
		"brief": {inShop(delivery.ListOptions{Verbosity: delivery.VerbosityBrief}), "v1.1", 1,
			costs(cost{3, 0, 0}, cost{3, 0, 0}, cost{3, 1, 0}, cost{3, 1, 0})},
		"larger pages":      {delivery.ListOptions{PerPage: 1000}, "v1.1", 1, nil},
		"small pages":       {inShop(delivery.ListOptions{PerPage: 10}), "v1.30", 30, costs(cost{}, cost{}, cost{5, 1, 0}, cost{5, 1, 1})},
		"with a service":    {inShop(delivery.ListOptions{ServiceName: "pay"}), "v1.100", 100, nil},
		"without it":        {inShop(delivery.ListOptions{ServiceName: "pay"}), "v1.99", 0, nil},
		"with a label":      {inShop(delivery.ListOptions{Label: "lts", PerPage: 1}), "v1.20", 20, nil},
		"without it, named": {inShop(delivery.ListOptions{Label: "lts", PerPage: 1}), "v1.21", 0, nil},
		"of its task":       {delivery.ListOptions{WorkflowName: "ops", TaskID: 7}, "v1.7", 7, nil},
		"succeeded":         {inShop(delivery.ListOptions{Succeeded: true}), "v1.1", 1, nil},
		"which it has not":  {delivery.ListOptions{Succeeded: true}, "v1.0", 0, nil},
		"failed":            {delivery.ListOptions{}, "v1.0", 400, nil},
	}
	for i, version := range []string{"v1.11.0", "v3.4.1", "v4.0.0", "v5.0.0", "v1.7.1"} {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			srv, s := serve(t, version, append(history(), dated(400, "v1.0", 1_600_000_000, delivery.StatusFailed))...)
			for name, test := range rows {
				srv.ClearRequests()
				r, err := s.Find(t.Context(), test.version, test.options)
				if i < len(test.cost) && test.cost[i] != (cost{}) {
					assert.Equal(t, test.cost[i], costOf(srv), "%s: lists, by name, by id", name)
				}
				switch {
				case version == "v1.7.1" && test.want == 400: // it knows no status
				case test.want == 0 && version == "v1.7.1" && test.options.Succeeded:
				case test.want == 0:
					require.ErrorIs(t, err, zadig.ErrNotFound, name)
					assert.EqualError(t, err, fmt.Sprintf("delivery.Find: version %q: not found", test.version))
				default:
					require.NoError(t, err, name)
					require.Equal(t, id(test.want), r.VersionInfo.ID, name)
					assert.Equal(t, test.options.Verbosity == "", len(r.Images()) > 0, "%s: it is complete", name)
				}
			}
		})
	}
}

func TestFindRefusesAnEmptyVersion(t *testing.T) {
	t.Parallel()
	_, err := delivery.New(nil).Find(t.Context(), "", shop)
	require.ErrorIs(t, err, zadig.ErrBadRequest)
	assert.ErrorContains(t, err, "delivery.Find: bad request: version: must not be empty")
}

// Find needs few requests for any of 4,000 releases.
func TestFindAmongMany(t *testing.T) {
	t.Parallel()
	z := (&movingZadig{flat: true, omits: true, total: true}).fill(4_000)
	for _, n := range []int{1, 2, 99, 101, 1_721, 3_799, 3_900} {
		z.requests = nil
		r, err := z.client(t).Find(t.Context(), "v"+id(n), delivery.ListOptions{ProjectName: "p"})
		require.NoError(t, err)
		require.Equal(t, id(n), r.VersionInfo.ID)
		assert.LessOrEqual(t, len(z.requests), 1+1+7+1, n)
	}
}

// If the OpenAPI gives no certain result, or the list moves, Find reads the list and
// finds the release or returns what failed.
func TestFindWithoutTheOpenAPI(t *testing.T) {
	t.Parallel()
	at := func(f zadigtest.Fault) zadigtest.Fault { return f.On(zadigtest.OpenAPIReleaseDetail) }
	for name, fault := range map[string]zadigtest.Fault{
		"no database":                        at(zadigtest.DatabaseDown()),
		"the same, as JSON with a code":      at(zadigtest.Status(404, `{"code":404,"message":"no route"}`)),
		"a login page":                       at(zadigtest.HTML(200)),
		"an object that is no release":       at(zadigtest.Status(200, `{}`)),
		"another release":                    at(zadigtest.Status(200, `{"version":"v1.2","project_name":"shop"}`)),
		"a time that no release has":         at(zadigtest.Status(200, `{"version":"v1.1","project_name":"shop","created_at":7}`)),
		"a time between two releases' pages": at(zadigtest.Status(200, `{"version":"v1.1","project_name":"shop","created_at":1700000099}`)),
		"pages that fail":                    zadigtest.DatabaseDown().On(zadigtest.ListReleases).After(1).Times(1),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv, s := serve(t, "v5.0.0", history()...)
			srv.Inject(fault)
			r, err := s.Find(t.Context(), "v1.1", shop)
			require.NoError(t, err)
			assert.Equal(t, id(1), r.VersionInfo.ID)
			assert.NotEmpty(t, r.Images(), "it is complete")
		})
	}
}

// A release that cannot be read may be the wanted one. In this case Find does not
// return ErrNotFound.
func TestFindPassesOverWhatCannotBeRead(t *testing.T) {
	t.Parallel()
	list := `[{"versionInfo":{"id":"` + id(3) + `","version":7}},{"versionInfo":{"id":"` + id(2) + `","version":"v2"},"deployInfo":[]}]`
	c, _ := clienttest.Mocked(t, listPath, clienttest.Respond(200, list))
	r, err := c.Delivery.Find(t.Context(), "v2", delivery.ListOptions{})
	require.NoError(t, err)
	assert.Equal(t, id(2), r.VersionInfo.ID)

	_, err = c.Delivery.Find(t.Context(), "v3", delivery.ListOptions{})
	require.ErrorIs(t, err, zadig.ErrUnexpectedResponse)
	assert.NotErrorIs(t, err, zadig.ErrNotFound)
	assert.ErrorContains(t, err, `delivery.Find: version "v3" not found; some releases were unreadable`)

	_, err = c.Delivery.Latest(t.Context(), delivery.ListOptions{})
	require.ErrorIs(t, err, zadig.ErrUnexpectedResponse, "the newest is the one that cannot be read")
}

// Each row is a recorded response of the OpenAPI to a request for a version, with a
// list of three pages that has the version on the second.
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
		detail := struct {
			CreatedAt int64 `json:"created_at"`
		}{1_700_000_000}
		outcome := "walk"
		switch {
		case r.Response.Status == http.StatusOK:
			outcome = "found"
			require.NoError(t, json.Unmarshal(r.Bytes(), &detail))
		case strings.HasSuffix(string(r.Bytes()), `error: mongo: no documents in result","message":"Internal Error: "}`):
			outcome = "missing"
		}
		outcomes[outcome]++
		client, m := clienttest.NewMock(t)
		m.Get(listPath, func(req *http.Request) (*http.Response, error) {
			page, _ := strconv.Atoi(req.URL.Query().Get("page"))
			size, _ := strconv.Atoi(req.URL.Query().Get("per_page"))
			var list []string
			for n := (page - 1) * size; n < min(page*size, 250); n++ {
				name := version
				if n != 180 {
					name = "other"
				}
				list = append(list, fmt.Sprintf(`{"id":%q,"version":%q,"project_name":%q,"created_at":%d}`,
					id(1000-n), name, project, detail.CreatedAt+int64(180-n)))
			}
			return clienttest.Respond(200, "["+strings.Join(list, ",")+"]").HeaderSet(http.Header{"X-Total": {"250"}})(req)
		})
		m.Get("/openapi/delivery/releases/detail", r.Respond)
		m.Get(listPath+"/"+id(820), clienttest.Respond(200, `{"id":"`+id(820)+`","services":[{"service_name":"cart"}]}`))
		got, err := client.Delivery.Find(t.Context(), version, delivery.ListOptions{ProjectName: project})
		assert.Equal(t, url.Values{"projectKey": {project}, "versionName": {version}}, m.URLs()[1].Query(), r.Name)
		switch outcome {
		case "missing":
			require.ErrorIs(t, err, zadig.ErrNotFound, r.Name)
			assert.Len(t, m.URLs(), 2, r.Name)
			continue
		case "found":
			assert.Len(t, m.URLs(), 4, "%s: a page, the version, its page and the details", r.Name)
		}
		require.NoError(t, err, r.Name)
		assert.Equal(t, id(820), got.VersionInfo.ID, r.Name)
	}
	for outcome, least := range map[string]int{"found": 8, "missing": 5, "walk": 4} {
		assert.Greater(t, outcomes[outcome], least, outcome)
	}
}
