package errdef

import (
	"context"
	"errors"
	"fmt"
)

// Kind names what an answer leaves open; only the service that asked for
// it can tell.
type Kind int

const (
	// MissingOrDown: code 6563 by id is a missing release, a malformed id or
	// a database that is down.
	MissingOrDown Kind = iota + 1
	// BrokenRecord: a detailed list that fails as a whole may hold one record
	// that the server cannot build.
	BrokenRecord
	// RefusedOrDown: code 6663 is a filter that the database refuses, or a
	// database that is down.
	RefusedOrDown
	// NoSuchEndpoint: a 404 that is not Zadig's envelope means that the path
	// is unknown, to this version of Zadig or to what answers in its place.
	NoSuchEndpoint
	// MissingVersion: the OpenAPI says that a project has no version of this
	// name. Other responses that match ErrNotFound say less.
	MissingVersion
)

// Ambiguous is what an error unwraps to while a Kind is open. Until a
// service decides, the error matches Default.
type Ambiguous struct {
	Kind    Kind
	Default error
	// Resolve returns the same error, matching the sentinel instead of
	// Default. A reason that is not empty is added to its text.
	Resolve func(sentinel error, reason string) error
}

func (u *Ambiguous) Error() string { return u.Default.Error() }

// Unwrap makes the default match while nobody decides.
func (u *Ambiguous) Unwrap() error { return u.Default }

// ResolveByList resolves what a second request tells: whether the server can
// read a list, and so has a database. If list returns no error, the result
// matches the sentinel that it returns, with its reason; otherwise the server
// failed, and the result matches ErrServer.
func (u *Ambiguous) ResolveByList(ctx context.Context, list func() (sentinel error, reason string, err error)) error {
	sentinel, reason, err := list()
	switch {
	case err == nil:
		return u.Resolve(sentinel, reason)
	case ctx.Err() != nil:
		return fmt.Errorf("%w; the request that would tell more was cut short: %w", u.Resolve(ErrServer, ""), ctx.Err())
	}
	return u.Resolve(ErrServer, "the server cannot answer a list either: "+err.Error())
}

// AsAmbiguous finds the question that an answer left open, if it is this one.
func AsAmbiguous(err error, question Kind) (*Ambiguous, bool) {
	if err == nil {
		return nil, false
	}
	var u *Ambiguous
	ok := errors.As(err, &u) && u.Kind == question
	return u, ok
}

// Unsupported turns the answer to an unknown path into an error that says which
// servers have it, and leaves every other error as it is.
func Unsupported(err error, what string) error {
	if u, ok := AsAmbiguous(err, NoSuchEndpoint); ok {
		return u.Resolve(ErrUnexpectedResponse, what)
	}
	return err
}
