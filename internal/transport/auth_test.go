package transport_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/internal/testkit/clienttest"
	"github.com/zadig-go/zadig/internal/testkit/servertest"
	"github.com/zadig-go/zadig/internal/transport"
)

func TestSameOrigin(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name, a, b string
		same       bool
	}{
		{"equal", "https://h/a", "https://h/b", true},
		{"default port of https", "https://h", "https://h:443", true},
		{"default port of http", "http://h:80", "http://h", true},
		{"empty port", "https://h:", "https://h", true},
		{"letter case", "HTTPS://H.Example.COM", "https://h.example.com", true},
		{"IPv6", "http://[::1]:80", "http://[::1]", true},
		{"scheme", "http://h", "https://h", false},
		{"scheme with the same port", "http://h:443", "https://h:443", false},
		{"port", "https://h:8443", "https://h", false},
		{"the other's default port", "https://h:80", "https://h", false},
		{"host", "https://h", "https://i", false},
		{"subdomain", "https://a.h", "https://h", false},
		{"longer", "https://h.evil.example.com", "https://h", false},
		{"user info that looks like the host", "https://h@evil.example.com", "https://h", false},
		{"dot at the end", "https://h.", "https://h", false},
		{"no scheme", "//h", "https://h", false},
		{"nothing", "", "https://h", false},
	} {
		a, err := url.Parse(row.a)
		require.NoError(t, err)
		b, err := url.Parse(row.b)
		require.NoError(t, err)
		assert.Equal(t, row.same, transport.SameOrigin(a, b), row.name)
		assert.Equal(t, row.same, transport.SameOrigin(b, a), row.name)
	}
}

func TestCheckToken(t *testing.T) {
	t.Parallel()
	for _, good := range []string{"x", "eyJhbGciOiJIUzI1NiJ9.e30.c2ln-_", "!~", "a+/=", `"quoted"`} {
		require.NoError(t, transport.CheckToken(good), good)
	}
	for bad, because := range map[string]string{
		"":              "is empty",
		"hunter2\n":     "line break",
		"hunter2\r":     "line break",
		"\nhunter2":     "line break",
		" hunter2":      `without "Bearer "`,
		"hunter2 ":      "a space",
		"Bearer hunter": `without "Bearer "`,
		"hunter2\t":     "a space or a character",
		"hunter2\x00":   "a character that no header may have",
		"hunter2\x7f":   "a character that no header may have",
		"hunter2é":      "a character that no header may have",
		"hunter2\xff":   "a character that no header may have",
	} {
		err := transport.CheckToken(bad)
		require.ErrorContains(t, err, because, "%q", bad)
		assert.NotContains(t, err.Error(), "hunter")
	}
}

// A token source that fails ends the call.
func TestTokenSourceFails(t *testing.T) {
	t.Parallel()
	reason := errors.New("out of order")
	for because, source := range map[string]func(context.Context) (string, error){
		"token source: out of order":                    func(context.Context) (string, error) { return "hunter2", reason },
		"token source: the token is empty":              func(context.Context) (string, error) { return "", nil },
		"token source: the token contains a line break": func(context.Context) (string, error) { return "hunter2\nX: y", nil },
	} {
		client, s := clienttest.Serve(t, servertest.JSON(`[]`), zadig.WithTokenSource(source))
		err := client.Get(t.Context(), "/x", nil, nil)
		require.ErrorContains(t, err, because)
		assert.Equal(t, strings.Contains(because, reason.Error()), errors.Is(err, reason))
		assert.NotContains(t, err.Error(), "hunter2")
		assert.NotContains(t, err.Error(), "attempts", "it is final")
		assert.Empty(t, clienttest.Sentinel(err), "no response came")
		assert.Zero(t, s.Count())
	}
}

// The deadline that a token source sets itself is not that of the caller.
func TestTokenSourceWithItsOwnTimeout(t *testing.T) {
	t.Parallel()
	reason := errors.New("out of order")
	client, s := clienttest.Serve(t, servertest.JSON(`[]`), zadig.WithTokenSource(func(context.Context) (string, error) {
		return "", fmt.Errorf("issuer: %w: %w", reason, context.DeadlineExceeded)
	}))
	err := client.Get(t.Context(), "/x", nil, nil)
	require.ErrorIs(t, err, reason)
	require.ErrorIs(t, err, os.ErrDeadlineExceeded)
	require.NotErrorIs(t, err, context.DeadlineExceeded)
	assert.ErrorContains(t, err, "token source: issuer: out of order: context deadline exceeded")
	assert.Equal(t, "the program could not get an API token to send", zadig.Explain(err))
	assert.Zero(t, s.Count())
}

// A token source that ignores its context does not hold up the call.
func TestTokenSourceThatIgnoresItsContext(t *testing.T) {
	t.Parallel()
	deaf := zadig.WithTokenSource(func(context.Context) (string, error) {
		time.Sleep(time.Hour)
		return "right-token", nil
	})
	inBubble(t, servertest.JSON(`{}`), []zadig.Option{deaf}, func(t *testing.T, client *zadig.Client, s *servertest.Server) {
		start := time.Now()
		err := client.Get(within(t, 2*time.Second), "/api/x", nil, nil)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		assert.NotErrorIs(t, err, os.ErrDeadlineExceeded, "the deadline is the caller's")
		assert.Equal(t, 2*time.Second, time.Since(start))
		assert.Zero(t, s.Count())
		time.Sleep(2 * time.Hour) // until the source has ended
	})
}

func TestTokenSourceThatPanics(t *testing.T) {
	t.Parallel()
	client, _ := clienttest.Serve(t, servertest.JSON(`{}`), zadig.WithTokenSource(func(context.Context) (string, error) { panic("no vault") }))
	assert.PanicsWithValue(t, "no vault", func() { _ = client.Get(t.Context(), "/api/x", nil, nil) })
	client, _ = clienttest.Serve(t, servertest.JSON(`{}`), zadig.WithTokenSource(func(context.Context) (string, error) {
		runtime.Goexit()
		return "", nil
	}))
	require.ErrorContains(t, client.Get(t.Context(), "/api/x", nil, nil), "ended its goroutine")
}

// Each attempt has each cookie of the jar once, with its current value, and the cookie of
// WithHeader, which a cookie of the caller's request replaces.
func TestCookiesOfAJar(t *testing.T) {
	t.Parallel()
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	cookie := func(status int, pod string) http.HandlerFunc {
		return servertest.Status(status, "[]", "Set-Cookie", "pod="+pod+"; Path=/")
	}
	client, s := clienttest.Serve(t, servertest.Script(cookie(503, "a"), cookie(503, "b"), cookie(200, "c")),
		zadig.WithHTTPClient(&http.Client{Jar: jar}), zadig.WithHeader("Cookie", "sso=1"))
	require.NoError(t, client.Get(t.Context(), "/x", nil, nil))
	own := clienttest.NewRequest(t, "/x")
	own.Header.Set("Cookie", "sso=2")
	resp, err := client.Do(own)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	for i, want := range []string{"sso=1", "sso=1; pod=a", "sso=1; pod=b", "sso=2; pod=c"} {
		assert.Equal(t, []string{want}, s.Requests()[i].Header["Cookie"], "request %d", i+1)
	}
	assert.Equal(t, []string{"sso=2"}, own.Header["Cookie"], "the caller's request stays as it was")
}
