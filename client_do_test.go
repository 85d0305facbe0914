package zadig_test

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/internal/testkit/clienttest"
	"github.com/zadig-go/zadig/internal/testkit/servertest"
)

func TestDoRefusesRequests(t *testing.T) {
	t.Parallel()
	client, s := clienttest.Serve(t, servertest.JSON(`[]`), zadig.WithToken("hunter2-token"))
	change := func(f func(*http.Request)) *http.Request {
		req := clienttest.NewRequest(t, "/api/x")
		f(req)
		return req
	}
	for _, row := range []struct {
		name     string
		req      *http.Request
		argument string
	}{
		{"nil", nil, "req"},
		{"no URL", &http.Request{}, "req"},
		{"POST", change(func(r *http.Request) { r.Method = http.MethodPost }), "req.Method"},
		{"HEAD, to which servers answer 405", change(func(r *http.Request) { r.Method = http.MethodHead }), "req.Method"},
		{"lower case", change(func(r *http.Request) { r.Method = "get" }), "req.Method"},
		{"body", change(func(r *http.Request) { r.Body = io.NopCloser(strings.NewReader("x")) }), "req.Body"},
		{"another host", clienttest.NewRequest(t, "http://evil.example.com/api/x?token=hunter2"), "req.URL"},
		{"another port", clienttest.NewRequest(t, "http://127.0.0.1:1/api/x"), "req.URL"},
		{"another scheme", clienttest.NewRequest(t, strings.Replace(s.URL, "http:", "https:", 1)+"/api/x"), "req.URL"},
		{"host without scheme", clienttest.NewRequest(t, "//evil.example.com/api/x"), "req.URL"},
		{"scheme without host", change(func(r *http.Request) { r.URL = &url.URL{Scheme: "http", Path: "/api/x"} }), "req.URL"},
		{"opaque", change(func(r *http.Request) { r.URL = &url.URL{Opaque: "//evil.example.com/api/x"} }), "req.URL"},
		{"user info", change(func(r *http.Request) { r.URL.User = url.UserPassword("me", "hunter2") }), "req.URL"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			resp, err := client.Do(row.req) //nolint:bodyclose // there is none
			require.ErrorIs(t, err, zadig.ErrBadRequest)
			assert.Nil(t, resp)
			assert.Contains(t, err.Error(), "zadig.Client.Do: bad request: "+row.argument+": ")
			assert.NotContains(t, err.Error(), "hunter2")
			assert.NotContains(t, err.Error(), "\n")
		})
	}
	t.Cleanup(func() { assert.Zero(t, s.Count(), "nothing was sent") })
}

func TestDoSendsTheCallersRequest(t *testing.T) {
	t.Parallel()
	client, s := clienttest.Serve(t, servertest.JSON(`["x"]`), zadig.WithToken("abcdef"), zadig.WithHeader("X-Both", "client"),
		zadig.WithHeader("X-Client", "client"))
	inbound := clienttest.NewRequest(t, s.URL+"/api/x?a=1#part") // absolute, of the same origin
	inbound.Header.Set("X-Both", "request")
	inbound.Header.Set("Authorization", "Bearer of-somebody-else")
	inbound.RequestURI = "/as/a/server/got/it"
	inbound.Host = "elsewhere.example.com"
	inbound.Method = ""
	resp, err := client.Do(inbound)
	require.NoError(t, err)
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	assert.Equal(t, `["x"]`, string(body))

	got := s.Requests()[0]
	assert.Equal(t, servertest.BasePath+"/api/x?a=1", got.RequestURI)
	assert.Equal(t, strings.TrimSuffix(strings.TrimPrefix(s.URL, "http://"), servertest.BasePath), got.Host)
	assert.Equal(t, "request", got.Header.Get("X-Both"))
	assert.Equal(t, "client", got.Header.Get("X-Client"))
	assert.Equal(t, []string{"Bearer abcdef"}, got.Header["Authorization"])

	assert.Equal(t, "Bearer of-somebody-else", inbound.Header.Get("Authorization"), "the caller's request stays as it was")
	assert.Equal(t, "part", inbound.URL.Fragment)
	assert.NotContains(t, resp.Request.Header.Get("Authorization"), "abcdef", "the answer does not carry the token about")
	assert.Equal(t, s.URL+"/api/x?a=1", resp.Request.URL.String())
}

func TestHeaders(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name   string
		opts   []zadig.Option
		header string
		want   string
	}{
		{"user agent", nil, "User-Agent", "zadig-go/" + zadig.Version + " (+https://github.com/zadig-go/zadig)"},
		{"user's user agent", []zadig.Option{zadig.WithHeader("user-agent", "header/1")}, "User-Agent", "header/1"},
		{"accept", nil, "Accept", "application/json"},
		{"user's accept", []zadig.Option{zadig.WithHeader("Accept", "*/*")}, "Accept", "*/*"},
		{"second value replaces the first", []zadig.Option{zadig.WithHeader("X-A", "1"), zadig.WithHeader("x-a", "2")}, "X-A", "2"},
		{"host", []zadig.Option{zadig.WithHeader("host", "zadig.internal")}, "Host", "zadig.internal"},
		{"authorization without a token", []zadig.Option{zadig.WithHeader("Authorization", "Basic abc")}, "Authorization", "Basic abc"},
		{"token wins over authorization", []zadig.Option{zadig.WithHeader("Authorization", "Basic abc"), zadig.WithToken("abcdef")},
			"Authorization", "Bearer abcdef"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			client, s := clienttest.Serve(t, servertest.JSON(`[]`), row.opts...)
			require.NoError(t, client.Get(t.Context(), "/x", nil, nil))
			got := s.Requests()[0].Header
			got.Set("Host", s.Requests()[0].Host)
			assert.Equal(t, []string{row.want}, got[row.header])
		})
	}
}

// The zero Header is enough, even if a cookie jar adds to it and the request is retried.
func TestDoSendsARequestWithoutAHeader(t *testing.T) {
	t.Parallel()
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	client, s := clienttest.Serve(t, servertest.Script(servertest.Status(503, "", "Set-Cookie", "pod=a"), servertest.JSON(`[]`)),
		zadig.WithHTTPClient(&http.Client{Jar: jar}))
	req := &http.Request{URL: &url.URL{Path: "/x"}}
	resp, err := client.Do(req)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	assert.Equal(t, "pod=a", s.Requests()[1].Header.Get("Cookie"))
	assert.Nil(t, req.Header)
}
