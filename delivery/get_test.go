package delivery_test

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"

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
			c, srv := play(t, r)
			asked := r.Request.Path[len(listPath)+1:]
			release, err := c.Delivery.Get(t.Context(), asked, delivery.GetOptions{})
			require.NoError(t, err)
			assert.Equal(t, strings.ToLower(asked), release.VersionInfo.ID)
			assert.Nil(t, release.RawJSON())
			require.Len(t, srv.Asked(), 1)
			assert.Equal(t, r.Request.Path, srv.Asked()[0].Path)

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
			c, srv := play(t, recording.Get(t, "v5.0.0/release_by_id"))
			_, err := c.Delivery.Get(t.Context(), id(1), test.options)
			require.NoError(t, err)
			assert.Equal(t, []*url.URL{{Path: listPath + "/" + id(1), RawQuery: test.query}}, srv.Asked())
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
			c, srv := play(t)
			_, err := c.Delivery.Get(t.Context(), bad, delivery.GetOptions{})
			require.ErrorIs(t, err, zadig.ErrBadRequest)
			assert.ErrorContains(t, err, "delivery.Get: bad request: id: ")
			assert.Less(t, len(err.Error()), 200)
			assert.NotContains(t, err.Error(), "\n")
			assert.Empty(t, srv.Asked())
		})
	}
}

// 400 with code 6563 is a missing release or a database that is down.
func TestGetFindsOutWhatIsMissing(t *testing.T) {
	t.Parallel()
	const old = `[{"versionInfo":{"id":"619dbaa8c528c2182225e8d9"},"buildInfo":[],"deployInfo":[],"testInfo":[],"distributeInfo":[],"securityStatsInfo":[]}]`
	for name, test := range map[string]struct {
		list     http.Handler
		sentinel error
		says     string
		requests int
	}{
		"the list is answered":             {recording.Get(t, "v1.11.0/releases_collaboration_no_project"), zadig.ErrNotFound, "not found", 2},
		"the list is empty":                {recording.Answer(200, `[]`), zadig.ErrNotFound, "not found", 2},
		"the list is null":                 {recording.Answer(200, `null`), zadig.ErrNotFound, "not found", 2},
		"the list's release is flat":       {recording.Get(t, "v5.0.0/releases_page1_per_page5"), zadig.ErrNotFound, "not found", 2},
		"the list's release is odd":        {recording.Answer(200, `[{"versionInfo":17}]`), zadig.ErrNotFound, "not found", 2},
		"the list is more than brief":      {recording.Answer(200, old), zadig.ErrUnexpectedResponse, "servers up to v1.7.1 find no release by id; use All", 2},
		"the database is down":             {recording.Get(t, "v1.11.0/db_down_releases_brief"), zadig.ErrServer, "cannot answer a list either", 2},
		"the database is down, v4.0":       {recording.Answer(500, `{"code":500,"description":"server selection error","message":"Internal Error: "}`), zadig.ErrServer, "cannot answer a list either", 2},
		"the connection is closed":         {recording.Get(t, "v1.11.0/db_down_releases_with_project"), zadig.ErrServer, "cannot answer a list either", 4},
		"the gateway has nobody behind it": {recording.Answer(503, ""), zadig.ErrServer, "cannot answer a list either", 4},
		"the token has expired meanwhile":  {recording.Answer(401, ""), zadig.ErrServer, "unauthorized", 2},
		"a login page":                     {recording.Answer(200, "<html>"), zadig.ErrServer, "cannot answer a list either", 2},
		"an object":                        {recording.Answer(200, `{"message":"success"}`), zadig.ErrServer, "cannot answer a list either", 2},
		"nothing":                          {recording.Answer(200, ""), zadig.ErrServer, "cannot answer a list either", 2},
	} {
		for _, o := range []delivery.GetOptions{{}, {ProjectName: "nginx2"}} {
			t.Run(name+"/"+o.ProjectName, func(t *testing.T) {
				t.Parallel()
				c, srv := play(t, recording.Get(t, "v1.11.0/release_not_found"), test.list)
				release, err := c.Delivery.Get(t.Context(), id(1), o)
				assert.Nil(t, release)
				require.ErrorIs(t, err, test.sentinel)
				for _, other := range []error{zadig.ErrNotFound, zadig.ErrServer, zadig.ErrUnexpectedResponse, zadig.ErrBadRequest, zadig.ErrUnauthorized} {
					assert.Equal(t, errors.Is(test.sentinel, other), errors.Is(err, other), "exactly one sentinel: %v", other)
				}
				assert.ErrorContains(t, err, listPath+"/"+id(1), "it is about the release")
				assert.ErrorContains(t, err, test.says)
				assert.NotContains(t, err.Error(), "\n")

				asked := srv.Asked()
				require.Len(t, asked, test.requests)
				query := url.Values{"page": {"1"}, "per_page": {"1"}, "verbosity": {"brief"}}
				if o.ProjectName != "" {
					query["projectName"], query["ifPassFilter"] = []string{o.ProjectName}, []string{"true"}
				}
				assert.Equal(t, listPath, asked[1].Path)
				assert.Equal(t, query, asked[1].Query())
			})
		}
	}
}

