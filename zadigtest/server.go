package zadigtest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"maps"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/artifact"
	"github.com/zadig-go/zadig/delivery"
)

// TB is what a Server needs of a *testing.T, B or F.
type TB interface {
	Helper()
	Cleanup(func())
	Fatalf(format string, args ...any)
}

// Server is a Zadig that lives in memory and listens on a port of the
// loopback interface. All its methods are safe for concurrent use.
type Server struct {
	// URL is the base URL for zadig.NewClient, such as "http://127.0.0.1:34567".
	URL string

	token   string
	version atomic.Int64
	data    store
	faults  faults
	log     requestLog
	fail    func(format string, args ...any) // what a misuse after the start does

	mu      sync.Mutex
	address string
	running *listening // nil while the server is down
	stopped []*listening
	closed  bool
}

// NewServer starts a server for a test, which closes it when the test and all
// its subtests are over. Without options it is the newest known version of Zadig,
// holds the samples of the documentation and accepts every request, with or
// without a token. Bad input fails the test, now and in the server's methods.
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

// Start starts a server for a program, as [NewServer] does for a test. Close
// it when it is no longer needed. Bad options are an error here; bad input to
// the server's methods panics.
func Start(opts ...Option) (*Server, error) {
	cfg, err := newConfig(opts)
	if err != nil {
		return nil, fmt.Errorf("zadigtest: %w", err)
	}
	s := &Server{token: cfg.token}
	s.fail = func(format string, args ...any) { panic(fmt.Sprintf(format, args...)) }
	s.version.Store(int64(cfg.version))
	if err := s.data.addReleases(cfg.data.Releases); err != nil {
		return nil, fmt.Errorf("zadigtest: %w", err)
	}
	if err := s.data.addArtifacts(cfg.data.Artifacts); err != nil {
		return nil, fmt.Errorf("zadigtest: %w", err)
	}
	if err := s.listen("127.0.0.1:0"); err != nil {
		return nil, fmt.Errorf("zadigtest: %w", err)
	}
	s.address = s.running.listener.Addr().String()
	s.URL = "http://" + s.address
	return s, nil
}

// Client returns a new client of the server, with the token of [WithToken].
// The options come after these. A bad option fails the test, or panics if the
// server was made by [Start].
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

// Close ends the server: open connections are cut, requests in progress end,
// and when it returns all its goroutines are gone. It waits for the [Hook]s that
// run, so a Hook must not call it. Closing twice is fine.
func (s *Server) Close() {
	s.mu.Lock()
	s.closed = true
	s.stop()
	stopped := s.stopped
	s.mu.Unlock()
	for _, run := range stopped {
		run.connections.Wait()
		run.handlers.Wait()
	}
}

// Down takes the whole server off the network: open connections are cut, new
// ones are refused, as when Zadig is being restarted. [Server.Up] ends it. The
// data stays. A [Hook] may call it, and one that runs meanwhile runs on.
func (s *Server) Down() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stop()
}

// Up ends [Server.Down] on the same port. If another program has taken the
// port meanwhile, the test fails, or Up panics if the server was made by
// [Start].
func (s *Server) Up() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.running != nil || s.closed {
		return
	}
	if err := s.listen(s.address); err != nil {
		s.fail("zadigtest: Up: %v", err)
	}
}

// SetServerVersion makes the server another version of Zadig from the next
// request on, with the data that it has, to simulate an upgrade. An unknown
// version fails the test, or panics if the server was made by [Start].
func (s *Server) SetServerVersion(name string) {
	v, err := parseVersion(name)
	if err != nil {
		s.fail("zadigtest: SetServerVersion: %v", err)
		return
	}
	s.version.Store(int64(v))
}

// ServerVersion is the version of Zadig that the server stands in for.
func (s *Server) ServerVersion() string { return version(s.version.Load()).String() }

// AddRelease adds releases to those that the server holds. It keeps copies.
// Bad input, as for [WithReleases], fails the test, or panics if the server
// was made by [Start]; then none is added.
func (s *Server) AddRelease(releases ...*delivery.Release) {
	if err := s.data.addReleases(releases); err != nil {
		s.fail("zadigtest: AddRelease: %v", err)
	}
}

// DeleteRelease removes a release and reports whether it was there.
func (s *Server) DeleteRelease(id string) bool { return s.data.deleteRelease(id) }

// AddArtifact adds artifacts to those that the server holds. It keeps copies.
// Bad input, as for [WithArtifacts], fails the test, or panics if the server
// was made by [Start]; then none is added.
func (s *Server) AddArtifact(artifacts ...*artifact.Artifact) {
	if err := s.data.addArtifacts(artifacts); err != nil {
		s.fail("zadigtest: AddArtifact: %v", err)
	}
}

// DeleteArtifact removes an artifact by its id and reports whether it was there.
func (s *Server) DeleteArtifact(id string) bool { return s.data.deleteArtifact(id) }

