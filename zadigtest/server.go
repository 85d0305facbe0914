package zadigtest

import (
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/artifact"
	"github.com/zadig-go/zadig/delivery"
)

// TB is implemented by *testing.T, *testing.B and *testing.F.
type TB interface {
	Helper()
	Cleanup(func())
	Fatalf(format string, args ...any)
}

// Server is an in-memory Zadig server that listens on a port of the loopback
// interface. All its methods are safe for concurrent use.
type Server struct {
	// URL is the base URL for zadig.NewClient, such as "http://127.0.0.1:34567".
	URL string

	token   string
	version atomic.Int64
	data    store
	faults  faults
	log     requestLog
	fail    func(format string, args ...any) // called for bad input after the start

	mu       sync.Mutex
	address  string
	stop     func()         // closes the listener and the connections; nil while the server is down
	handlers sync.WaitGroup // of all requests
	closed   bool
}

// NewServer starts a server for a test and closes it when the test and all its subtests
// have ended. Without options the server behaves as the newest of [Versions], has the
// data of [Shop] and accepts requests with any token or none. Bad options fail the test,
// and so does bad input to the server's methods.
func NewServer(tb TB, opts ...Option) *Server {
	tb.Helper()
	s, err := Start(opts...)
	if err != nil {
		tb.Fatalf("%v", err)
		return nil
	}
	s.fail = func(format string, args ...any) {
		tb.Helper()
		tb.Fatalf(format, args...)
	}
	tb.Cleanup(s.Close)
	return s
}

// Start starts a server for a program, as [NewServer] does for a test. The caller must
// close the server. Start returns an error for bad options; the server's methods panic on
// bad input.
func Start(opts ...Option) (*Server, error) {
	cfg, err := newConfig(opts)
	if err != nil {
		return nil, fmt.Errorf("zadigtest: %w", err)
	}
	s := &Server{token: cfg.token}
	s.fail = func(format string, args ...any) { panic(fmt.Sprintf(format, args...)) }
	s.version.Store(int64(cfg.version))
	if err = s.data.add(cfg.data); err == nil {
		err = s.listen("127.0.0.1:0")
	}
	if err != nil {
		return nil, fmt.Errorf("zadigtest: %w", err)
	}
	s.URL = "http://" + s.address
	return s, nil
}

// Client returns a new client for the server. The client sends the token of [WithToken]
// unless opts set another. A bad option fails the test, or panics if the server was
// started by [Start].
func (s *Server) Client(opts ...zadig.Option) *zadig.Client {
	if s.token != "" {
		opts = append([]zadig.Option{zadig.WithToken(s.token)}, opts...)
	}
	c, err := zadig.NewClient(s.URL, opts...)
	if err != nil {
		s.fail("zadigtest: Client: %v", err)
	}
	return c
}

// Close closes the server and all its connections, and waits for running requests. It
// also waits for the running functions of [Hook] faults, so such a function must not call
// Close. Close may be called more than once.
func (s *Server) Close() {
	s.Down()
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.handlers.Wait()
}

// Down takes the server off the network, as a restart of Zadig does: it closes open
// connections, and new ones are refused. The server keeps its data, and [Server.Up]
// brings it back. Down does not wait for running requests, so a [Hook] may call it.
func (s *Server) Down() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stop != nil {
		s.stop()
		s.stop = nil
	}
}

// Up brings the server back after [Server.Down], on the same port. If another program now
// uses the port, the test fails, or Up panics if the server was started by [Start].
func (s *Server) Up() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stop != nil || s.closed {
		return
	}
	if err := s.listen(s.address); err != nil {
		s.fail("zadigtest: Up: %v", err)
	}
}

// SetServerVersion simulates an upgrade: the server keeps its data, and from the next
// request on behaves as the named version (see [WithServerVersion]). A bad version fails
// the test, or panics if the server was started by [Start].
func (s *Server) SetServerVersion(name string) {
	v, err := nearest(name)
	if err != nil {
		s.fail("zadigtest: SetServerVersion: %v", err)
		return
	}
	s.version.Store(int64(v))
}

// ServerVersion returns the version of Zadig that the server simulates, one of
// [Versions].
func (s *Server) ServerVersion() string { return version(s.version.Load()).String() }

