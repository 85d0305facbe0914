package clienttest

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/jarcoal/httpmock"

	"github.com/zadig-go/zadig"
)

// MockURL is the base URL of clients with a Mock. It has a path, so that a test
// fails if the client does not use the path.
const MockURL = "http://zadig.example.com/base"

// Mock responds instead of a server. A request for which no response is
// registered fails the test.
type Mock struct {
	*httpmock.MockTransport
	mu   sync.Mutex
	urls []*url.URL
}

// NewMock returns a client without a network, and the Mock that responds to it. The
// client retries without delay and must close all response bodies.
func NewMock(t testing.TB) (*zadig.Client, *Mock) {
	t.Helper()
	m := &Mock{MockTransport: httpmock.NewMockTransport()}
	m.RegisterNoResponder(httpmock.NewNotFoundResponder(t.Error))
	return New(t, MockURL, FastRetry(), zadig.WithTransport(m), zadig.WithMiddleware(Bodies(t))), m
}

// Mocked is like NewMock, but registers one response to GET requests for a path.
func Mocked(t testing.TB, path string, response httpmock.Responder) (*zadig.Client, *Mock) {
	t.Helper()
	client, m := NewMock(t)
	m.Get(path, response)
	return client, m
}

// Get registers the response to GET requests for a path below MockURL. If the path
// has a query, the response is only for requests with that query.
func (m *Mock) Get(path string, response httpmock.Responder) {
	m.RegisterResponder(http.MethodGet, MockURL+path, response)
}

// Doer is a function, such as an httpmock.Responder, that implements core.Doer.
type Doer func(*http.Request) (*http.Response, error)

// Do calls the function.
func (d Doer) Do(req *http.Request) (*http.Response, error) { return d(req) }

// RoundTrip records the URL and responds.
func (m *Mock) RoundTrip(req *http.Request) (*http.Response, error) {
	m.mu.Lock()
	m.urls = append(m.urls, &url.URL{Path: strings.TrimPrefix(req.URL.Path, "/base"), RawQuery: req.URL.RawQuery})
	m.mu.Unlock()
	return m.MockTransport.RoundTrip(req)
}

// URLs returns the path below MockURL and the query of each request so far.
func (m *Mock) URLs() []*url.URL {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.urls)
}

// Respond responds with a status and a body. The Content-Type is that of JSON, or what
// net/http detects. A response with an empty body has no Content-Type.
func Respond(status int, body string) httpmock.Responder {
	response, contentType := httpmock.NewStringResponder(status, body), http.DetectContentType([]byte(body))
	if body == "" {
		return response
	}
	if json.Valid([]byte(body)) {
		contentType = "application/json; charset=utf-8"
	}
	return response.HeaderSet(http.Header{"Content-Type": {contentType}})
}
