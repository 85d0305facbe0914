package zadigtest

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
)

// Request is a request that the server received.
type Request struct {
	Endpoint Endpoint    // NoEndpoint if the path is unknown
	Method   string      // such as "GET"
	Path     string      // decoded, such as "/api/aslan/delivery/releases"
	Query    url.Values  // decoded; the value of "token" is masked
	Header   http.Header // the values of Authorization, Cookie and Proxy-Authorization are masked
	Status   int         // of the response; 0 until there is a response, or if the connection is closed without one
}

// String returns the method, path, query and status in one line, such as
// "GET /api/aslan/delivery/releases?page=1 -> 200".
func (r Request) String() string {
	line := r.Method + " " + r.Path
	if query, _ := url.QueryUnescape(r.Query.Encode()); query != "" {
		line += "?" + query
	}
	if r.Status == 0 {
		return line + " -> no response"
	}
	return fmt.Sprintf("%s -> %d", line, r.Status)
}

const masked = "[redacted]"

type requestLog struct {
	mu       sync.Mutex
	received []*Request
}

func (l *requestLog) add(r *http.Request, e Endpoint) *Request {
	received := &Request{Endpoint: e, Method: r.Method, Path: r.URL.Path, Query: r.URL.Query(), Header: r.Header.Clone()}
	for _, name := range []string{"Authorization", "Cookie", "Proxy-Authorization"} {
		if received.Header.Get(name) != "" {
			received.Header.Set(name, maskedCredential(received.Header.Get(name)))
		}
	}
	if received.Query.Has("token") {
		received.Query.Set("token", masked)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.received = append(l.received, received)
	return received
}

// maskedCredential masks a credential but keeps the scheme "Bearer", so that a test
// can see that there was a bearer token.
func maskedCredential(value string) string {
	if strings.HasPrefix(value, "Bearer ") {
		return "Bearer " + masked
	}
	return masked
}

func (l *requestLog) setStatus(r *Request, status int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	r.Status = status
}

// Requests returns copies of all requests received since the start or the last
// [Server.ClearRequests], retries included, in the order of their arrival.
func (s *Server) Requests() []Request {
	s.log.mu.Lock()
	defer s.log.mu.Unlock()
	copies := make([]Request, len(s.log.received))
	for i, r := range s.log.received {
		copies[i] = *r
		copies[i].Query = url.Values(http.Header(r.Query).Clone())
		copies[i].Header = r.Header.Clone()
	}
	return copies
}

// RequestsTo is like [Server.Requests], but returns only the requests to e.
func (s *Server) RequestsTo(e Endpoint) []Request {
	return slices.DeleteFunc(s.Requests(), func(r Request) bool { return r.Endpoint != e })
}

// ClearRequests forgets the requests received so far.
func (s *Server) ClearRequests() {
	s.log.mu.Lock()
	defer s.log.mu.Unlock()
	s.log.received = nil
}

// ExpectRequests fails the test unless the endpoint received exactly n requests,
// retries included. The message lists the requests received.
func (s *Server) ExpectRequests(tb TB, e Endpoint, n int) {
	tb.Helper()
	if got := len(s.RequestsTo(e)); got != n {
		tb.Fatalf("zadigtest: %d requests to %s, want %d%s", got, cmp.Or(e, "unknown paths"), n, s.history())
	}
}

// ExpectRequest fails the test unless a request to the endpoint had all query
// parameters in query, which alternates names and values. It returns the first
// matching request. A value of "" also matches a parameter that is absent.
func (s *Server) ExpectRequest(tb TB, e Endpoint, query ...string) Request {
	tb.Helper()
	want := url.Values{}
	for pair := range slices.Chunk(query, 2) {
		if len(pair) < 2 {
			tb.Fatalf("zadigtest: ExpectRequest: %q is a parameter without a value", pair[0])
		}
		want.Set(pair[0], pair[1])
	}
	for _, r := range s.RequestsTo(e) {
		fits := true
		for name := range want {
			fits = fits && r.Query.Get(name) == want.Get(name)
		}
		if fits {
			return r
		}
	}
	text, _ := url.QueryUnescape(want.Encode())
	tb.Fatalf("zadigtest: no request to %s?%s%s", cmp.Or(e, "unknown paths"), text, s.history())
	return Request{}
}

// ExpectNoRequests fails the test if the server received any request.
func (s *Server) ExpectNoRequests(tb TB) {
	tb.Helper()
	if len(s.Requests()) > 0 {
		tb.Fatalf("zadigtest: there were requests, want none%s", s.history())
	}
}

// history lists the requests for a failure message.
func (s *Server) history() string {
	var text strings.Builder
	text.WriteString("\n\treceived:")
	for _, r := range s.Requests() {
		text.WriteString("\n\t" + r.String())
	}
	return text.String()
}
