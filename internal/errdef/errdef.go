// Package errdef defines the sentinel errors, which the root package exports.
// Services import this package because they cannot import the root.
package errdef

import (
	"errors"
	"fmt"

	"github.com/zadig-go/zadig/internal/redact"
)

// The sentinel errors. An *Error of the root package matches exactly one.
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
	ErrUnsupported        = error(unsupportedError{})
)

// unsupportedError matches errors.ErrUnsupported.
type unsupportedError struct{}

func (unsupportedError) Error() string { return "not supported by this version of Zadig" }

func (unsupportedError) Is(target error) bool { return target == errors.ErrUnsupported }

// ArgumentError is an argument that a method refused before it sent a request. It
// matches ErrBadRequest.
type ArgumentError struct{ Method, Argument, Reason string }

func (e *ArgumentError) Error() string {
	return fmt.Sprintf("%s: %s: %s: %s", e.Method, ErrBadRequest, e.Argument, e.Reason)
}

// Unwrap returns ErrBadRequest.
func (e *ArgumentError) Unwrap() error { return ErrBadRequest }

// BadArgument returns an ArgumentError with a formatted reason.
func BadArgument(method, argument, format string, a ...any) error {
	return &ArgumentError{method, argument, redact.Line(fmt.Sprintf(format, a...))}
}
