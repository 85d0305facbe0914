// Package response reads what a server answered: a whole body or a streamed
// array, bounded in memory, with a typed error for everything that is not the
// answer asked for. It is the only package that knows the JSON library.
package response

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/zadig-go/zadig/internal/errdef"
)

// DefaultMaxBytes bounds a body read whole, and one release of a stream.
const DefaultMaxBytes = 64 << 20

// defaultAttempts is used with a Doer that is not a *zadig.Client.
const defaultAttempts = 3

// Call travels in the context of one request. The service says what it wants;
// the client, if it is a *zadig.Client, fills in how it was configured.
type Call struct {
	// Whole, said by the service: read the body as part of the attempt, so
	// that one cut in the middle is asked for again.
	Whole bool

	// Client is filled in by the client; its zero value stands for a Doer
	// that is something else.
	Client Client
}

// Client is what a service needs to know of the client behind a Doer.
type Client struct {
	MaxBytes int64
	RawJSON  bool
	// Attempts is how often in a row a stream may break without progress;
	// Wait pauses after the n-th time (from 1), or returns the context's error.
	Attempts int
	Wait     func(ctx context.Context, n int) error
	// Reject makes an error that matches the sentinel of an answer that came
	// with status 2xx.
	Reject func(resp *http.Response, body []byte, sentinel error, reason string) error
}

type callKey struct{}

// WithCall puts call into the context of a request.
func WithCall(ctx context.Context, call *Call) context.Context {
	return context.WithValue(ctx, callKey{}, call)
}

// CallFrom returns the call of a request, or nil.
func CallFrom(ctx context.Context) *Call {
	call, _ := ctx.Value(callKey{}).(*Call)
	return call
}

func (c *Call) maxBytes() int64 {
	if c.Client.MaxBytes > 0 {
		return c.Client.MaxBytes
	}
	return DefaultMaxBytes
}

// MaxBreaks is how often in a row a stream may break without progress.
func (c *Call) MaxBreaks() int {
	if c.Client.Attempts > 0 {
		return c.Client.Attempts
	}
	return defaultAttempts
}

// Pause waits before a broken stream is asked for again.
func (c *Call) Pause(ctx context.Context, n int) error {
	if c.Client.Wait != nil {
		return c.Client.Wait(ctx, n)
	}
	return Sleep(ctx, time.Duration(n)*100*time.Millisecond)
}

// Sleep waits, or returns the context's error, together with its cause.
func Sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
		return nil
	}
	return Ended(ctx)
}

// Ended is the error of a context that has ended, together with its cause;
// nil while it has not.
func Ended(ctx context.Context) error {
	if cause := context.Cause(ctx); !errors.Is(cause, ctx.Err()) {
		return fmt.Errorf("%w: %w", ctx.Err(), cause)
	}
	return ctx.Err()
}

func (c *Call) reject(resp *http.Response, body []byte, sentinel error, reason string) error {
	if c.Client.Reject != nil {
		return c.Client.Reject(resp, body, sentinel, reason)
	}
	return fmt.Errorf("%d: %w: %s", resp.StatusCode, sentinel, reason)
}

// send asks for u and makes sure of a 2xx answer with a body, whatever the
// Doer is.
func send(ctx context.Context, d Doer, u *url.URL, call *Call) (*http.Response, error) {
	if d == nil {
		return nil, errors.New("zadig: this Service was not made by New with a Doer")
	}
	if ctx == nil {
		return nil, errdef.BadArgument("zadig", "ctx", "it is nil")
	}
	req := &http.Request{Method: http.MethodGet, URL: u, Header: http.Header{}}
	resp, err := d.Do(req.WithContext(WithCall(ctx, call)))
	if err != nil {
		return nil, err
	}
	if resp == nil || resp.Body == nil {
		return nil, fmt.Errorf("%w: the Doer returned neither an answer nor an error", errdef.ErrUnexpectedResponse)
	}
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		_ = resp.Body.Close()
		return nil, call.reject(resp, nil, errdef.ErrUnexpectedResponse, "the Doer returned a failure as an answer")
	}
	return resp, nil
}

// Doer sends one request; answers that are not 2xx come back as errors.
type Doer interface {
	Do(*http.Request) (*http.Response, error)
}
