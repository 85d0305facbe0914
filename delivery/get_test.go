package delivery_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/jarcoal/httpmock"

	"github.com/zadig-go/zadig/internal/testkit/clienttest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/delivery"
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
		t.Run(r.Name, func(t *testing.T) {
			t.Parallel()
			c, mock := clienttest.Mocked(t, r.Request.Path, r.Respond)
			asked := r.Request.Path[len(listPath)+1:]
			release, err := c.Delivery.Get(t.Context(), asked, delivery.GetOptions{})
			require.NoError(t, err)
			assert.Equal(t, strings.ToLower(asked), release.VersionInfo.ID)
			assert.Nil(t, release.RawJSON())
			require.Len(t, mock.URLs(), 1)
			assert.Equal(t, r.Request.Path, mock.URLs()[0].Path)

			keeping, err := c.With(zadig.WithRawJSON())
			require.NoError(t, err)
			release, err = keeping.Delivery.Get(t.Context(), asked, delivery.GetOptions{})
			require.NoError(t, err)
			assert.Equal(t, string(r.Bytes()), string(release.RawJSON()))
		})
	}
	require.Greater(t, count, 10, "most recordings have gone")
}

func TestGetSendsTheProject(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		options delivery.GetOptions
		query   string
	}{
		"none":    {delivery.GetOptions{}, ""},
		"project": {delivery.GetOptions{ProjectName: "商城&shop"}, "ifPassFilter=true&projectName=%E5%95%86%E5%9F%8E%26shop"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, mock := clienttest.Mocked(t, listPath+"/"+id(1), recording.Get(t, "v5.0.0/release_by_id").Respond)
			_, err := c.Delivery.Get(t.Context(), id(1), test.options)
			require.NoError(t, err)
			assert.Equal(t, []*url.URL{{Path: listPath + "/" + id(1), RawQuery: test.query}}, mock.URLs())
		})
	}
}

func TestGetRefusesIDs(t *testing.T) {
	t.Parallel()
	for name, bad := range map[string]string{
		"empty":           "",
		"23 digits":       strings.Repeat("a", 23),
		"25 digits":       strings.Repeat("a", 25),
		"not hex":         strings.Repeat("g", 24),
		"not hex, upper":  strings.Repeat("G", 24),
		"a path":          "../../../../../../../etc",
		"a query":         strings.Repeat("a", 20) + "?a=b",
		"a space":         strings.Repeat("a", 23) + " ",
		"a line break":    strings.Repeat("a", 23) + "\n",
		"24 bytes of 8":   "商城商城商城商城",
		"24 wide digits":  strings.Repeat("１", 24),
		"a whole article": strings.Repeat("long ", 1000),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, mock := clienttest.NewMock(t)
			_, err := c.Delivery.Get(t.Context(), bad, delivery.GetOptions{})
			require.ErrorIs(t, err, zadig.ErrBadRequest)
			assert.ErrorContains(t, err, "delivery.Get: bad request: id: ")
			assert.Less(t, len(err.Error()), 200)
			assert.NotContains(t, err.Error(), "\n")
			assert.Empty(t, mock.URLs())
		})
	}
}