func TestGetWhoseContextEndsBeforeItIsDecided(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	c, srv := play(t, recording.Get(t, "v1.11.0/release_not_found"), http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done()
	}))
	_, err := c.Delivery.Get(ctx, id(1), delivery.GetOptions{})
	require.ErrorIs(t, err, context.Canceled)
	require.NotErrorIs(t, err, zadig.ErrNotFound)
	var answer *zadig.Error
	require.ErrorAs(t, err, &answer, "what came is not lost")
	assert.Equal(t, 6563, answer.Code)
	assert.NotContains(t, err.Error(), "\n", "one line")
	assert.Len(t, srv.Asked(), 2)
}

func TestGetFailures(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		answer   http.Handler
		sentinel error
		says     string
	}{
		"null":          {recording.Answer(200, `null`), zadig.ErrUnexpectedResponse, "got null, want a release"},
		"empty object":  {recording.Answer(200, `{}`), zadig.ErrUnexpectedResponse, "got a JSON object, want a release"},
		"success":       {recording.Answer(200, `{"message":"success"}`), zadig.ErrUnexpectedResponse, "got a JSON object, want a release"},
		"collaboration": {recording.Get(t, "v1.11.0/releases_collaboration_pending"), zadig.ErrUnexpectedResponse, "collaboration mode"},
		"array":         {recording.Get(t, "v1.11.0/releases_taskid_7"), zadig.ErrUnexpectedResponse, "got a JSON array, want a release"},
		"string":        {recording.Answer(200, `"ok"`), zadig.ErrUnexpectedResponse, "got a JSON string, want a release"},
		"login page":    {recording.Answer(200, "<html>"), zadig.ErrUnexpectedResponse, "an HTML page"},
		"nothing":       {recording.Answer(200, ""), zadig.ErrUnexpectedResponse, "got an empty body, want a release"},
		"text":          {recording.Answer(200, "it works"), zadig.ErrUnexpectedResponse, "invalid JSON at byte 0"},
		"wrong member":  {recording.Answer(200, `{"versionInfo":{"id":"x","taskId":"1"}}`), zadig.ErrUnexpectedResponse, "at /versionInfo/taskId: got a string, want an integer"},
		"two of them":   {recording.Answer(200, `{"versionInfo":{"id":"x"}}{}`), zadig.ErrUnexpectedResponse, "invalid JSON at byte 26"},
		"panic":         {recording.Get(t, "v1.11.0/panic_release_by_id"), zadig.ErrServer, "empty body"},
		"project gone":  {recording.Answer(500, `{"code":500,"description":"failed to find product template gone, err: mongo: no documents in result","message":"Internal Error: "}`), zadig.ErrServer, "product template gone"},
		"no permission": {recording.Get(t, "v5.0.0/forbidden_release_by_id"), zadig.ErrForbidden, "403"},
		"unknown path":  {recording.Get(t, "v1.11.0/aslan_unknown_route"), zadig.ErrUnexpectedResponse, "no releases by id; is the base URL right?"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, srv := play(t, test.answer)
			release, err := c.Delivery.Get(t.Context(), id(1), delivery.GetOptions{ProjectName: "p"})
			assert.Nil(t, release)
			require.ErrorIs(t, err, test.sentinel)
			assert.ErrorContains(t, err, test.says)
			assert.Equal(t, 1, strings.Count(err.Error(), test.sentinel.Error()), "said once: %v", err)
			assert.Equal(t, listPath+"/"+id(1), srv.Asked()[0].Path)
		})
	}
}

func TestGetNamesTheOptionThatIsMissing(t *testing.T) {
	t.Parallel()
	c, srv := play(t, recording.Get(t, "v5.0.0/release_by_id_without_project"))
	_, err := c.Delivery.Get(t.Context(), id(1), delivery.GetOptions{})
	require.ErrorIs(t, err, zadig.ErrBadRequest)
	assert.ErrorContains(t, err, "projectName can't be empty!")
	assert.ErrorContains(t, err, "GetOptions.ProjectName")
	var answer *zadig.Error
	require.ErrorAs(t, err, &answer)
	assert.Equal(t, 400, answer.Code)
	assert.Len(t, srv.Asked(), 1)

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
