package transport

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/zadig-go/zadig/internal/redact"
)

// permanentError is an error of a policy that must not be retried.
type permanentError struct{ error }

func (p permanentError) Unwrap() error { return p.error }

// bare returns the error that a *url.Error of net/http wraps. The text of the
// *url.Error itself has the whole URL.
func bare(err error) error {
	if sent, ok := err.(*url.Error); ok { //nolint:errorlint // net/http's own, not one that it wraps
		return sent.Err
	}
	return err
}

// noResponse returns the error of a call without a response: the error of net/http,
// without the query in its URL.
func (c *call) noResponse(req *http.Request, err error) error {
	causes := []error{err}
	if ended := req.Context().Err(); ended != nil && !errors.Is(err, ended) {
		causes = []error{ended, err}
		err = fmt.Errorf("%w: %w", ended, err)
	}
	err = &url.Error{Op: http.MethodGet, URL: redact.URLWithoutQuery(req.URL, c.tokens...), Err: safe(err, c.tokens, causes...)}
	if c.attempts > 1 {
		return fmt.Errorf("%w (%d attempts)", err, c.attempts)
	}
	return err
}

// safe returns err if its text is safe to show. Otherwise, or if there are several
// causes, it returns an error with a safe text that wraps the causes or, if none are
// given, err.
func safe(err error, tokens []string, causes ...error) error {
	const limit = 1 << 10
	text := redact.Shorten(redact.Line(err.Error(), tokens...), limit)
	if text == err.Error() && len(causes) < 2 {
		return err
	}
	if len(causes) == 0 {
		causes = []error{err}
	}
	return &maskedError{text, func() []error { return causes }}
}

// maskedError wraps an error of the user's transport, middleware or token source,
// and has a text of one line without secrets.
type maskedError struct {
	text   string
	causes func() []error // a function, so that fmt cannot print them
}

func (e *maskedError) Error() string { return e.text }

// Unwrap returns the causes, the context's error first.
func (e *maskedError) Unwrap() []error { return e.causes() }

// Timeout reports whether a cause is a timeout. A *url.Error asks only the error that
// it wraps directly.
func (e *maskedError) Timeout() bool {
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