// listening is a server on the network, from start or Up to Down or Close.
type listening struct {
	listener    net.Listener
	http        *http.Server
	cancel      context.CancelFunc
	done        chan struct{}  // closed when no connection is accepted any more
	connections sync.WaitGroup // goroutines of net/http
	handlers    sync.WaitGroup // of hijacked connections, too
}

func (s *Server) listen(address string) error {
	listener, err := listenAgain(address)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	run := &listening{listener: listener, cancel: cancel, done: make(chan struct{})}
	run.http = &http.Server{
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			run.handlers.Add(1)
			defer run.handlers.Done()
			s.handle(w, r)
		}),
		BaseContext: func(net.Listener) context.Context { return ctx },
		ConnState: func(_ net.Conn, state http.ConnState) {
			switch state {
			case http.StateNew:
				run.connections.Add(1)
			case http.StateClosed, http.StateHijacked:
				run.connections.Done()
			}
		},
		ErrorLog:          log.New(io.Discard, "", 0),
		ReadHeaderTimeout: time.Minute,
	}
	go func() {
		defer close(run.done)
		_ = run.http.Serve(listener) // ends with ErrServerClosed
	}()
	s.running = run
	return nil
}

// listenAgain waits a little for a port that was just given up.
func listenAgain(address string) (net.Listener, error) {
	for deadline := time.Now().Add(5 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		listener, err := net.Listen("tcp", address)
		if err == nil || time.Now().After(deadline) {
			return listener, err
		}
	}
}

// stop ends what is running and does not wait for its connections and handlers.
func (s *Server) stop() {
	run := s.running
	if run == nil {
		return
	}
	s.running = nil
	s.stopped = append(s.stopped, run)
	run.cancel()
	_ = run.http.Close()
	<-run.done
}

var errGone = errors.New("the client or the server has gone")

// handle answers one request: what was asked is written down, faults strike,
// and what is left of the answer is sent.
func (s *Server) handle(w http.ResponseWriter, r *http.Request) {
	v := version(s.version.Load())
	e, id := endpointOf(r.URL.Path, v)
	logged := s.log.add(r, e)
	h := s.faults.take(r, e)
	for _, hook := range h.hooks {
		hook(r)
	}
	if err := wait(r.Context(), h.delay); err != nil {
		panic(http.ErrAbortHandler)
	}
	if h.outcome != nil && h.outcome.reset {
		reset(w)
		return
	}
	a := s.answer(r, v, e, id, h)
	if a.hangUp {
		panic(http.ErrAbortHandler)
	}
	s.log.answered(logged, a.status)
	if err := a.send(w, r, h.sending); err != nil {
		panic(http.ErrAbortHandler)
	}
}

func (s *Server) answer(r *http.Request, v version, e Endpoint, id string, h hit) *answer {
	state := healthy
	if h.outcome != nil {
		if h.outcome.response != nil {
			return h.outcome.response
		}
		state = h.outcome.state
	}
	if s.token != "" && !authorized(r, s.token) {
		return unauthorized()
	}
	if v.has(panicsOnOddPaths) && !utf8.ValidString(r.URL.Path) {
		return hangUp()
	}
	if a := misrouted(r, e, v); a != nil {
		return a
	}
	c := &call{Server: s, version: v, endpoint: e, id: id, query: r.URL.Query(), state: state, broken: h.broken}
	behindPicket := e == TraceArtifact || e == DirectoryReleases
	switch {
	case state == aslanDown && (!behindPicket || v.has(picketInAslan)):
		return typed(http.StatusServiceUnavailable, textType,
			[]byte("upstream connect error or disconnect/reset before headers. reset reason: connection failure"))
	case behindPicket:
		return c.picket()
	case e.isOpenAPI():
		return c.openapi()
	}
	return c.aslan()
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
		return errGone
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

// send writes the answer. An error means that the connection must not look
// as if the answer were complete.
func (a *answer) send(w http.ResponseWriter, r *http.Request, how *sending) error {
	maps.Copy(w.Header(), a.header)
	if how == nil {
		w.WriteHeader(a.status)
		_, err := w.Write(a.body)
		return err
	}
	w.Header().Set("Content-Length", fmt.Sprint(len(a.body)))
	w.WriteHeader(a.status)
	rest := a.body
	if how.cut >= 0 {
		rest = rest[:min(how.cut, len(rest))]
	}
	for len(rest) > 0 {
		n := len(rest)
		if how.chunk > 0 {
			n = min(n, how.chunk)
		}
		if err := wait(r.Context(), how.pause); err != nil {
			return err
		}
		if _, err := w.Write(rest[:n]); err != nil {
			return err
		}
		if err := http.NewResponseController(w).Flush(); err != nil {
			return err
		}
		rest = rest[n:]
	}
	if how.cut >= 0 && how.cut < len(a.body) {
		_ = http.NewResponseController(w).Flush() // the status arrives even if nothing else does
		return errGone
	}
	return nil
}