// 400 with code 6563 is a missing release or a database that is down.
func TestGetFindsOutWhatIsMissing(t *testing.T) {
	t.Parallel()
	const old = `[{"versionInfo":{"id":"619dbaa8c528c2182225e8d9"},"buildInfo":[],"deployInfo":[],"testInfo":[],"distributeInfo":[],"securityStatsInfo":[]}]`
	const brief = `[{"versionInfo":{"id":"619dbaa8c528010000010000"}}]`
	for name, test := range map[string]struct {
		list     httpmock.Responder
		sentinel string
		says     string
		requests int
	}{
		"the list is answered":             {recording.Get(t, "v1.11.0/releases_collaboration_no_project").Respond, "ErrNotFound", "not found", 2},
		"the list is empty":                {clienttest.Respond(200, `[]`), "ErrNotFound", "not found", 2},
		"the list is null":                 {clienttest.Respond(200, `null`), "ErrNotFound", "not found", 2},
		"the list's release is flat":       {recording.Get(t, "v5.0.0/releases_page1_per_page5").Respond, "ErrNotFound", "not found", 2},
		"the list's release is odd":        {clienttest.Respond(200, `[{"versionInfo":17}]`), "ErrNotFound", "not found", 2},
		"the list is more than brief":      {clienttest.Respond(200, old), "ErrUnexpectedResponse", "servers up to v1.7.1 find no release by id; use All", 2},
		"the list is brief":                {clienttest.Respond(200, brief), "ErrNotFound", "not found", 2},
		"the database is down":             {recording.Get(t, "v1.11.0/db_down_releases_brief").Respond, "ErrServer", "listing fails, too", 2},
		"the database is down, with code":  {recording.Get(t, "v1.11.0/db_down_releases_brief").Respond, "ErrServer", "6561", 2},
		"the database is down, v4.0":       {clienttest.Respond(500, `{"code":500,"description":"server selection error","message":"Internal Error: "}`), "ErrServer", "listing fails, too", 2},
		"the connection is closed":         {recording.Get(t, "v1.11.0/db_down_releases_with_project").Respond, "ErrServer", "listing fails, too", 4},
		"the connection is closed, by EOF": {recording.Get(t, "v1.11.0/db_down_releases_with_project").Respond, "ErrServer", "EOF", 4},
		"the list is forbidden":            {clienttest.Respond(403, ""), "ErrServer", "403", 2},
		"the gateway has nobody behind it": {clienttest.Respond(503, ""), "ErrServer", "listing fails, too", 4},
		"the token has expired meanwhile":  {clienttest.Respond(401, ""), "ErrServer", "unauthorized", 2},
		"a login page":                     {clienttest.Respond(200, "<html>"), "ErrServer", "listing fails, too", 2},
		"an object":                        {clienttest.Respond(200, `{"message":"success"}`), "ErrServer", "listing fails, too", 2},
		"nothing":                          {clienttest.Respond(200, ""), "ErrServer", "listing fails, too", 2},
	} {
		for _, missing := range []string{"v1.11.0/release_not_found", "v1.11.0/db_down_release_by_id", "v5.0.0/release_not_found"} {
			for _, o := range []delivery.GetOptions{{}, {ProjectName: "nginx2"}} {
				t.Run(name+"/"+missing+"/"+o.ProjectName, func(t *testing.T) {
					t.Parallel()
					c, mock := clienttest.Mocked(t, listPath+"/"+id(1), recording.Get(t, missing).Respond)
					query := url.Values{"page": {"1"}, "per_page": {"1"}, "verbosity": {"brief"}}
					if o.ProjectName != "" {
						query["projectName"], query["ifPassFilter"] = []string{o.ProjectName}, []string{"true"}
					}
					mock.Get(listPath+"?"+query.Encode(), test.list)

					release, err := c.Delivery.Get(t.Context(), id(1), o)
					assert.Nil(t, release)
					assert.Equal(t, test.sentinel, clienttest.Sentinel(err))
					assert.ErrorContains(t, err, test.says)
					assert.NotContains(t, err.Error(), "\n")
					failure := clienttest.AsError(t, err)
					assert.Contains(t, failure.URL, listPath+"/"+id(1), "it is about the release")
					assert.Equal(t, 6563, failure.Code)
					assert.Len(t, mock.URLs(), test.requests)
				})
			}
		}
	}
}

// The list is a request like any other: a proxy's 503 is not its end.
func TestGetRetriesTheListToo(t *testing.T) {
	t.Parallel()
	c, mock := clienttest.Mocked(t, listPath+"/"+id(1), recording.Get(t, "v1.11.0/release_not_found").Respond)
	mock.Get(listPath, clienttest.Respond(503, "").Then(clienttest.Respond(200, "[]")))
	_, err := c.Delivery.Get(t.Context(), id(1), delivery.GetOptions{})
	assert.Equal(t, "ErrNotFound", clienttest.Sentinel(err))
	assert.Len(t, mock.URLs(), 3)
}

func TestGetWhoseContextEndsBeforeItIsDecided(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	c, mock := clienttest.Mocked(t, listPath+"/"+id(1), recording.Get(t, "v1.11.0/release_not_found").Respond)
	mock.Get(listPath, func(req *http.Request) (*http.Response, error) {
		cancel()
		<-req.Context().Done()
		return nil, req.Context().Err()
	})
	_, err := c.Delivery.Get(ctx, id(1), delivery.GetOptions{})
	require.ErrorIs(t, err, context.Canceled)
	assert.Equal(t, "ErrServer", clienttest.Sentinel(err), "it is not known to be missing")
	assert.Equal(t, 6563, clienttest.AsError(t, err).Code, "what came is not lost")
	assert.NotContains(t, err.Error(), "\n", "one line")
	assert.Len(t, mock.URLs(), 2)
}

