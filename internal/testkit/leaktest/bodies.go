// Package leaktest fails tests that leave the body of a response open, which
// holds a connection.
package leaktest

import (
	"io"
	"maps"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"
)

// Bodies returns middleware that fails the test if a body is still open at its
// end.
func Bodies(t testing.TB) func(http.RoundTripper) http.RoundTripper {
	open := watch(t)
	return func(next http.RoundTripper) http.RoundTripper {
		return roundTrip(func(req *http.Request) (*http.Response, error) {
			resp, err := next.RoundTrip(req)
			if resp != nil && resp.Body != nil && resp.Body != http.NoBody {
				resp.Body = open.add(resp.Body, req.URL.Path)
			}
			return resp, err
		})
	}
}

// Body returns r, and fails the test if it is still open at its end.
func Body(t testing.TB, r io.ReadCloser, name string) io.ReadCloser {
	return watch(t).add(r, name)
}

// patience is how long a body may stay open after the test.
const patience = 5 * time.Second

// bodies holds the open bodies with their names.
type bodies struct {
	mu   sync.Mutex
	open map[*body]string
}

func watch(t testing.TB) *bodies {
	b := &bodies{open: make(map[*body]string)}
	t.Cleanup(func() {
		for deadline := time.Now().Add(patience); ; time.Sleep(time.Millisecond) {
			left := b.left()
			if len(left) == 0 {
				return
			}
			if time.Now().After(deadline) {
				t.Errorf("bodies that were not closed: %q", left)
				return
			}
		}
	})
	return b
}

func (b *bodies) add(r io.ReadCloser, name string) io.ReadCloser {
	b.mu.Lock()
	defer b.mu.Unlock()
	added := &body{ReadCloser: r, of: b}
	b.open[added] = name
	return added
}

func (b *bodies) left() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Sorted(maps.Values(b.open))
}

type body struct {
	io.ReadCloser
	of *bodies
}

func (b *body) Close() error {
	b.of.mu.Lock()
	delete(b.of.open, b)
	b.of.mu.Unlock()
	return b.ReadCloser.Close()
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }
