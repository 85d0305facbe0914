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

// maxStall bounds the wait for the next byte of a body.
const maxStall = 30 * time.Second

// stalled is the error of a server that keeps silent. Another attempt would
// wait as long again, so it is not retried.
type stalled struct {
	waited time.Duration
	what   string
}

func (s *stalled) Error() string { return fmt.Sprintf("%s within %s", s.what, s.waited) }

// Timeout makes it a net.Error's kind of error.
func (s *stalled) Timeout() bool { return true }

// Temporary completes net.Error.
func (s *stalled) Temporary() bool { return false }

// Unwrap lets errors.Is find the standard's own time-out. It is not
// context.DeadlineExceeded: that is the caller's.
func (s *stalled) Unwrap() error { return os.ErrDeadlineExceeded }

// watchStalls ends an attempt whose headers do not arrive within timeout, or
// whose body stands still that long (maxStall at the most) while somebody
// waits in Read. A body that moves may take as long as it likes, and so may
// the one who reads it.
func watchStalls(next http.RoundTripper, timeout time.Duration) http.RoundTripper {
	var turns chan struct{}
	if own, ok := next.(*pools); ok {
		turns = own.turns
	}
	return step(func(req *http.Request) (*http.Response, error) {
		ctx, cancel := context.WithCancel(req.Context())
		w := &watch{cancel: cancel, stall: min(timeout, maxStall)}
		// The turn is taken and given back here because the body is watched here.
		if call := response.CallFrom(ctx); call != nil && call.Whole && turns != nil {
			select {
			case turns <- struct{}{}:
				w.turns = turns
			case <-ctx.Done():
				cancel()
				return nil, response.Ended(req.Context())
			}
		}
		w.timer = time.AfterFunc(timeout, w.fire)
		resp, err := sound(next.RoundTrip(req.WithContext(ctx)))
		w.timer.Stop()
		if err != nil {
			w.end()
			if w.fired.Load() && req.Context().Err() == nil {
				err = &stalled{timeout, "no response headers"}
			}
			return nil, err
		}
		w.body = resp.Body
		resp.Body = w
		return resp, nil
	})
}

// watch is a response body that does not wait for ever.
type watch struct {
	body   io.ReadCloser
	cancel context.CancelFunc
	stall  time.Duration
	timer  *time.Timer
	turns  chan struct{} // one of them is to be given back; nil: none
	fired  atomic.Bool
	once   sync.Once
}

func (w *watch) fire() {
	w.fired.Store(true)
	w.cancel()
}

func (w *watch) Read(p []byte) (int, error) {
	w.timer.Reset(w.stall)
	n, err := response.Progress{Reader: w.body}.Read(p)
	w.timer.Stop()
	if err != nil && err != io.EOF && w.fired.Load() { //nolint:errorlint // as io.Reader says it
		err = &stalled{w.stall, "no further byte of the body"}
	}
	return n, err
}

func (w *watch) Close() error {
	err := w.body.Close()
	w.once.Do(w.end)
	return err
}

func (w *watch) end() {
	w.timer.Stop()
	w.cancel()
	if w.turns != nil {
		<-w.turns
	}
}
