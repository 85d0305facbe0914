// Package errdef is the home of the sentinels. The root package re-exports
// them; the services, which do not know the root, say them from here.
package errdef

import (
	"errors"
	"fmt"

	"github.com/zadig-go/zadig/internal/redact"
)

// The sentinels. Exactly one of them matches an answer of the server.
var (
	ErrBadRequest         = errors.New("bad request")
	ErrUnauthorized       = errors.New("unauthorized")
	ErrForbidden          = errors.New("forbidden")
	ErrNotFound           = errors.New("not found")
	ErrLicense            = errors.New("no valid license")
	ErrRateLimited        = errors.New("rate limited")
	ErrServer             = errors.New("server error")
	ErrResponseTooLarge   = errors.New("response too large")
	ErrUnexpectedResponse = errors.New("unexpected response")
)

// BadArgument refuses an argument before a request is sent. It matches
// ErrBadRequest and names the argument.
func BadArgument(method, argument, format string, a ...any) error {
	return fmt.Errorf("%s: %w: %s: %s", method, ErrBadRequest, argument, redact.Line(fmt.Sprintf(format, a...)))
}
