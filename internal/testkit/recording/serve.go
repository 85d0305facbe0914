package recording

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
)

// basePath is not empty, so that a path that is not joined to the base URL is
// noticed.
const basePath = "/base"

// Server plays answers, recorded ones or others, and keeps what it was asked.
type Server struct {
	URL string // the base URL, with a path

	mu      sync.Mutex
	answers []http.Handler
	asked   []*url.URL
}

// Serve starts a server that gives its n-th answer to the n-th request, and
// the last one to all that follow. It ends with the test.
func Serve(t testing.TB, answers ...http.Handler) *Server {
	t.Helper()
	s := &Server{answers: answers}
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path, joined := strings.CutPrefix(r.URL.Path, basePath)
		if !joined {
			t.Errorf("asked for %s, which is not below the base URL's path", r.URL.Path)
		}
		s.next(&url.URL{Path: path, RawQuery: r.URL.RawQuery}).ServeHTTP(w, r)
	}))
	srv.Config.SetKeepAlivesEnabled(false) // net/http would send again what fails on a connection that was used before
	srv.Start()
	t.Cleanup(srv.Close)
	s.URL = srv.URL + basePath
	return s
}

func (s *Server) next(asked *url.URL) http.Handler {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = append(s.asked, asked)
	return s.answers[min(len(s.asked), len(s.answers))-1]
}

// Asked is what was asked so far: paths below the base URL, and queries.
func (s *Server) Asked() []*url.URL {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.asked)
}

// Answer is an answer that was not recorded. JSON and HTML are sent as such,
// and nothing without a content type.
func Answer(status int, body string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		switch {
		case body == "":
			w.Header()["Content-Type"] = nil
		case json.Valid([]byte(body)):
			w.Header().Set("Content-Type", "application/json; charset=utf-8")
		case body[0] == '<':
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
		default:
			w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	})
}

// Get reads the recording of this name, such as "v1.11.0/dc_artifact".
func Get(t testing.TB, name string) Recording {
	t.Helper()
	return Load(t, name)[0]
}
