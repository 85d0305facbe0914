package zadig

import (
	"errors"
	"fmt"
	"net/url"

	"github.com/zadig-go/zadig/internal/redact"
	"github.com/zadig-go/zadig/internal/transport"
)

// noAnswer is the error for a request that got none. What net/http says of
// it carries the whole URL; ours leaves the query out.
func noAnswer(out transport.Outcome) error {
	err := out.Err
	if sent, ok := err.(*url.Error); ok && sent.Err != nil { //nolint:errorlint // net/http's own, not one that it wraps
		err = sent.Err
	}
	reason := unanswered{errs: []error{err}}
	if ended := out.Request.Context().Err(); ended != nil && !errors.Is(err, ended) {
		reason.errs = []error{ended, err}
		err = fmt.Errorf("%w: %w", ended, err)
	}
	// Its text can be a middleware's or a token source's, of any form.
	reason.text = oneLine(redact.Text(err.Error(), out.Token), 1<<10)
	if len(reason.errs) > 1 || reason.text != err.Error() {
		err = &reason
	}
	err = &url.Error{Op: "GET", URL: redact.URLWithoutQuery(out.Request.URL), Err: err}
	if out.Attempts > 1 {
		return fmt.Errorf("%w (%d attempts)", err, out.Attempts)
	}
	return err
}

// unanswered is why there was no answer, in a text of one line that tells no
// secret.
type unanswered struct {
	text string
	errs []error
}

func (u *unanswered) Error() string { return u.text }

// Unwrap returns the reasons, the end of the context first.
func (u *unanswered) Unwrap() []error { return u.errs }

// Timeout lets url.Error, which asks no further, find a time-out among the
// reasons.
func (u *unanswered) Timeout() bool {
	for _, err := range u.errs {
		if t, ok := errors.AsType[interface {
			error
			Timeout() bool
		}](err); ok {
			return t.Timeout()
		}
	}
	return false
}
