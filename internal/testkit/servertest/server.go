// Package servertest starts HTTP servers for tests of the transport. They respond
// in order, slowly, in part or not at all, and record the requests.
package servertest

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// BasePath is the path of every server's URL, so that a test fails if a client
// does not use the path of its base URL.
const BasePath = "/behind/zadig"

// Server is an HTTP server that keeps the requests it receives. It is closed
// at the end of the test.
type Server struct {
	URL         string       // the base URL for clients: it ends in BasePath
	Connections atomic.Int64 // that clients have opened
	Open        atomic.Int64 // connections that are open now

	mu       sync.Mutex
	requests []*http.Request
}

// New starts a server on the loopback interface.
func New(t testing.TB, h http.Handler) *Server {
	t.Helper()
	s := new(Server)
	server := httptest.NewUnstartedServer(nil)
	s.start(t, server, h)
	s.URL = server.URL + BasePath
	return s
}

// NewInMemory starts a server without a network, as synctest bubbles require. The
// returned transport is the only one that reaches the server, and connects every
// host to it.
func NewInMemory(t testing.TB, h http.Handler) (*Server, *http.Transport) {
	t.Helper()
	s := &Server{URL: "http://zadig.example.com" + BasePath}
	listener := NewListener()
	s.start(t, &httptest.Server{Listener: listener, Config: new(http.Server)}, h)
	transport := &http.Transport{DialContext: listener.Dial}
	t.Cleanup(transport.CloseIdleConnections)
	return s, transport
}

func (s *Server) start(t testing.TB, server *httptest.Server, h http.Handler) {
	t.Helper()
	below := http.StripPrefix(BasePath, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.requests = append(s.requests, r)
		s.mu.Unlock()
		h.ServeHTTP(w, r)
	}))
	server.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.URL.Path, BasePath+"/") {
			t.Errorf("request for %s, which is not below the base path", r.URL)
		}
		below.ServeHTTP(w, r)
	})
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		switch state {
		case http.StateNew:
			s.Connections.Add(1)
			s.Open.Add(1)
		case http.StateClosed, http.StateHijacked:
			s.Open.Add(-1)
		}
	}
	server.Start()
	t.Cleanup(server.Close)
}

// Requests returns the requests so far. Their URL.Path is relative to BasePath, and
// their RequestURI is as sent.
func (s *Server) Requests() []*http.Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.requests)
}

// Count returns the number of requests so far.
func (s *Server) Count() int { return len(s.Requests()) }

// Listener is a net.Listener that needs no network.
type Listener struct {
	connections chan net.Conn
	open        context.Context
	close       context.CancelFunc
}

// NewListener returns a listener that is reachable only through its Dial method.
func NewListener() *Listener {
	open, end := context.WithCancel(context.Background())
	return &Listener{make(chan net.Conn), open, end}
}

// Dial connects to the listener.
func (l *Listener) Dial(ctx context.Context, _, _ string) (net.Conn, error) {
	client, server := net.Pipe()
	select {
	case l.connections <- server:
		return client, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-l.open.Done():
		return nil, net.ErrClosed
	}
}

// Accept returns the next connection.
func (l *Listener) Accept() (net.Conn, error) {
	select {
	case connection := <-l.connections:
		return connection, nil
	case <-l.open.Done():
		return nil, net.ErrClosed
	}
}

// Close ends Accept and Dial.
func (l *Listener) Close() error {
	l.close()
	return nil
}

// Addr returns a placeholder address.
func (l *Listener) Addr() net.Addr { return &net.TCPAddr{} }
