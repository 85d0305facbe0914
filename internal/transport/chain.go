// Package transport is the way of a request to the server and back: one file
// for each step, assembled here. Its errors name no secret and no query.
package transport

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"time"
)

// Limiter is asked before each attempt; golang.org/x/time/rate.Limiter is one.
type Limiter interface {
	Wait(ctx context.Context) error
}

// Config is what the steps need to know. Base must be set.
type Config struct {
	Base       http.RoundTripper
	Client     *http.Client // whose cookie jar, timeout and redirect policy are kept; may be nil
	Origin     *url.URL     // the base URL: the only origin that gets headers and token
	Header     http.Header  // sent with each request
	Token      func(context.Context) (string, error)
	Limiter    Limiter
	Logger     *slog.Logger
	Middleware []func(http.RoundTripper) http.RoundTripper
	Timeout    time.Duration // to the response's headers; at most this long, too, a body may stand still
	MaxBytes   int64         // of an answer that is read whole
	Retry      Policy
}

// Transport sends requests. It is safe for concurrent use.
type Transport struct {
	client *http.Client
	config Config
}

// New assembles the steps. Its error is a middleware that returns nil.
func New(c Config) (*Transport, error) {
	client := new(http.Client)
	if c.Client != nil {
		*client = *c.Client
	}
	chain, err := assemble(c)
	if err != nil {
		return nil, err
	}
	client.Transport = chain
	client.CheckRedirect = redirectPolicy(c, client.CheckRedirect)
	return &Transport{client: client, config: c}, nil
}

// assemble chains what happens in each attempt, from net/http outwards. Read
// from the bottom up it is the order in which a request travels.
func assemble(c Config) (http.RoundTripper, error) {
	rt := watchStalls(c.Base, c.Timeout)
	for i, wrap := range slices.Backward(c.Middleware) { // the first one given is the outermost
		if rt = wrap(rt); rt == nil {
			return nil, fmt.Errorf("WithMiddleware: middleware %d returned nil", i+1)
		}
		rt = tame(rt)
	}
	rt = logAttempts(rt, c.Logger)
	rt = authorize(rt, c.Origin, c.Header, c.Token)
	rt = limitRate(rt, c.Limiter)
	rt = dropBadLocation(rt)
	return step(rt.RoundTrip), nil
}

// step is a RoundTripper that is a function. It has no CloseIdleConnections:
// go-retryablehttp would call it after each failure and empty a pool that
// others use.
type step func(*http.Request) (*http.Response, error)

func (s step) RoundTrip(req *http.Request) (*http.Response, error) { return s(req) }

// final marks an error of our own steps that no further attempt can mend.
type final struct{ error }

func (f final) Unwrap() error { return f.error }
