package transport

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/zadig-go/zadig/internal/response"
)

// maxStall bounds the wait for the next byte of a body, and for the whole body
// of a failure.
const maxStall = 30 * time.Second

// stallError is the error of a server that keeps silent. Another attempt would
// wait as long again, so it is not retried.
type stallError struct {
	waited time.Duration
	what   string
}

func (s *stallError) Error() string { return fmt.Sprintf("%s within %s", s.what, s.waited) }

// Timeout makes it a net.Error's kind of error.
func (s *stallError) Timeout() bool { return true }

// Temporary completes net.Error.
func (s *stallError) Temporary() bool { return false }

// Unwrap lets errors.Is find the standard library's own timeout. It is not
// context.DeadlineExceeded: that is the caller's.
func (s *stallError) Unwrap() error { return os.ErrDeadlineExceeded }

// watchStalls ends an attempt whose headers do not arrive within timeout, or
// whose body stalls that long (maxStall at the most) while somebody waits in
// Read. A body that keeps arriving is never cut off, except that of a failure,
// which must be complete in that time. Bodies of 1xx responses, which are the
// connection itself, are closed unread.
func watchStalls(timeout time.Duration) policy {
	return func(next http.RoundTripper) http.RoundTripper {
		return roundTripperFunc(func(req *http.Request) (*http.Response, error) {
			ctx, cancel := context.WithCancel(req.Context())
			w := &watchedBody{cancel: cancel, stall: min(timeout, maxStall)}
			w.timer = time.AfterFunc(timeout, w.fire)
			defer func() {
				if w.body == nil { // also if the transport panics
					w.end()
				}
			}()
			resp, err := normalizeResponse(next.RoundTrip(req.WithContext(ctx)))
			w.timer.Stop()
			if err != nil {
				if w.fired.Load() && req.Context().Err() == nil {
					err = &stallError{timeout, "no response headers"}
				}
				return nil, err
			}
			w.body, w.failure = resp.Body, resp.StatusCode < 200 || resp.StatusCode > 299
			resp.Body = w
			stateOf(ctx).body = w
			if resp.StatusCode < 200 {
				_ = w.Close()
				resp.Body = http.NoBody
			}
			return resp, nil
		})
	}
}

// watchedBody is a response body that does not wait forever.
type watchedBody struct {
	body    io.ReadCloser
	cancel  context.CancelFunc
	stall   time.Duration
	failure bool // the body as a whole has stall, and not each read
	timer   *time.Timer
	started bool
	fired   atomic.Bool
	once    sync.Once
}

func (w *watchedBody) fire() {
	w.fired.Store(true)
	w.cancel()
}

func (w *watchedBody) Read(p []byte) (int, error) {
	if !w.failure || !w.started {
		w.started = true
		w.timer.Reset(w.stall)
	}
	n, err := response.Progress{Reader: w.body}.Read(p)
	if !w.failure || err != nil {
		w.timer.Stop()
	}
	if err != nil && !response.IsEOF(err) && w.fired.Load() {
		err = &stallError{w.stall, "no further byte of the body"}
	}
	return n, err
}

func (w *watchedBody) Close() error {
	w.once.Do(w.end) // first, so that a Read under way returns
	return w.body.Close()
}

func (w *watchedBody) end() {
	w.timer.Stop()
	w.cancel()
}
