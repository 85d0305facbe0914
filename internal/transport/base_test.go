package transport_test

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig/internal/transport"
)

// send sends one request, also from another goroutine than the test's.
func send(t *testing.T, rt http.RoundTripper, url string) *http.Response {
	t.Helper()
	req := httptest.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	resp, err := rt.RoundTrip(req)
	if !assert.NoError(t, err) {
		return new(http.Response)
	}
	_ = resp.Body.Close()
	return resp
}

func TestBaseSpeaksHTTP2WithTheUsersTLS(t *testing.T) {
	t.Parallel()
	s := httptest.NewUnstartedServer(http.NotFoundHandler())
	s.EnableHTTP2 = true
	s.StartTLS()
	t.Cleanup(s.Close)
	pool := x509.NewCertPool()
	pool.AddCert(s.Certificate())
	config := &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
	assert.Equal(t, 2, send(t, transport.NewBase(config, nil), s.URL).ProtoMajor)
	assert.Empty(t, config.NextProtos, "the user's configuration is not changed")
}

func TestBaseAsksTheUsersProxy(t *testing.T) {
	t.Parallel()
	var seen atomic.Value
	proxy := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { seen.Store(r.URL.String()) }))
	t.Cleanup(proxy.Close)
	u, err := url.Parse(proxy.URL)
	require.NoError(t, err)
	send(t, transport.NewBase(nil, http.ProxyURL(u)), "http://zadig.invalid/x")
	assert.Equal(t, "http://zadig.invalid/x", seen.Load())
}

// A busy service keeps its connections instead of opening new ones.
func TestBaseKeepsConnections(t *testing.T) {
	t.Parallel()
	const busy = 32
	var (
		conns   atomic.Int64
		arrived sync.WaitGroup
	)
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		arrived.Done()
		arrived.Wait() // all are there at a time
	}))
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			conns.Add(1)
		}
	}
	s.Start()
	t.Cleanup(s.Close)
	base := transport.NewBase(nil, nil)
	for range 3 {
		arrived.Add(busy)
		var wait sync.WaitGroup
		for range busy {
			wait.Go(func() { send(t, base, s.URL) })
		}
		wait.Wait()
	}
	assert.EqualValues(t, busy, conns.Load())
}
