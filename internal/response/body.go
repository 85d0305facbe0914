// Package response reads the body of a response: one JSON value, or an array
// element by element. It bounds memory, and returns a typed error for an
// unexpected body. It is the only package that knows the JSON library.
//
// A service chooses how the body is read by a [Mode] in the request's context.
// The client passes its [Settings] back in the response's [Body].
package response

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/google/go-querystring/query"

	"github.com/zadig-go/zadig/core"
	"github.com/zadig-go/zadig/internal/errdef"
)

// DefaultMaxBytes bounds a buffered body, and each element of a stream.
const DefaultMaxBytes = 64 << 20

// Mode says when a body is read.
type Mode int

const (
	// Streamed bodies are read while the caller uses their elements.
	Streamed Mode = iota
	// Buffered bodies are read as part of the attempt, so that one that is
	// cut off is retried.
	Buffered
)

type modeKey struct{}

// ModeOf returns the mode of a request, Streamed if it has none.
func ModeOf(ctx context.Context) Mode {
	mode, _ := ctx.Value(modeKey{}).(Mode)
	return mode
}

// Settings has the settings of the client that sent the request. A zero field means
// the default.
type Settings struct {
	MaxBytes int64
	RawJSON  bool
	// Attempts is how many times in a row a stream may break off without progress.
	Attempts int
	// Wait pauses after the n-th of these failures (from 1), or returns the
	// context's error.
	Wait func(ctx context.Context, n int) error
}

// Body is the body of a 2xx response from the client.
type Body struct {
	io.ReadCloser
	Settings
	// Data is the body if the client has read it as part of an attempt. If Data is
	// nil, the ReadCloser has the body.
	Data []byte
	// Reject takes an excerpt from the beginning of the body, and returns a function
	// that makes errors. Each error shows the excerpt, with secrets masked, and
	// matches kind. With two steps, a stream masks the excerpt only once. Reject
	// knows the token, so it is a function: printing a Body cannot print it.
	Reject func(excerpt []byte) func(kind error, reason string) error
}

// bodyOf returns the body of a response, with defaults for the settings that it
// lacks.
func bodyOf(resp *http.Response) *Body {
	body, ok := resp.Body.(*Body)
	if !ok { // from a Doer that is not the client
		body = &Body{ReadCloser: resp.Body, Reject: func([]byte) func(error, string) error {
			return func(kind error, reason string) error { return fmt.Errorf("%d: %w: %s", resp.StatusCode, kind, reason) }
		}}
	}
	body.MaxBytes, body.Attempts = cmp.Or(body.MaxBytes, DefaultMaxBytes), cmp.Or(body.Attempts, 3)
	if body.Wait == nil {
		body.Wait = func(ctx context.Context, n int) error { return Sleep(ctx, time.Duration(n)*100*time.Millisecond) }
	}
	return body
}

func (b *Body) unexpected(excerpt []byte, reason string) error {
	return b.Reject(excerpt)(errdef.ErrUnexpectedResponse, reason)
}

// Sleep waits, or returns the context's error together with its cause.
func Sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return Ended(ctx)
	case <-timer.C:
		return nil
	}
}

// Ended returns the error of a context together with its cause, or nil if the
// context has not ended.
func Ended(ctx context.Context) error {
	if cause := context.Cause(ctx); !errors.Is(cause, ctx.Err()) {
		return fmt.Errorf("%w: %w", ctx.Err(), cause)
	}
	return ctx.Err()
}

// Endpoint describes a request and the expected response.
type Endpoint struct {
	Path  string
	Query any // a struct with url tags, or nil
	// RawQuery replaces Query if it is not empty.
	RawQuery string
	Want     string // in words, for errors: "an array of releases"
	Decode   Decoding
}

func (e Endpoint) url() *url.URL {
	u := &url.URL{Path: e.Path, RawQuery: e.RawQuery}
	if e.RawQuery == "" {
		values, _ := query.Values(e.Query) // fails only for a value that is not a struct
		u.RawQuery = values.Encode()
	}
	return u
}

// IsSegment reports whether name can be one segment of a path without escaping.
func IsSegment(name string) bool {
	return name != "" && name != "." && name != ".." && !strings.Contains(name, "/")
}

// send requests u from any Doer, and returns a 2xx response and its body.
func send(ctx context.Context, d core.Doer, u *url.URL, mode Mode) (*http.Response, *Body, error) {
	if d == nil {
		return nil, nil, errors.New("zadig: this Service was not made by New with a Doer")
	}
	if ctx == nil {
		return nil, nil, errdef.BadArgument("zadig", "ctx", "must not be nil")
	}
	req := &http.Request{Method: http.MethodGet, URL: u, Header: http.Header{}}
	resp, err := d.Do(req.WithContext(context.WithValue(ctx, modeKey{}, mode)))
	if err != nil {
		return nil, nil, err
	}
	if resp == nil || resp.Body == nil {
		return nil, nil, fmt.Errorf("%w: the Doer returned neither a response nor an error", errdef.ErrUnexpectedResponse)
	}
	body := bodyOf(resp)
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		_ = resp.Body.Close()
		return nil, nil, body.unexpected(nil, "the Doer returned a failure as a response, want an error")
	}
	return resp, body, nil
}
