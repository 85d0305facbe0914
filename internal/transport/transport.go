// Package transport is the way of a request to the server and back: retries
// around a chain of policies, one file for each, listed in [Config.policies]
// in the order in which a request travels. Its errors name no secret and no
// query.
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

// Config is what the policies need to know. Base must be set.
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

// A policy is one thing that happens to each attempt, and to each redirect
// that an attempt follows.
type policy func(next http.RoundTripper) http.RoundTripper

// policies lists what happens in each attempt, in the order in which a request
// travels. The response comes back the other way.
func (c Config) policies() []policy {
	policies := []policy{
		closeAbandoned,
		dropBadLocation,
		limitRate(c.Limiter),
		setHeaders(c.Origin, c.Header),
		authorize(c.Origin, c.Token),
		logAttempts(c.Logger),
	}
	for _, wrap := range c.Middleware { // the first one given is the outermost
		policies = append(policies, guardBody, wrap)
	}
	return append(policies,
		limitConcurrency(c.Base),
		watchStalls(c.Timeout),
	)
}

// assemble wraps the base in the policies. Its error is a middleware that
// returns nil.
func (c Config) assemble() (http.RoundTripper, error) {
	rt := c.Base
	for _, wrap := range slices.Backward(c.policies()) {
		if rt = wrap(rt); rt == nil {
			return nil, errors.New("WithMiddleware: a middleware returned nil")
		}
	}
	return roundTripperFunc(rt.RoundTrip), nil
}

// roundTripperFunc is a RoundTripper that is a function. It has no
// CloseIdleConnections: go-retryablehttp would call it after each failure and
// empty a pool that others use.
type roundTripperFunc func(*http.Request) (*http.Response, error)

func (f roundTripperFunc) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// Transport sends requests. It is safe for concurrent use.
type Transport struct {
	client *retryablehttp.Client
	config Config
}

// New assembles the policies.
func New(c Config) (*Transport, error) {
	client := new(http.Client)
	if c.Client != nil {
		*client = *c.Client
	}
	chain, err := c.assemble()
	if err != nil {
		return nil, err
	}
	client.Transport = chain
	client.CheckRedirect = redirectPolicy(c, client.CheckRedirect)
	t := &Transport{config: c}
	t.client = t.newRetryClient(client)
	return t, nil
}

// Outcome is the result of a request.
type Outcome struct {
	Response *http.Response // nil if there was none
	Err      error          // why there was none, why its body cannot be used, or why there was no other one after it
	Attempts int
	Token    string // that was sent last, for masking it

	Request *http.Request // as it was sent, without the token
}

// Do sends a request that [NewRequest] returned until there is a
// response that is worth returning. An Outcome can hold a response and an error:
// the last response, and the end of the context during the wait or the attempt
// that followed it.
func (t *Transport) Do(sent *http.Request) Outcome {
	state := stateOf(sent.Context())
	state.request.Request = sent
	resp, err := t.client.Do(&state.request)
	out := Outcome{Response: resp, Err: err, Attempts: state.attempts, Token: state.token, Request: sent}
	switch {
	case err == nil:
		if !retryable(resp.StatusCode) {
			t.config.Budget.credit(state.attempts)
		}
	case errors.Is(err, response.ErrTooLarge), response.Garbled(err):
	case state.waiting, sent.Context().Err() != nil && state.lastResponse != nil:
		out.Response = state.lastResponse
		if state.lastErr != nil {
			out.Err = fmt.Errorf("%w; no further attempt: %w", bare(state.lastErr), err)
		} else {
			out.Err = bare(err)
		}
	default:
		out.Response = nil
	}
	return out
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
