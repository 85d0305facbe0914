// Package transport is the way of a request to the server and back: a call, whose
// attempts go through the middleware to the base. Its errors name no secret and
// no query.
package transport

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/hashicorp/go-retryablehttp"
)

// Config is what a call needs to know. Base must be set.
type Config struct {
	Base       http.RoundTripper
	Client     *http.Client // whose cookie jar, timeout and redirect policy are kept; may be nil
	Origin     *url.URL     // the base URL: the only origin that gets headers and token
	Header     http.Header  // sent with each request
	Token      func(context.Context) (string, error)
	Limiter    Limiter
	Logger     *slog.Logger
	Middleware []func(http.RoundTripper) http.RoundTripper
	Timeout    time.Duration // to the response's headers; a body may also stall for at most this long
	MaxBytes   int64         // of a buffered body
	Retry      Policy
	Budget     *Budget // of retries
}

// Transport sends requests. It is safe for concurrent use.
type Transport struct {
	client http.Client // without a transport
	chain  http.RoundTripper
	config Config
}

// New wraps the base in the middleware; the first one given is the outermost.
// Its error is a middleware that returns nil.
func New(c Config) (*Transport, error) {
	t := &Transport{chain: c.Base, config: c}
	if c.Client != nil {
		t.client = *c.Client
	}
	for _, wrap := range slices.Backward(c.Middleware) {
		if t.chain = wrap(t.chain); t.chain == nil {
			return nil, errors.New("WithMiddleware: a middleware returned nil")
		}
	}
	t.client.CheckRedirect = redirectPolicy(c, t.client.CheckRedirect)
	return t, nil
}

// Outcome is the result of a request.
type Outcome struct {
	Response *http.Response // nil if there was none
	Err      error          // why there was none, or why there was no other one after it
	Attempts int
	Tokens   []string // that were sent, for masking them

	Request *http.Request // as it was sent, without the token
}

// Do sends a request until there is a response that is worth returning. An
// Outcome can hold a response and an error: the last response, and the end of the
// context during the wait or the attempt that followed it.
func (t *Transport) Do(sent *http.Request) (out Outcome) {
	c := t.newCall(sent.Context())
	defer func() {
		if out.Response == nil || out.Err != nil {
			c.end()
		}
	}()
	resp, err := c.client().Do(&retryablehttp.Request{Request: sent.WithContext(c.ctx)})
	if _, said := errors.AsType[*stallError](err); err != nil && !said {
		err = c.because(err, "no further byte of the body") // of a failure, which was read before a wait
	}
	out = Outcome{Response: resp, Err: err, Attempts: c.attempts, Tokens: c.tokens, Request: sent}
	switch {
	case err == nil:
		if !retryable(resp.StatusCode) {
			t.config.Budget.credit(c.attempts)
		}
		resp.Body = &finalBody{resp.Body, c.end}
	case c.waiting, sent.Context().Err() != nil && c.lastResponse != nil:
		out.Response = c.lastResponse
		if c.lastErr != nil {
			out.Err = fmt.Errorf("%w; no further attempt: %w", bare(c.lastErr), err)
		} else {
			out.Err = bare(err)
		}
	default:
		out.Response = nil
	}
	return out
}

// finalBody is the body of the last response. With it the call ends, and with
// the call a Read under way.
type finalBody struct {
	io.ReadCloser
	end func()
}

func (b *finalBody) Close() error {
	b.end()
	return b.ReadCloser.Close()
}

// bare takes off what net/http puts around an error: the URL, with its query.
func bare(err error) error {
	if sent, ok := err.(*url.Error); ok && sent.Err != nil { //nolint:errorlint // net/http's own, not one that it wraps
		return sent.Err
	}
	return err
}

// permanentError is an error of our own policies that no further attempt can
// mend.
type permanentError struct{ error }

func (p permanentError) Unwrap() error { return p.error }