// AddRelease adds copies of releases to the server. See [WithReleases] for what makes a
// release valid. If one is invalid, AddRelease adds none of them and fails the test, or
// panics if the server was started by [Start].
func (s *Server) AddRelease(releases ...*delivery.Release) {
	if err := s.data.addReleases(releases, false); err != nil {
		s.fail("zadigtest: AddRelease: %v", err)
	}
}

// SetRelease is like AddRelease, but replaces releases that have the same ids, for
// example when the status of a release changes.
func (s *Server) SetRelease(releases ...*delivery.Release) {
	if err := s.data.addReleases(releases, true); err != nil {
		s.fail("zadigtest: SetRelease: %v", err)
	}
}

// DeleteRelease removes a release by its id and reports whether it existed.
func (s *Server) DeleteRelease(id string) bool { return s.data.releases.remove(id) }

// AddArtifact adds copies of artifacts to the server. See [WithArtifacts] for what makes an
// artifact valid. If one is invalid, AddArtifact adds none of them and fails the test, or
// panics if the server was started by [Start].
func (s *Server) AddArtifact(artifacts ...*artifact.Artifact) {
	if err := s.data.addArtifacts(artifacts); err != nil {
		s.fail("zadigtest: AddArtifact: %v", err)
	}
}

// DeleteArtifact removes an artifact by its id and reports whether it existed.
func (s *Server) DeleteArtifact(id string) bool { return s.data.artifacts.remove(id) }

func (s *Server) listen(address string) error {
	listener, err := listenAgain(address)
	if err != nil {
		return err
	}
	s.address = listener.Addr().String()
	ctx, cancel := context.WithCancel(context.Background())
	server := &http.Server{
		Handler:           http.HandlerFunc(s.serve),
		BaseContext:       func(net.Listener) context.Context { return ctx },
		ErrorLog:          log.New(io.Discard, "", 0),
		ReadHeaderTimeout: time.Minute,
	}
	go func() { _ = server.Serve(listener) }() // ends with ErrServerClosed
	s.stop = func() {
		cancel()
		_ = server.Close()
		_ = listener.Close() // in case Serve has not begun
	}
	return nil
}

// listenAgain listens on an address. It waits up to five seconds, because the port may
// have been closed only just before.
func listenAgain(address string) (net.Listener, error) {
	for deadline := time.Now().Add(5 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		listener, err := net.Listen("tcp", address)
		if err == nil || time.Now().After(deadline) {
			return listener, err
		}
	}
}

// serve handles a request, unless the server is closed.
func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	closed := s.closed
	if !closed {
		s.handlers.Add(1)
	}
	s.mu.Unlock()
	if closed {
		panic(http.ErrAbortHandler)
	}
	defer s.handlers.Done()
	s.handle(w, r)
}

// handle logs a request, applies the faults that match it and sends the
// response.
func (s *Server) handle(w http.ResponseWriter, r *http.Request) {
	v := version(s.version.Load())
	rt, parts := match(r.URL.Path, v)
	e := NoEndpoint
	if rt != nil && rt.respond != nil {
		e = rt.endpoint
	}
	logged := s.log.add(r, e)
	h := s.faults.take(r, e)
	for _, hook := range h.hooks {
		hook(r)
	}
	if err := wait(r.Context(), h.delay); err != nil {
		panic(http.ErrAbortHandler)
	}
	c := &call{Server: s, version: v, request: r, values: r.URL.Query(), parts: parts, broken: h.broken}
	var resp *response
	switch {
	case h.outcome != nil && h.outcome.reset:
		reset(w)
		return
	case h.outcome != nil && h.outcome.response != nil:
		resp = h.outcome.response
	case s.token != "" && !authorized(r, s.token):
		resp = empty(http.StatusUnauthorized)
	default:
		if h.outcome != nil {
			c.state = h.outcome.state
		}
		resp = c.respond(rt)
	}
	if resp.hangUp {
		panic(http.ErrAbortHandler)
	}
	s.log.setStatus(logged, resp.status)
	if err := resp.write(w, r, h.sending); err != nil {
		panic(http.ErrAbortHandler)
	}
}

func wait(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// reset closes the connection so that the client's kernel reports a reset.
func reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}
