package transport_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/internal/testkit/clienttest"
	"github.com/zadig-go/zadig/internal/testkit/servertest"
	"github.com/zadig-go/zadig/internal/transport"
)

// send sends one request. It may be called from any goroutine.
func send(t *testing.T, rt http.RoundTripper, url string) *http.Response {
	t.Helper()
	resp, err := rt.RoundTrip(httptest.NewRequestWithContext(t.Context(), http.MethodGet, url, nil))
	if !assert.NoError(t, err) {
		return new(http.Response)
	}
	_ = resp.Body.Close()
	return resp
}

// trusting returns a configuration that trusts these certificates alone.
func trusting(certificates ...*x509.Certificate) *tls.Config {
	pool := x509.NewCertPool()
	for _, c := range certificates {
		pool.AddCert(c)
	}
	return &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
}

func TestBaseSpeaksHTTP2WithTheUsersTLS(t *testing.T) {
	t.Parallel()
	s := httptest.NewUnstartedServer(http.NotFoundHandler())
	s.EnableHTTP2 = true
	s.StartTLS()
	t.Cleanup(s.Close)
	config := trusting(s.Certificate())
	assert.Equal(t, 2, send(t, transport.NewBase(config, nil), s.URL).ProtoMajor)
	assert.Empty(t, config.NextProtos, "the user's configuration is not changed")
}

// A busy service keeps its connections instead of opening new ones.
func TestBaseKeepsConnections(t *testing.T) {
	t.Parallel()
	const busy = 64
	var arrived sync.WaitGroup
	s := servertest.New(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		arrived.Done()
		arrived.Wait() // until all requests are running at the same time
	}))
	base := transport.NewBase(nil, nil)
	for range 3 {
		arrived.Add(busy)
		var wait sync.WaitGroup
		for range busy {
			wait.Go(func() { send(t, base, s.URL+"/x") })
		}
		wait.Wait()
	}
	assert.EqualValues(t, busy, s.Connections.Load())
}

// net/http reads the proxy variables once in a process, and uses no proxy for
// localhost, so the client of this test is in a process of its own.
func TestBaseUsesTheProxyOfTheEnvironment(t *testing.T) {
	t.Parallel()
	if os.Getenv("ZADIG_TEST_BEHIND_PROXY") != "" {
		client := clienttest.New(t, "http://zadig.example.com")
		require.NoError(t, client.Get(t.Context(), "/x", nil, nil))
		client.CloseIdleConnections()
		return
	}
	var asked atomic.Value
	proxy := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { asked.Store(r.URL.Host) }))
	t.Cleanup(proxy.Close)
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestBaseUsesTheProxyOfTheEnvironment$")
	child.Env = append(os.Environ(), "ZADIG_TEST_BEHIND_PROXY=1", "HTTP_PROXY="+proxy.URL, "http_proxy="+proxy.URL, "NO_PROXY=", "no_proxy=")
	output, err := child.CombinedOutput()
	require.NoError(t, err, "%s", output)
	assert.Equal(t, "zadig.example.com", asked.Load())
}

// CONNECT opens a tunnel. A refusal is retried only if the same status from Zadig
// would be.
func TestProxyConnect(t *testing.T) {
	t.Parallel()
	secure := httptest.NewTLSServer(servertest.JSON(`{}`))
	t.Cleanup(secure.Close)
	tunnel := func(w http.ResponseWriter, r *http.Request) {
		target, err := net.Dial("tcp", r.Host)
		if !assert.NoError(t, err) {
			return
		}
		defer target.Close()
		_ = http.NewResponseController(w).Flush()
		conn, _, err := http.NewResponseController(w).Hijack()
		if !assert.NoError(t, err) {
			return
		}
		defer conn.Close()
		go func() { _, _ = io.Copy(target, conn) }()
		_, _ = io.Copy(conn, target)
	}
	for name, row := range map[string]struct {
		proxy    http.HandlerFunc
		attempts int64
		because  string
	}{
		"tunnel": {tunnel, 1, ""},
		"407":    {servertest.Status(407, ""), 1, "the proxy responded to CONNECT with 407"},
		"502":    {servertest.Status(502, ""), 3, "the proxy responded to CONNECT with 502"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var n atomic.Int64
			proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				n.Add(1)
				row.proxy(w, r)
			}))
			t.Cleanup(proxy.Close)
			u, err := url.Parse(proxy.URL)
			require.NoError(t, err)
			client := clienttest.New(t, secure.URL, zadig.WithProxy(http.ProxyURL(u)), clienttest.FastRetry(),
				zadig.WithTLSConfig(trusting(secure.Certificate())))
			t.Cleanup(client.CloseIdleConnections)
			err = client.Get(t.Context(), "/x", nil, nil)
			assert.Equal(t, row.attempts, n.Load())
			if row.because == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, row.because)
		})
	}
}

// link is a connection that can go silent: writes succeed, and reads block.
type link struct {
	net.Conn
	silent *atomic.Bool
	closed chan struct{}
	once   sync.Once
}

func (l *link) Read(p []byte) (int, error) {
	n, err := l.Conn.Read(p)
	if l.silent.Load() {
		<-l.closed
		return 0, net.ErrClosed
	}
	return n, err
}

func (l *link) Write(p []byte) (int, error) {
	if l.silent.Load() {
		return len(p), nil
	}
	return l.Conn.Write(p)
}

func (l *link) Close() error {
	l.once.Do(func() { close(l.closed) })
	return l.Conn.Close()
}

// Requests on an HTTP/2 connection that has gone silent fail after ten seconds, not
// after their timeouts, and succeed on another connection.
func TestSilentHTTP2ConnectionIsNoticed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		listener := servertest.NewListener()
		server := httptest.NewUnstartedServer(http.StripPrefix(servertest.BasePath, servertest.JSON(`{}`)))
		server.Listener.Close()
		server.Listener, server.EnableHTTP2 = listener, true
		server.StartTLS()
		defer server.Close()
		var links []*atomic.Bool
		config := trusting(server.Certificate())
		config.ServerName = "example.com"
		base := transport.NewBase(config, nil)
		base.Proxy = nil
		base.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
			conn, err := listener.Dial(ctx, network, address)
			links = append(links, new(atomic.Bool))
			return &link{Conn: conn, silent: links[len(links)-1], closed: make(chan struct{})}, err
		}
		defer base.CloseIdleConnections()
		client := clienttest.New(t, "https://zadig.example.com"+servertest.BasePath, zadig.WithTransport(base), clienttest.FastRetry())
		require.NoError(t, client.Get(t.Context(), "/api/x", nil, nil))
		links[0].Store(true)
		start := time.Now()
		for range 12 {
			require.NoError(t, client.Get(t.Context(), "/api/x", nil, nil))
		}
		assert.Len(t, links, 2, "one connection that is dead, one in its place")
		assert.InDelta(t, 10, time.Since(start).Seconds(), 1)
	})
}
