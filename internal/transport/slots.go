package transport

import (
	"io"
	"net/http"
	"sync/atomic"

	"github.com/zadig-go/zadig/internal/response"
)

// limitConcurrency lets at most maxRequests buffered requests through at a time
// on the SDK's own transport. A request waits for its slot before its timeout
// runs.
//
// A slot is given back when the body ends, fails or is closed, whichever is
// first, and at once for a failure: what a middleware does on account of one,
// such as renewing a token through the same client, needs a slot of its own.
func limitConcurrency(base http.RoundTripper) policy {
	return func(next http.RoundTripper) http.RoundTripper {
		own, ok := base.(*baseTransport)
		if !ok {
			return next
		}
		return roundTripperFunc(func(req *http.Request) (*http.Response, error) {
			ctx := req.Context()
			if response.ModeOf(ctx) != response.Buffered {
				return next.RoundTrip(req)
			}
			select {
			case own.slots <- struct{}{}:
			case <-ctx.Done():
				return nil, response.Ended(ctx)
			}
			body := &slotBody{slots: own.slots}
			defer func() {
				if body.ReadCloser == nil {
					body.release()
				}
			}()
			resp, err := next.RoundTrip(req)
			if err != nil {
				return nil, err
			}
			if resp.StatusCode >= 200 && resp.StatusCode <= 299 {
				body.ReadCloser, resp.Body = resp.Body, body
				stateOf(ctx).body = body
			}
			return resp, nil
		})
	}
}

// slotBody is a body that holds a slot.
type slotBody struct {
	io.ReadCloser
	slots    chan struct{}
	released atomic.Bool
}

func (b *slotBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil {
		b.release()
	}
	return n, err
}

func (b *slotBody) Close() error {
	defer b.release()
	return b.ReadCloser.Close()
}

func (b *slotBody) release() {
	if !b.released.Swap(true) {
		<-b.slots
	}
}
