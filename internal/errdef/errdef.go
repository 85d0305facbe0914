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
	ErrRateLimited = sentinel("ErrRateLimited", errors.New("rate limited"),
		"Zadig, or a gateway in front of it, received too many requests and asks clients to wait")
	ErrUnauthorized = sentinel("ErrUnauthorized", errors.New("unauthorized"),
		"Zadig does not accept the API token (ZADIG_TOKEN): check it in Zadig's user settings; since v4.3.0 an administrator must enable it")
	ErrForbidden        = sentinel("ErrForbidden", errors.New("forbidden"), "Zadig does not let the token's user read this")
	ErrLicense          = sentinel("ErrLicense", errors.New("no valid license"), "this Zadig has no valid license")
	ErrNotFound         = sentinel("ErrNotFound", errors.New("not found"), "Zadig has no record of this")
	ErrUnsupported      = sentinel("ErrUnsupported", unsupportedError{}, "this version of Zadig does not support the request")
	ErrServer           = sentinel("ErrServer", errors.New("server error"), "Zadig failed with an internal error")
	ErrResponseTooLarge = sentinel("ErrResponseTooLarge", errors.New("response too large"),
		"the response is larger than this program accepts")
	ErrBadRequest         = sentinel("ErrBadRequest", errors.New("bad request"), "Zadig refused the request")
	ErrUnexpectedResponse = sentinel("ErrUnexpectedResponse", errors.New("unexpected response"),
		"the response is not one that Zadig is known to send")
)

// Sentinels lists all sentinel errors, each with its name and a sentence that explains
// it.
var Sentinels []Sentinel

// Sentinel is an element of Sentinels.
type Sentinel struct {
	Name     string
	Err      error
	Sentence string
}

func sentinel(name string, err error, sentence string) error {
	Sentinels = append(Sentinels, Sentinel{name, err, sentence})
	return err
}

// unsupportedError matches errors.ErrUnsupported.
type unsupportedError struct{}

func (unsupportedError) Error() string { return "not supported by this version of Zadig" }

func (unsupportedError) Is(target error) bool { return target == errors.ErrUnsupported }

// ArgumentError describes an argument that a method refused before it sent a
// request. It matches ErrBadRequest.
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
