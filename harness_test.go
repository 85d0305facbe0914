package zadig_test

import (
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig"
)

// basePath is where the servers of these tests live, so that a request which
// forgets the base URL's path fails loudly.
const basePath = "/behind/zadig"

// server is a real HTTP server that remembers what it was asked.
type server struct {
	*httptest.Server
	mu       sync.Mutex
	requests []*http.Request
	conns    int
	open     int
}

// base is the base URL for clients.
func (s *server) base() string { return s.URL + basePath }

// seen is what was asked so far, paths without basePath.
func (s *server) seen() []*http.Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.requests)
}

// count is how many requests came.
func (s *server) count() int { return len(s.seen()) }

// connections is how many connections were opened.
func (s *server) connections() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.conns
}

// openConnections is how many connections there are now.
func (s *server) openConnections() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.open
}

// newServer starts a server that answers with h below basePath and fails the
// test elsewhere.
func newServer(t *testing.T, h http.Handler) *server {
	t.Helper()
	s := new(server)
	below := http.StripPrefix(basePath, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.requests = append(s.requests, r)
		s.mu.Unlock()
		h.ServeHTTP(w, r)
	}))
	s.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.URL.Path, basePath+"/") {
			t.Errorf("%s is asked for outside of the base path", r.URL)
		}
		below.ServeHTTP(w, r)
	}))
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		s.mu.Lock()
		defer s.mu.Unlock()
		switch state {
		case http.StateNew:
			s.conns++
			s.open++
		case http.StateClosed, http.StateHijacked:
			s.open--
		}
	}
	s.Start()
	t.Cleanup(s.Close)
	return s
}

// quickly retries without making a test wait.
func quickly() zadig.Option {
	return zadig.WithRetry(zadig.RetryPolicy{MinWait: time.Microsecond, MaxWait: time.Millisecond})
}

// serve starts a server and makes a client of it, which retries quickly.
func serve(t *testing.T, h http.Handler, opts ...zadig.Option) (*zadig.Client, *server) {
	t.Helper()
	s := newServer(t, h)
	return newClient(t, s.base(), append([]zadig.Option{quickly()}, opts...)...), s
}

func newClient(t *testing.T, base string, opts ...zadig.Option) *zadig.Client {
	t.Helper()
	client, err := zadig.NewClient(base, opts...)
	require.NoError(t, err)
	return client
}

// script answers the n-th request with the n-th answer, and with the last one
// from then on.
func script(answers ...http.HandlerFunc) http.HandlerFunc {
	var (
		mu sync.Mutex
		n  int
	)
	return func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		answer := answers[min(n, len(answers)-1)]
		n++
		mu.Unlock()
		answer(w, r)
	}
}

// sends answers with a status, a body and headers in pairs.
func sends(status int, body string, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header()["Content-Type"] = nil // none, unless one is given
		for i := 0; i+1 < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// sendsJSON answers 200 with JSON.
func sendsJSON(body string) http.HandlerFunc {
	return sends(http.StatusOK, body, "Content-Type", "application/json; charset=utf-8")
}

// closes ends the connection without an answer.
func closes(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }

// cuts sends part of a body and then ends the connection.
func cuts(part string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", strconv.Itoa(len(part)+100))
		_, _ = io.WriteString(w, part)
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
}

// roundTrip is a transport that is a function.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// answered is what a roundTrip returns for an answer.
func answered(req *http.Request, status int, body string, header ...string) (*http.Response, error) {
	w := httptest.NewRecorder()
	sends(status, body, header...)(w, req)
	resp := w.Result()
	resp.Request = req
	return resp, nil
}

// middleware makes one of a function that is called instead of the next step.
func middleware(f func(req *http.Request, next http.RoundTripper) (*http.Response, error)) func(http.RoundTripper) http.RoundTripper {
	return func(next http.RoundTripper) http.RoundTripper {
		return roundTrip(func(req *http.Request) (*http.Response, error) { return f(req, next) })
	}
}

var sentinels = []struct {
	name string
	err  error
}{
	{"ErrBadRequest", zadig.ErrBadRequest},
	{"ErrUnauthorized", zadig.ErrUnauthorized},
	{"ErrForbidden", zadig.ErrForbidden},
	{"ErrNotFound", zadig.ErrNotFound},
	{"ErrLicense", zadig.ErrLicense},
	{"ErrRateLimited", zadig.ErrRateLimited},
	{"ErrServer", zadig.ErrServer},
	{"ErrResponseTooLarge", zadig.ErrResponseTooLarge},
	{"ErrUnexpectedResponse", zadig.ErrUnexpectedResponse},
}

// meaning names the sentinels that err matches: one, or none for a failure
// without an answer.
func meaning(err error) string {
	var names []string
	for _, s := range sentinels {
		if errors.Is(err, s.err) {
			names = append(names, s.name)
		}
	}
	return strings.Join(names, " and ")
}

// asError finds the *zadig.Error that err must hold.
func asError(t *testing.T, err error) *zadig.Error {
	t.Helper()
	var failure *zadig.Error
	require.ErrorAs(t, err, &failure)
	return failure
}
