// Package response reads the body of a response: one JSON value, or an array element
// by element. It bounds memory, and returns a typed error for an unexpected body. It
// is the only package, apart from tests, that imports the JSON library
// go-json-experiment.
//
// A service chooses how the body is read by a [Mode] in the request's context.
// The client passes its [Settings] back in the response's [Body].
package response

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/zadig-go/zadig/internal/errdef"
)

// DefaultMaxBytes bounds a buffered body, and each element of a stream.
const DefaultMaxBytes = 64 << 20

// Mode says when a body is read.
type Mode int

const (
	// Streamed bodies are read while the caller uses their elements.
	Streamed Mode = iota
	// Buffered bodies are read as part of the attempt, so that a body that breaks off
	// is retried.
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
	// Attempts is the number of times in a row that a stream may break off without a
	// new element before its error ends the loop. If Attempts is 1, nothing is
	// retried.
	Attempts int
	// Wait pauses after the n-th of these breaks, counting from 1. It returns the
	// context's error if the context ends first.
	Wait func(ctx context.Context, n int) error
}

// Body is the body of a 2xx response from the client.
type Body struct {
	io.ReadCloser
	Settings
	// Data is the whole body if the client has read it as part of an attempt, and nil
	// otherwise.
	Data []byte
	// Reject takes the beginning of the body, and returns a function that makes
	// errors. Each error matches kind, and shows an excerpt with secrets masked. The
	// two steps let a stream mask the excerpt only once. Reject is a function because
	// it knows the token: printing a Body cannot print it.
	Reject func(excerpt []byte) func(kind error, reason string) error

	encoding string // Content-Encoding that net/http has not removed
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
	body.encoding = resp.Header.Get("Content-Encoding")
	body.MaxBytes, body.Attempts = cmp.Or(body.MaxBytes, DefaultMaxBytes), cmp.Or(body.Attempts, 3)
	if body.Wait == nil {
		body.Wait = func(ctx context.Context, n int) error { return Sleep(ctx, time.Duration(n)*100*time.Millisecond) }
	}
	return body
}

func (b *Body) unexpected(excerpt []byte, reason string) error {
	return b.Reject(excerpt)(errdef.ErrUnexpectedResponse, reason)
}
