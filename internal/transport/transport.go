// Package transport sends requests. A call is a series of attempts. Each attempt, and
// each redirect that it follows, passes through these policies in order, one file
// each:
//
//	retry.go      whether there is another attempt, and when (retryafter.go, budget.go)
//	redirect.go   which redirects are followed
//	ratelimit.go  the user's rate limiter
//	auth.go       headers and token, for the origin of the base URL only
//	stall.go      the time limits for the headers, and for each read of the body
//	log.go        one record per attempt
//	              the user's middleware
//	base.go       the SDK's own http.Transport, or the user's
//	buffer.go     reads the body, if the call is not a stream
//
// The texts of its errors (errors.go) contain no secret and no query.
package transport

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/hashicorp/go-retryablehttp"

	"github.com/zadig-go/zadig/internal/response"
)

// Config configures a Transport. Base must be set.
type Config struct {
	Base       http.RoundTripper
	Client     *http.Client // its cookie jar, timeout and redirect policy apply; may be nil
	Origin     *url.URL     // the base URL: the only origin that gets headers and token
	Header     http.Header  // sent with each request
	Token      func(context.Context) (string, error)
	Limiter    Limiter
	Logger     *slog.Logger
	Middleware []func(http.RoundTripper) http.RoundTripper
	Timeout    time.Duration // until the response headers arrive; also bounds a stall of the body
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

// New wraps the base in the middleware; the first one given is the outermost. It
// returns an error if a middleware returns nil.
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
	t.client.CheckRedirect = redirectPolicy(c.Origin, t.client.CheckRedirect)
	return t, nil
}

// Outcome is the result of a call. It has one of
//   - a response
//   - an error
//   - the last response, and the error that prevented a later one
//   - a 2xx response whose body cannot be decompressed, and the error of
//     decompressing it
type Outcome struct {
	Response *http.Response
	Body     []byte // of a success that was buffered
	Err      error
	Attempts int
	Tokens   []string // sent in this call, to be masked
}

// call is one request with all its attempts. The policies are its methods.
type call struct {
	*Transport
	ctx      context.Context // the caller's
	header   http.Header     // of the caller's request
	buffered bool

	attempts     int // the current one included
	tokens       []string
	failureLeft  time.Duration  // for reading the bodies of failures of this attempt, such as redirects
	wait         time.Duration  // before the next attempt
	waiting      bool           // for the next attempt
	lastResponse *http.Response // of the attempt before
	lastErr      error          // of the attempt before, if it had no response

	body    []byte         // of the response, if the call is buffered
	garbled *http.Response // whose body cannot be decompressed
}

// Do sends a request, and repeats it until no further attempt is needed or allowed.
func (t *Transport) Do(req *http.Request) Outcome {
	c := &call{Transport: t, ctx: req.Context(), header: req.Header, buffered: response.ModeOf(req.Context()) == response.Buffered}
	resp, err := c.retryClient().Do(&retryablehttp.Request{Request: req})
	if err != nil {
		resp, err = c.failed(req, bare(err))
		return Outcome{Response: resp, Err: err, Attempts: c.attempts, Tokens: c.tokens}
	}
	if !retryable(resp.StatusCode) {
		t.config.Budget.credit(c.attempts)
	}
	if last := resp.Request; last != nil && last.URL != nil && last.URL != req.URL {
		req = c.redirected(req, last.URL)
	}
	resp.Request = req
	return Outcome{Response: resp, Body: c.body, Attempts: c.attempts, Tokens: c.tokens}
}

// failed returns the outcome of a call whose last attempt had no response.
func (c *call) failed(req *http.Request, err error) (*http.Response, error) {
	ended := c.waiting || req.Context().Err() != nil // a wait fails only if the context ends
	switch {
	case c.garbled != nil && response.Garbled(err):
		return c.garbled, err
	case ended && c.lastResponse != nil:
		return c.lastResponse, safe(err, c.tokens)
	case c.waiting:
		err = fmt.Errorf("%w; no further attempt: %w", c.lastErr, err)
	}
	return nil, c.noResponse(req, err)
}

// RoundTrip sends the request of one attempt, or of one redirect that it follows.
func (c *call) RoundTrip(req *http.Request) (*http.Response, error) {
	if c.config.Limiter != nil {
		if err := c.limitRate(req.Context()); err != nil {
			return nil, err
		}
	}
	req, err := c.authorize(req)
	if err != nil {
		return nil, err
	}
	e := c.newExchange(req)
	resp, err := c.chain.RoundTrip(e.req)
	e.timer.Stop()
	if err != nil {
		return nil, e.fail(err)
	}
	if resp == nil || resp.Body == nil { // http.Client handles both: it returns an error, or an empty body
		return resp, nil
	}
	e.received(resp)
	switch {
	case resp.StatusCode < 200: // the body of 101 is the connection itself
		_ = resp.Body.Close()
		resp.Body = http.NoBody
	case resp.StatusCode < 300 && c.buffered:
		return c.buffer(resp)
	}
	return resp, nil
}
