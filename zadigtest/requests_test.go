package zadigtest_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/artifact"
	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/zadigtest"
)

func TestRequests(t *testing.T) {
	t.Parallel()
	srv := zadigtest.NewServer(t, zadigtest.WithToken("s3cret"))
	client := once(srv, zadig.WithHeader("X-Team", "shop"))
	_, err := client.Delivery.List(t.Context(), delivery.ListOptions{ProjectName: "商城", PerPage: 5})
	require.NoError(t, err)
	_, err = client.Artifact.Trace(t.Context(), "a+b", artifact.OneRequest())
	require.ErrorIs(t, err, zadig.ErrNotFound)
	resp, err := send(t, srv, http.MethodPost, "/api/aslan/nope?token=s3cret&token=again", http.Header{"Cookie": {"session=s3cret"}})
	require.NoError(t, err)
	resp.Body.Close()

	got := srv.Requests()
	require.Len(t, got, 3)
	assert.Equal(t, zadigtest.ListReleases, got[0].Endpoint)
	assert.Equal(t, "GET", got[0].Method)
	assert.Equal(t, "/api/aslan/delivery/releases", got[0].Path)
	assert.Equal(t, "商城", got[0].Query.Get("projectName"))
	assert.Equal(t, "5", got[0].Query.Get("per_page"))
	assert.Equal(t, "shop", got[0].Header.Get("X-Team"))
	assert.Equal(t, "Bearer [redacted]", got[0].Header.Get("Authorization"))
	assert.Equal(t, 200, got[0].Status)
	assert.Equal(t, "GET /api/directory/dc/artifact?image=a+b -> 500", got[1].String())
	assert.Equal(t, zadigtest.NoEndpoint, got[2].Endpoint)
	assert.Equal(t, "POST", got[2].Method)
	for _, r := range got {
		for _, values := range r.Header {
			assert.NotContains(t, strings.Join(values, ""), "s3cret")
		}
		assert.NotContains(t, r.Query.Encode(), "s3cret")
		assert.NotContains(t, r.String(), "s3cret")
	}

	got[0].Query["projectName"][0] = "mine"
	got[0].Query.Set("page", "9")
	got[0].Header.Set("X-Team", "mine")
	assert.Equal(t, "商城", srv.Requests()[0].Query.Get("projectName"), "the copy is the caller's")
	assert.NotEqual(t, "9", srv.Requests()[0].Query.Get("page"), "the copy is the caller's")
	assert.Equal(t, "shop", srv.Requests()[0].Header.Get("X-Team"), "the copy is the caller's")
	assert.Len(t, srv.RequestsTo(zadigtest.TraceArtifact), 1)
	srv.ClearRequests()
	assert.Empty(t, srv.Requests())
}

func TestExpectations(t *testing.T) {
	t.Parallel()
	srv := zadigtest.NewServer(t)
	ask(t, srv, releasesPath+"?projectName=%E5%95%86%E5%9F%8E&page=1")
	ask(t, srv, releasesPath+"?projectName=shop")

	srv.ExpectRequests(t, zadigtest.ListReleases, 2)
	srv.ExpectRequests(t, zadigtest.TraceArtifact, 0)
	r := srv.ExpectRequest(t, zadigtest.ListReleases, "projectName", "商城", "label", "")
	assert.Equal(t, "1", r.Query.Get("page"))
	srv.ExpectRequest(t, zadigtest.ListReleases)

	received := "\n\treceived:" +
		"\n\tGET /api/aslan/delivery/releases?page=1&projectName=商城 -> 200" +
		"\n\tGET /api/aslan/delivery/releases?projectName=shop -> 200"
	for want, do := range map[string]func(zadigtest.TB){
		"zadigtest: 2 requests to " + releasesPath + ", want 1" + received: func(tb zadigtest.TB) {
			srv.ExpectRequests(tb, zadigtest.ListReleases, 1)
		},
		"zadigtest: 0 requests to unknown paths, want 1" + received: func(tb zadigtest.TB) { srv.ExpectRequests(tb, zadigtest.NoEndpoint, 1) },
		"zadigtest: no request to /api/aslan/delivery/releases?page=2&projectName=shop" + received: func(tb zadigtest.TB) {
			srv.ExpectRequest(tb, zadigtest.ListReleases, "projectName", "shop", "page", "2")
		},
		`zadigtest: ExpectRequest: "page" is a parameter without a value`: func(tb zadigtest.TB) {
			srv.ExpectRequest(tb, zadigtest.ListReleases, "page")
		},
		"zadigtest: there were requests, want none" + received: func(tb zadigtest.TB) { srv.ExpectNoRequests(tb) },
	} {
		assert.Equal(t, want, failureOf(do))
	}

	srv.ClearRequests()
	srv.ExpectNoRequests(t)
	assert.Equal(t, "zadigtest: 0 requests to /api/directory/dc/artifact, want 1\n\treceived:",
		failureOf(func(tb zadigtest.TB) { srv.ExpectRequests(tb, zadigtest.TraceArtifact, 1) }))
}
