package zadigtest

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
)

// Request is one request that the server received, whatever came of it.
type Request struct {
	Endpoint Endpoint    // which of the known endpoints it was for, or NoEndpoint
	Method   string      // such as "GET"
	Path     string      // decoded, such as "/api/aslan/delivery/releases"
	Query    url.Values  // decoded; the value of "token" is masked
	Header   http.Header // the values of Authorization, Cookie and Proxy-Authorization are masked
	Status   int         // of the answer; 0 while there is none, and when the connection was closed without one
}

// String is the request in one line, with what a test mostly asks about.
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

// maskedCredential keeps the scheme, so that a test can see that there was a
// bearer token.
func maskedCredential(value string) string {
	if strings.HasPrefix(value, "Bearer ") {
		return "Bearer " + masked
	}
	return masked
}

func (l *requestLog) answered(r *Request, status int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	r.Status = status
}

// Requests are all requests that were received since the start or the last
// [Server.ClearRequests], in the order of their arrival, with retries. The
// copies are the caller's.
func (s *Server) Requests() []Request {
	s.log.mu.Lock()
	defer s.log.mu.Unlock()
	copies := make([]Request, len(s.log.received))
	for i, r := range s.log.received {
		copies[i] = *r
		copies[i].Query = cloneLists(r.Query)
		copies[i].Header = r.Header.Clone()
	}
	return copies
}

func cloneLists(lists map[string][]string) map[string][]string {
	lists = maps.Clone(lists)
	for name, list := range lists {
		lists[name] = slices.Clone(list)
	}
	return lists
}

// RequestsTo are those of [Server.Requests] that were for one endpoint.
func (s *Server) RequestsTo(e Endpoint) []Request {
	return slices.DeleteFunc(s.Requests(), func(r Request) bool { return r.Endpoint != e })
}

// ClearRequests forgets the requests received so far.
func (s *Server) ClearRequests() {
	s.log.mu.Lock()
	defer s.log.mu.Unlock()
	s.log.received = nil
}

// ExpectRequests fails the test unless exactly n requests were for the
// endpoint. The message lists what was received.
func (s *Server) ExpectRequests(tb TB, e Endpoint, n int) {
	tb.Helper()
	if got := len(s.RequestsTo(e)); got != n {
		tb.Fatalf("zadigtest: %d requests to %s, want %d%s", got, e.orNone(), n, s.history())
	}
}

// ExpectRequest fails the test unless a request to the endpoint had all of
// the query parameters, given as name and value in turns. It returns the
// first one that did. A value of "" is also that of a parameter that is not
// there.
func (s *Server) ExpectRequest(tb TB, e Endpoint, query ...string) Request {
	tb.Helper()
	if len(query)%2 != 0 {
		tb.Fatalf("zadigtest: ExpectRequest: %q is a parameter without a value", query[len(query)-1])
		return Request{}
	}
	for _, r := range s.RequestsTo(e) {
		if r.hasQuery(query) {
			return r
		}
	}
	wanted := url.Values{}
	for i := 0; i < len(query); i += 2 {
		wanted.Set(query[i], query[i+1])
	}
	text, _ := url.QueryUnescape(wanted.Encode())
	tb.Fatalf("zadigtest: no request to %s?%s%s", e.orNone(), text, s.history())
	return Request{}
}

// ExpectNoRequests fails the test if there was any request.
func (s *Server) ExpectNoRequests(tb TB) {
	tb.Helper()
	if len(s.Requests()) > 0 {
		tb.Fatalf("zadigtest: there were requests, want none%s", s.history())
	}
}

func (r Request) hasQuery(pairs []string) bool {
	for i := 0; i < len(pairs); i += 2 {
		if r.Query.Get(pairs[i]) != pairs[i+1] {
			return false
		}
	}
	return true
}

func (e Endpoint) orNone() string {
	if e == NoEndpoint {
		return "unknown paths"
	}
	return string(e)
}

// history lists the last requests for a failure message.
func (s *Server) history() string {
	const most = 20
	requests := s.Requests()
	if len(requests) == 0 {
		return "\n\tnothing was received"
	}
	var text strings.Builder
	text.WriteString("\n\treceived:")
	if more := len(requests) - most; more > 0 {
		fmt.Fprintf(&text, "\n\t… %d earlier", more)
		requests = requests[more:]
	}
	for _, r := range requests {
		text.WriteString("\n\t" + r.String())
	}
	return text.String()
}
