package clienttest

import (
	"io"
	"net/http"
	"sync"
	"testing"
	"time"
)

// Bodies returns middleware that fails the test if a response body is still open
// when the test ends.
func Bodies(t testing.TB) func(http.RoundTripper) http.RoundTripper {
	return Middleware(func(req *http.Request, next http.RoundTripper) (*http.Response, error) {
		resp, err := next.RoundTrip(req)
		if resp != nil && resp.Body != nil && resp.Body != http.NoBody {
			resp.Body = Body(t, resp.Body, req.URL.Path)
		}
		return resp, err
	})
}

// Body returns r, and fails the test if r is still open five seconds after the end
// of the test.
func Body(t testing.TB, r io.ReadCloser, name string) io.ReadCloser {
	closed := make(chan struct{})
	t.Cleanup(func() {
		select {
		case <-closed:
		case <-time.After(5 * time.Second):
			t.Errorf("%s: the body was not closed", name)
		}
	})
	return &body{r, sync.OnceFunc(func() { close(closed) })}
}

type body struct {
	io.ReadCloser
	closed func()
}

func (b *body) Close() error {
	b.closed()
	return b.ReadCloser.Close()
}
