package delivery_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/internal/testkit/clienttest"
	"github.com/zadig-go/zadig/internal/testkit/recording"
	"github.com/zadig-go/zadig/zadigtest"
)

func TestGetReadsRecordings(t *testing.T) {
	t.Parallel()
	var count int
	for _, r := range append(recording.Load(t, "v1.11.0/release_*"), recording.Load(t, "v5.0.0/release_by_id*")...) {
		if r.Response.Status != http.StatusOK || len(r.Request.Path) != len(listPath)+25 {
			continue
		}
		count++
		c, mock := clienttest.Mocked(t, r.Request.Path, r.Respond)
		asked := r.Request.Path[len(listPath)+1:]
		release, err := c.Delivery.Get(t.Context(), asked, delivery.GetOptions{ProjectName: "商城&shop"})
		require.NoError(t, err, r.Name)
		assert.Equal(t, strings.ToLower(asked), release.VersionInfo.ID, r.Name)
		assert.Nil(t, release.RawJSON(), r.Name)
		assert.Equal(t, []*url.URL{{Path: r.Request.Path, RawQuery: "ifPassFilter=true&projectName=%E5%95%86%E5%9F%8E%26shop"}}, mock.URLs())

		keeping, err := c.With(zadig.WithRawJSON())
		require.NoError(t, err)
		release, err = keeping.Delivery.Get(t.Context(), asked, delivery.GetOptions{})
		require.NoError(t, err, r.Name)
		assert.Equal(t, string(r.Bytes()), string(release.RawJSON()), r.Name)
		assert.Empty(t, mock.URLs()[1].RawQuery, r.Name)
	}
	require.Greater(t, count, 10, "most recordings have gone")
}

func TestGetRefusesIDs(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{
		"", strings.Repeat("a", 23), strings.Repeat("a", 25), strings.Repeat("g", 24),
		strings.Repeat("G", 24), "../../../../../../../etc",
		strings.Repeat("a", 20) + "?a=b", strings.Repeat("a", 23) + "\n", "商城商城商城商城",
		strings.Repeat("１", 24), strings.Repeat("long ", 1000),
	} {
		_, err := delivery.New(nil).Get(t.Context(), bad, delivery.GetOptions{})
		require.ErrorIs(t, err, zadig.ErrBadRequest)
		assert.ErrorContains(t, err, "delivery.Get: bad request: id: ")
		assert.Less(t, len(err.Error()), 200)
		assert.NotContains(t, err.Error(), "\n")
	}
}

// 400 with code 6563, and a 404 that is not Zadig's, can mean a missing release or one
// that cannot be read now. Get distinguishes them by a brief list of one release,
// followed by a second request for the release.
func TestGetFindsOutWhatIsMissing(t *testing.T) {
	t.Parallel()
	const old = `[{"versionInfo":{"id":"619dbaa8c528c2182225e8d9"},"buildInfo":[],"deployInfo":[]}]`
	lists := map[string]struct {
		list     httpmock.Responder
		sentinel string
		says     string
		requests int
	}{
		"a list":            {recording.Get(t, "v1.11.0/releases_collaboration_no_project").Respond, "ErrNotFound", "not found", 3},
		"an empty list":     {clienttest.Respond(200, `[]`), "ErrNotFound", "not found", 3},
		"a flat release":    {recording.Get(t, "v5.0.0/releases_page1_per_page5").Respond, "ErrNotFound", "not found", 3},
		"an odd release":    {clienttest.Respond(200, `[{"versionInfo":17}]`), "ErrNotFound", "not found", 3},
		"v1.7.1":            {clienttest.Respond(200, old), "ErrUnsupported", "servers up to v1.7.1 cannot return a release by id; use All", 2},
		"connection closed": {recording.Get(t, "v1.11.0/db_down_releases_with_project").Respond, "", "EOF", 4},
	}
	for name, f := range checkFailures {
		row := lists[name]
		row.list, row.sentinel = clienttest.Respond(f.status, f.body), f.sentinel
		lists[name] = row
	}
	for name, test := range lists {
		for _, missing := range []string{"v1.11.0/release_not_found", "v1.11.0/db_down_release_by_id", "v5.0.0/release_not_found"} {
			c, mock := clienttest.Mocked(t, listPath+"/"+id(1), recording.Get(t, missing).Respond)
			mock.Get(listPath+"?page=1&per_page=1&verbosity=brief", test.list)
			release, err := c.Delivery.Get(t.Context(), id(1), delivery.GetOptions{})
			assert.Nil(t, release, name)
			require.Error(t, err, name)
			got := clienttest.Sentinel(err)
			if name == "v1.7.1" {
				require.ErrorIs(t, err, zadig.ErrUnsupported)
				got = "ErrUnsupported"
			}
			assert.Equal(t, test.sentinel, got, "%s: %v", name, err)
			assert.ErrorContains(t, err, test.says, name)
			assert.NotContains(t, err.Error(), "\n", name)
			if test.requests > 0 {
				assert.Len(t, mock.URLs(), test.requests, name)
			}
		}
	}
}

// If the first read of a release fails, the second finds it, even for a user who may
// view versions system-wide but not list a project, and behind a proxy that fails once.
func TestGetReadsAgain(t *testing.T) {
	t.Parallel()
	for failure, status := range map[string]int{refused: 400, noBackend: 404, "404 page not found": 404} {
		c, mock := clienttest.NewMock(t)
		mock.Get(listPath+"/"+id(1), clienttest.Respond(status, failure).Then(clienttest.Respond(200, `{"id":"`+id(1)+`"}`)))
		mock.Get(listPath+"?ifPassFilter=true&page=1&per_page=1&projectName=shop&verbosity=brief", clienttest.Respond(403, ""))
		mock.Get(listPath+"?page=1&per_page=1&verbosity=brief", clienttest.Respond(503, "").Then(clienttest.Respond(200, "[]")))
		_, err := c.Delivery.Get(t.Context(), id(1), delivery.GetOptions{ProjectName: "shop"})
		require.NoError(t, err, failure)
		assert.Len(t, mock.URLs(), 5)
	}
}

func TestGetFailures(t *testing.T) {
	t.Parallel()
	const other = "got a JSON object, want a release"
	unexpected := zadig.ErrUnexpectedResponse
	recorded := func(name string) httpmock.Responder { return recording.Get(t, name).Respond }
	for name, test := range map[string]struct {
		response httpmock.Responder
		sentinel error
		says     string
	}{
		"success":         {clienttest.Respond(200, `{"message":"success"}`), unexpected, other},
		"collaboration":   {recorded("v1.11.0/releases_collaboration_pending"), unexpected, "got a JSON object, want a release"},
		"another release": {clienttest.Respond(200, `{"id":"`+id(2)+`"}`), unexpected, "want 000000000000000000000001"},
		"panic":           {recorded("v1.11.0/panic_release_by_id"), zadig.ErrServer, "empty body"},
		"project gone": {
			clienttest.Respond(500, `{"code":500,"description":"failed to find product template gone, err: mongo: no documents in result",`+
				`"message":"Internal Error: "}`),
			zadig.ErrServer, "product template gone",
		},
		"no permission": {recorded("v5.0.0/forbidden_release_by_id"), zadig.ErrForbidden, "403"},
		"no project": {recorded("v5.0.0/release_by_id_without_project"), zadig.ErrBadRequest,
			"projectName can't be empty!; servers since v2.3.0 need GetOptions.ProjectName"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, mock := clienttest.Mocked(t, listPath+"/"+id(1), test.response)
			release, err := c.Delivery.Get(t.Context(), id(1), delivery.GetOptions{})
			assert.Nil(t, release)
			require.ErrorIs(t, err, test.sentinel)
			assert.ErrorContains(t, err, test.says)
			assert.Len(t, mock.URLs(), 1)
		})
	}
}

// A server that is not Zadig has neither releases by id nor a list.
func TestGetFromAnotherServer(t *testing.T) {
	t.Parallel()
	for status, says := range map[int]string{
		200: "no releases by id; is the base URL right?", 404: "no release list; is the base URL right?",
	} {
		c, mock := clienttest.Mocked(t, listPath+"/"+id(1), clienttest.Respond(404, "404 page not found"))
		mock.Get(listPath, clienttest.Respond(status, "[]"))
		_, err := c.Delivery.Get(t.Context(), id(1), delivery.GetOptions{})
		require.ErrorIs(t, err, zadig.ErrUnexpectedResponse)
		assert.ErrorContains(t, err, says)
	}
}

// On every server, Get finds a release that exists, returns ErrNotFound for one that
// does not, and ErrServer if the database is down.
func TestGetOnEveryServer(t *testing.T) {
	t.Parallel()
	onVersions(t, func(t *testing.T, version string) {
		srv, _ := serve(t, version, history()...)
		s := srv.Client(zadig.WithRetry(zadig.RetryPolicy{MaxAttempts: 1})).Delivery
		o := delivery.GetOptions{ProjectName: "shop"}
		release, err := s.Get(t.Context(), id(7), o)
		_, missing := s.Get(t.Context(), id(999), o)
		if version == "v1.7.1" {
			require.ErrorIs(t, err, zadig.ErrUnsupported)
			require.ErrorIs(t, missing, zadig.ErrUnsupported)
		} else {
			require.NoError(t, err)
			assert.Equal(t, id(7), release.VersionInfo.ID)
			require.ErrorIs(t, missing, zadig.ErrNotFound)
		}
		srv.Inject(zadigtest.DatabaseDown())
		_, err = s.Get(t.Context(), id(7), o)
		require.Error(t, err)
		assert.NotErrorIs(t, err, zadig.ErrNotFound)
		assert.NotErrorIs(t, err, zadig.ErrBadRequest)
	}, zadigtest.Versions()...)
}
