// Package clienttest has helpers for tests that send requests with a
// zadig.Client.
package clienttest

import (
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/internal/errdef"
	"github.com/zadig-go/zadig/internal/testkit/servertest"
)

// New returns a client for a base URL.
func New(t testing.TB, baseURL string, opts ...zadig.Option) *zadig.Client {
	t.Helper()
	client, err := zadig.NewClient(baseURL, opts...)
	require.NoError(t, err)
	return client
}

// Serve starts a server and returns it with a client for it. The client retries
// without making the test wait.
func Serve(t testing.TB, h http.Handler, opts ...zadig.Option) (*zadig.Client, *servertest.Server) {
	t.Helper()
	s := servertest.New(t, h)
	return New(t, s.URL, append([]zadig.Option{FastRetry()}, opts...)...), s
}

// FastRetry retries without making a test wait.
func FastRetry() zadig.Option {
	return zadig.WithRetry(zadig.RetryPolicy{MinWait: time.Microsecond, MaxWait: time.Millisecond})
}

// OneRequestPerConnection makes a client open a connection for each request,
// because net/http itself retries requests on a reused connection.
func OneRequestPerConnection() zadig.Option {
	return zadig.WithTransport(&http.Transport{DisableKeepAlives: true})
}

// Middleware returns middleware that calls f instead of the next round tripper.
func Middleware(f func(req *http.Request, next http.RoundTripper) (*http.Response, error)) func(http.RoundTripper) http.RoundTripper {
	return func(next http.RoundTripper) http.RoundTripper {
		return servertest.RoundTripper(func(req *http.Request) (*http.Response, error) { return f(req, next) })
	}
}

// NewRequest returns a GET request whose context ends with the test.
func NewRequest(t testing.TB, url string) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	require.NoError(t, err)
	return req
}

// Pool is a transport that counts the calls of CloseIdleConnections.
type Pool struct {
	http.RoundTripper
	Closed atomic.Int64
}

// CloseIdleConnections counts the call and closes nothing.
func (p *Pool) CloseIdleConnections() { p.Closed.Add(1) }

// Sentinel returns the name of the sentinel error that err matches: "" if it
// matches none, and the names joined by " and " if it matches several.
func Sentinel(err error) string {
	var names []string
	for _, s := range errdef.Sentinels {
		if errors.Is(err, s.Err) {
			names = append(names, s.Name)
		}
	}
	return strings.Join(names, " and ")
}

// AsError returns the *zadig.Error in err, and fails the test if there is none.
func AsError(t testing.TB, err error) *zadig.Error {
	t.Helper()
	var failure *zadig.Error
	require.ErrorAs(t, err, &failure)
	return failure
}
