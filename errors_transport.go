package zadig

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"github.com/zadig-go/zadig/internal/redact"
	"github.com/zadig-go/zadig/internal/response"
	"github.com/zadig-go/zadig/internal/transport"
)

// newTransportError is the error for a request that got no response. What
// net/http says of it carries the whole URL; ours leaves the query out.
func newTransportError(out transport.Outcome) error {
	err := out.Err
	if sent, ok := err.(*url.Error); ok && sent.Op == "Get" && sent.Err != nil { //nolint:errorlint // net/http's own, not one that it wraps
		err = sent.Err
	}
	causes := []error{err}
	if ended := out.Request.Context().Err(); ended != nil && !errors.Is(err, ended) {
		causes = []error{ended, err}
		err = fmt.Errorf("%w: %w", ended, err)
	}
	err = safeText(err, out.Tokens, causes...)
	err = &url.Error{Op: http.MethodGet, URL: redact.URLWithoutQuery(out.Request.URL, out.Tokens...), Err: err}
	if out.Attempts > 1 {
		return fmt.Errorf("%w (%d attempts)", err, out.Attempts)
	}
	return err
}

// safeBody makes the errors of a body safe to show: a transport may quote in
// them what it likes.
type safeBody struct {
	io.ReadCloser
	tokens func() []string
}

func (b *safeBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil && !response.IsEOF(err) {
		err = safeText(err, b.tokens(), err)
	}
	return n, err
}

// safeText returns err if its text is safe to show, and otherwise an error with
// a safe text that wraps the causes.
func safeText(err error, tokens []string, causes ...error) error {
	text := shorten(redact.Line(err.Error(), tokens...), 1<<10)
	if len(causes) == 1 && text == err.Error() {
		return err
	}
	return &transportError{text, func() []error { return causes }}
}

// transportError is what a transport, a middleware or a token source of the
// caller's returned, in a text of one line that holds no secret.
type transportError struct {
	text   string
	causes func() []error // a function, so that fmt cannot print them
}

func (e *transportError) Error() string { return e.text }

// Unwrap returns the causes, the end of the context first.
func (e *transportError) Unwrap() []error { return e.causes() }

// Timeout lets url.Error, which asks no further, find a timeout among the
// causes.
func (e *transportError) Timeout() bool {
	for _, err := range e.causes() {
		if t, ok := errors.AsType[interface {
			error
			Timeout() bool
		}](err); ok {
			return t.Timeout()
		}
	}
	return false
}
