package zadig_test

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"log/slog"
	"math"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/internal/testkit/clienttest"
	"github.com/zadig-go/zadig/internal/testkit/servertest"
)

func tlsConfig() *tls.Config { return &tls.Config{MinVersion: tls.VersionTLS12} }

func noProxy(*http.Request) (*url.URL, error) { return nil, nil }

func noToken(context.Context) (string, error) { return "abcdef", nil }

func sameTransport(rt http.RoundTripper) http.RoundTripper { return rt }

func nilTransport(http.RoundTripper) http.RoundTripper { return nil }

// limiter is a rate limiter that nobody calls.
type limiter struct{ limitFunc }

type limitFunc func(context.Context) error

func (f limitFunc) Wait(ctx context.Context) error { return f(ctx) }

func TestOptions(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name    string
		option  zadig.Option
		because string // "": the option is valid
	}{
		{"nil option", nil, "option 1: got nil, want an Option"},

		{"token", zadig.WithToken("eyJhbGciOiJIUzI1NiJ9.e30.c2ln"), ""},
		{"token with a line break at its end", zadig.WithToken("hunter2\n"), "line break"},
		{"token with its scheme", zadig.WithToken("Bearer hunter2"), `without "Bearer "`},
		{"token source", zadig.WithTokenSource(noToken), ""},
		{"token source nil", zadig.WithTokenSource(nil), "WithTokenSource: got nil, want a function that returns a token"},

		{"client", zadig.WithHTTPClient(new(http.Client)), ""},
		{"client nil", zadig.WithHTTPClient(nil), "WithHTTPClient: got nil, want an *http.Client"},
		{"transport", zadig.WithTransport(new(http.Transport)), ""},
		{"transport nil", zadig.WithTransport(nil), "WithTransport: got nil, want an http.RoundTripper"},
		{"transport a nil pointer", zadig.WithTransport((*http.Transport)(nil)), "WithTransport: got nil, want an http.RoundTripper"},
		{"transport a nil function", zadig.WithTransport(servertest.RoundTripper(nil)), "WithTransport: got nil, want an http.RoundTripper"},
		{"TLS", zadig.WithTLSConfig(tlsConfig()), ""},
		{"TLS nil", zadig.WithTLSConfig(nil), "WithTLSConfig: got nil, want a *tls.Config"},
		{"proxy", zadig.WithProxy(noProxy), ""},
		{"proxy nil", zadig.WithProxy(nil), "WithProxy: got nil, want a function"},
		{"middleware", zadig.WithMiddleware(sameTransport), ""},
		{"middleware nil", zadig.WithMiddleware(nil), "WithMiddleware: got nil, want a function"},
		{"middleware that returns nil", zadig.WithMiddleware(nilTransport), "a middleware returned nil"},

		{"retry, the defaults", zadig.WithRetry(zadig.RetryPolicy{}), ""},
		{"retry never", zadig.WithRetry(zadig.RetryPolicy{MaxAttempts: 1}), ""},
		{"retry with long waits", zadig.WithRetry(zadig.RetryPolicy{MinWait: math.MaxInt64, MaxWait: math.MaxInt64}), ""},
		{"retry, attempts negative", zadig.WithRetry(zadig.RetryPolicy{MaxAttempts: -1}), "no field may be negative"},
		{"retry, first wait negative", zadig.WithRetry(zadig.RetryPolicy{MinWait: -1}), "no field may be negative"},
		{"retry, last wait negative", zadig.WithRetry(zadig.RetryPolicy{MaxWait: -1}), "no field may be negative"},
		{"retry, waits the wrong way round", zadig.WithRetry(zadig.RetryPolicy{MinWait: 2, MaxWait: 1}), "longer than MaxWait"},
		{"timeout", zadig.WithTimeout(time.Second), ""},
		{"timeout, the default", zadig.WithTimeout(0), ""},
		{"timeout negative", zadig.WithTimeout(-time.Second), "the timeout must not be negative"},

		{"logger", zadig.WithLogger(slog.New(slog.DiscardHandler)), ""},
		{"logger nil", zadig.WithLogger(nil), "WithLogger: got nil, want a *slog.Logger"},
		{"header", zadig.WithHeader("X-Request-Id", "4711"), ""},
		{"header with a tab", zadig.WithHeader("X-Note", "a\tb"), ""},
		{"header without a name", zadig.WithHeader("", "x"), "the header name must not be empty"},
		{"header name with a space", zadig.WithHeader("X Y", "x"), "the header name must be a valid field name"},
		{"header name not ASCII", zadig.WithHeader("Ünknown", "x"), "the header name must be a valid field name"},
		{"header value with a line break", zadig.WithHeader("X", "hunter2\nX-Evil: 1"), "line break"},
		{"header value with a zero byte", zadig.WithHeader("X", "hunter2\x00"), "control character"},

		{"limit", zadig.WithMaxResponseBytes(1), ""},
		{"limit, the default", zadig.WithMaxResponseBytes(0), ""},
		{"limit none", zadig.WithMaxResponseBytes(math.MaxInt64), ""},
		{"limit negative", zadig.WithMaxResponseBytes(-1), "the limit must not be negative"},
		{"raw JSON", zadig.WithRawJSON(), ""},
		{"limiter", zadig.WithRateLimiter(&limiter{}), ""},
		{"limiter nil", zadig.WithRateLimiter(nil), "WithRateLimiter: got nil, want a limiter"},
		{"limiter a nil pointer", zadig.WithRateLimiter((*limiter)(nil)), "WithRateLimiter: got nil, want a limiter"},
		{"limiter a nil function", zadig.WithRateLimiter(limitFunc(nil)), "WithRateLimiter: got nil, want a limiter"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			client, err := zadig.NewClient("https://zadig.example.com", row.option)
			if row.because == "" {
				require.NoError(t, err)
				_, err = clienttest.New(t, "https://zadig.example.com").With(row.option)
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, row.because)
			assert.Nil(t, client)
			assert.NotContains(t, err.Error(), "hunter2")
			assert.NotContains(t, err.Error(), "\n")

			client, err = clienttest.New(t, "https://zadig.example.com").With(row.option)
			require.ErrorContains(t, err, row.because)
			assert.Nil(t, client)
		})
	}
}

func TestOptionsThatExcludeEachOther(t *testing.T) {
	t.Parallel()
	client := zadig.WithHTTPClient(new(http.Client))
	rt := zadig.WithTransport(new(http.Transport))
	secure := zadig.WithTLSConfig(tlsConfig())
	proxy := zadig.WithProxy(noProxy)
	check := func(exclusive bool, one, two zadig.Option) {
		for _, pair := range [][2]zadig.Option{{one, two}, {two, one}} {
			_, together := zadig.NewClient("https://zadig.example.com", pair[0], pair[1])
			_, later := clienttest.New(t, "https://zadig.example.com", pair[0]).With(pair[1])
			for _, err := range []error{together, later} {
				if exclusive {
					require.ErrorContains(t, err, "your", "it must say what to do")
				} else {
					require.NoError(t, err)
				}
			}
		}
	}
	check(true, client, secure)
	check(true, client, proxy)
	check(true, rt, secure)
	check(true, rt, proxy)
	check(true, client, rt)
	check(false, secure, proxy)
	check(false, client, client)
	check(false, rt, rt)
}

// The caller owns the values that it passes to an option, and may change them later.
func TestOptionsCopyWhatTheyAreGiven(t *testing.T) {
	t.Parallel()
	_, s := clienttest.Serve(t, servertest.JSON(`[]`))
	mine := &http.Client{Transport: new(http.Transport)}
	client := clienttest.New(t, s.URL, zadig.WithHTTPClient(mine), zadig.WithToken("abcdef"))
	require.NoError(t, client.Get(t.Context(), "/x", nil, nil))
	assert.Nil(t, mine.CheckRedirect)
	assert.IsType(t, new(http.Transport), mine.Transport)
	mine.Transport = servertest.RoundTripper(nil)
	require.NoError(t, client.Get(t.Context(), "/x", nil, nil))

	secure := httptest.NewUnstartedServer(servertest.JSON(`[]`))
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	secure.StartTLS()
	t.Cleanup(secure.Close)
	cfg := tlsConfig()
	client = clienttest.New(t, secure.URL, zadig.WithTLSConfig(cfg))
	cfg.InsecureSkipVerify = true
	for _, opts := range [][]zadig.Option{nil, {zadig.WithProxy(noProxy)}} { // the latter makes a new transport
		client, err := client.With(opts...)
		require.NoError(t, err)
		require.ErrorContains(t, client.Get(t.Context(), "/x", nil, nil), "certificate")
	}
	assert.Empty(t, cfg.NextProtos, "net/http writes into the configuration that it is given")
}

// Printing options, and clients before and after With, does not show what they were
// given.
func TestOptionsArePrintedWithoutSecrets(t *testing.T) {
	t.Parallel()
	const secret = "hunter2-token+/=abc"
	for name, row := range map[string]struct {
		option zadig.Option
		header string
	}{
		"token":        {zadig.WithToken(secret), "Authorization"},
		"token source": {zadig.WithTokenSource(func(context.Context) (string, error) { return secret, nil }), "Authorization"},
		"header":       {zadig.WithHeader("Authorization", "Bearer "+secret), "Authorization"},
		"other header": {zadig.WithHeader("X-Api-Key", secret), "X-Api-Key"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, s := clienttest.Serve(t, servertest.JSON(`[]`), row.option)
			require.NoError(t, client.Get(t.Context(), "/x", nil, nil)) // it may keep what it has sent
			require.Contains(t, s.Requests()[0].Header.Get(row.header), secret)
			variant, err := client.With(zadig.WithHeader("X-Other", secret))
			require.NoError(t, err)
			resp, err := client.Do(clienttest.NewRequest(t, "/x"))
			require.NoError(t, err)
			require.NoError(t, resp.Body.Close())
			sent := resp.Request.Header.Clone()
			sent.Del("X-Api-Key") // set by the caller, so it is no secret to the caller
			for what, value := range map[string]any{
				"option": row.option, "options": []zadig.Option{row.option},
				"client": client, "client by value": *client, "variant": variant,
				"client in a map": map[string]any{"client": client}, "client in a struct": struct{ C zadig.Client }{*client},
				"releases": client.Delivery, "releases by value": *client.Delivery,
				"artifacts": client.Artifact, "artifacts by value": *client.Artifact,
				"headers of the response's request": sent,
			} {
				for way, text := range clienttest.Printed(value) {
					assert.NotContains(t, text, "hunter2", "%s by %s", what, way)
					assert.NotContains(t, text, fmt.Sprintf("%x", "hunter2"), "%s by %s", what, way)
				}
			}
		})
	}
}
