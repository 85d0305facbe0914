// Package leaktest fails tests that leave the body of a response, and so its
// connection, open.
package leaktest

import (
	"io"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/zadig-go/zadig/internal/testkit/servertest"
)

// Bodies returns middleware that fails the test if a response body is still open
// when the test ends.
func Bodies(t testing.TB) func(http.RoundTripper) http.RoundTripper {
	return func(next http.RoundTripper) http.RoundTripper {
		return servertest.RoundTripper(func(req *http.Request) (*http.Response, error) {
			resp, err := next.RoundTrip(req)
			if resp != nil && resp.Body != nil && resp.Body != http.NoBody {
				resp.Body = Body(t, resp.Body, req.URL.Path)
			}
			return resp, err
		})
	}
}

// Body returns r, and fails the test if r is still open five seconds after the end
// of the test.
func Body(t testing.TB, r io.ReadCloser, name string) io.ReadCloser {
	b := &body{ReadCloser: r, closed: make(chan struct{})}
	t.Cleanup(func() {
		select {
		case <-b.closed:
		case <-time.After(5 * time.Second):
			t.Errorf("%s: the body was not closed", name)
		}
	})
	return b
}

type body struct {
	io.ReadCloser
	once   sync.Once
	closed chan struct{}
}

func (b *body) Close() error {
	b.once.Do(func() { close(b.closed) })
	return b.ReadCloser.Close()
}