func TestGetFailures(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		response httpmock.Responder
		sentinel error
		says     string
	}{
		"null":          {clienttest.Respond(200, `null`), zadig.ErrUnexpectedResponse, "got null, want a release"},
		"empty object":  {clienttest.Respond(200, `{}`), zadig.ErrUnexpectedResponse, "got a JSON object, want a release"},
		"success":       {clienttest.Respond(200, `{"message":"success"}`), zadig.ErrUnexpectedResponse, "got a JSON object, want a release"},
		"collaboration": {recording.Get(t, "v1.11.0/releases_collaboration_pending").Respond, zadig.ErrUnexpectedResponse, "collaboration mode"},
		"array":         {recording.Get(t, "v1.11.0/releases_taskid_7").Respond, zadig.ErrUnexpectedResponse, "got a JSON array, want a release"},
		"string":        {clienttest.Respond(200, `"ok"`), zadig.ErrUnexpectedResponse, "got a JSON string, want a release"},
		"login page":    {clienttest.Respond(200, "<html>"), zadig.ErrUnexpectedResponse, "an HTML page"},
		"nothing":       {clienttest.Respond(200, ""), zadig.ErrUnexpectedResponse, "got an empty body, want a release"},
		"text":          {clienttest.Respond(200, "it works"), zadig.ErrUnexpectedResponse, "invalid JSON at byte 0"},
		"wrong member":  {clienttest.Respond(200, `{"versionInfo":{"id":"x","taskId":"1"}}`), zadig.ErrUnexpectedResponse, "at /versionInfo/taskId: got a string, want an integer"},
		"two of them":   {clienttest.Respond(200, `{"versionInfo":{"id":"x"}}{}`), zadig.ErrUnexpectedResponse, "invalid JSON at byte 26"},
		"panic":         {recording.Get(t, "v1.11.0/panic_release_by_id").Respond, zadig.ErrServer, "empty body"},
		"project gone":  {clienttest.Respond(500, `{"code":500,"description":"failed to find product template gone, err: mongo: no documents in result","message":"Internal Error: "}`), zadig.ErrServer, "product template gone"},
		"no permission": {recording.Get(t, "v5.0.0/forbidden_release_by_id").Respond, zadig.ErrForbidden, "403"},
		"unknown path":  {recording.Get(t, "v1.11.0/aslan_unknown_route").Respond, zadig.ErrUnexpectedResponse, "no releases by id; is the base URL right?"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, mock := clienttest.Mocked(t, listPath+"/"+id(1), test.response)
			release, err := c.Delivery.Get(t.Context(), id(1), delivery.GetOptions{ProjectName: "p"})
			assert.Nil(t, release)
			require.ErrorIs(t, err, test.sentinel)
			assert.ErrorContains(t, err, test.says)
			assert.Equal(t, 1, strings.Count(err.Error(), test.sentinel.Error()), "said once: %v", err)
			assert.Len(t, mock.URLs(), 1)
		})
	}
}

func TestGetNamesTheOptionThatIsMissing(t *testing.T) {
	t.Parallel()
	c, mock := clienttest.Mocked(t, listPath+"/"+id(1), recording.Get(t, "v5.0.0/release_by_id_without_project").Respond)
	_, err := c.Delivery.Get(t.Context(), id(1), delivery.GetOptions{})
	require.ErrorIs(t, err, zadig.ErrBadRequest)
	assert.ErrorContains(t, err, "projectName can't be empty!")
	assert.ErrorContains(t, err, "GetOptions.ProjectName")
	var answer *zadig.Error
	require.ErrorAs(t, err, &answer)
	assert.Equal(t, 400, answer.Code)
	assert.Len(t, mock.URLs(), 1)

	_, err = c.Delivery.Get(t.Context(), id(1), delivery.GetOptions{ProjectName: "p"})
	require.ErrorIs(t, err, zadig.ErrBadRequest)
	assert.NotContains(t, err.Error(), "GetOptions.ProjectName", "it is set")
}

// The same on every server: a release that is there is found, one that is not
// there is ErrNotFound, and a database that is down is ErrServer.
func TestGetOnEveryServer(t *testing.T) {
	t.Parallel()
	for _, version := range zadigtest.Versions() {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			srv := zadigtest.NewServer(t, zadigtest.WithServerVersion(version))
			c := srv.Client(zadig.WithRetry(zadig.RetryPolicy{MaxAttempts: 1}))
			const known, unknown = "619dbaa8c528c2182225e8d9", "619dbaa8c528c2182225e8d8"
			o := delivery.GetOptions{ProjectName: "nginx2"}

			release, err := c.Delivery.Get(t.Context(), known, o)
			_, missing := c.Delivery.Get(t.Context(), unknown, o)
			if version == "v1.7.1" {
				require.ErrorIs(t, err, zadig.ErrUnexpectedResponse)
				require.ErrorIs(t, missing, zadig.ErrUnexpectedResponse)
			} else {
				require.NoError(t, err)
				assert.Equal(t, known, release.VersionInfo.ID)
				require.ErrorIs(t, missing, zadig.ErrNotFound)
			}

			srv.Inject(zadigtest.DatabaseDown())
			_, err = c.Delivery.Get(t.Context(), known, o)
			require.Error(t, err)
			assert.NotErrorIs(t, err, zadig.ErrNotFound)
			assert.NotErrorIs(t, err, zadig.ErrBadRequest)
		})
	}
}
