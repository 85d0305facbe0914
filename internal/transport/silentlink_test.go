package transport_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"net/http/httptest"
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

// pipes is a listener without a network.
type pipes struct {
	accepted chan net.Conn
	closed   chan struct{}
	close    sync.Once
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case conn := <-p.accepted:
		return conn, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	p.close.Do(func() { close(p.closed) })
	return nil
}

func (p *pipes) Addr() net.Addr { return &net.TCPAddr{} }

// link is a connection that can go silent: it takes what is written and brings
// nothing, without an end.
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

// An HTTP/2 connection that has gone silent costs the requests on it ten
// seconds, not a timeout each, and they succeed on another one.
func TestSilentHTTP2LinkIsNoticed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		listener := &pipes{accepted: make(chan net.Conn), closed: make(chan struct{})}
		server := httptest.NewUnstartedServer(http.StripPrefix(servertest.BasePath, servertest.JSON(`{}`)))
		server.Listener.Close()
		server.Listener, server.EnableHTTP2 = listener, true
		server.StartTLS()
		defer server.Close()
		trust := x509.NewCertPool()
		trust.AddCert(server.Certificate())

		var links []*atomic.Bool
		base := transport.NewBase(&tls.Config{RootCAs: trust, ServerName: "example.com", MinVersion: tls.VersionTLS12}, nil)
		transport.Unwrap(base).Proxy = nil
		transport.Unwrap(base).DialContext = func(context.Context, string, string) (net.Conn, error) {
			ours, theirs := net.Pipe()
			listener.accepted <- theirs
			links = append(links, new(atomic.Bool))
			return &link{Conn: ours, silent: links[len(links)-1], closed: make(chan struct{})}, nil
		}
		defer transport.Unwrap(base).CloseIdleConnections()
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
