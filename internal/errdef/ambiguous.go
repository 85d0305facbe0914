package errdef

import (
	"context"
	"errors"
	"fmt"
)

// Kind is the kind of a response with more than one possible cause. Only the
// service that sent the request can determine which it is.
type Kind int

const (
	// MissingOrDown: code 6563 for a release by id means a missing release, a
	// malformed id or a database that is down.
	MissingOrDown Kind = iota + 1
	// BrokenRecord: a detailed list may fail because the server cannot build one
	// of its records.
	BrokenRecord
	// RefusedOrDown: code 6663 means a filter that the database refuses, or a
	// database that is down.
	RefusedOrDown
	// NoSuchEndpoint: a 404 without Zadig's error envelope means that this
	// version of Zadig, or the server in its place, does not have the path.
	NoSuchEndpoint
	// MissingVersion: the OpenAPI reports that a project has no version with this
	// name. Other responses that match ErrNotFound do not say what is missing.
	MissingVersion
)

// Ambiguous is wrapped by an error whose cause is not yet known. Until a service
// resolves it, the error matches Default.
type Ambiguous struct {
	Kind    Kind
	Default error
	// Resolve returns the same error, but matching sentinel instead of Default.
	// A reason that is not empty is added to its text.
	Resolve func(sentinel error, reason string) error
}

func (u *Ambiguous) Error() string { return u.Default.Error() }

// Unwrap returns Default.
func (u *Ambiguous) Unwrap() error { return u.Default }

// ResolveByList resolves the error by a second request for a list, which fails
// if the database is down. If list returns no error, the result matches the
// sentinel that list returns, with its reason. Otherwise it matches ErrServer.
func (u *Ambiguous) ResolveByList(ctx context.Context, list func() (sentinel error, reason string, err error)) error {
	sentinel, reason, err := list()
	switch {
	case err == nil:
		return u.Resolve(sentinel, reason)
	case ctx.Err() != nil:
		return fmt.Errorf("%w; the request that determines the cause did not finish: %w", u.Resolve(ErrServer, ""), ctx.Err())
	}
	return u.Resolve(ErrServer, "listing fails, too: "+err.Error())
}

// AsAmbiguous returns the Ambiguous that err wraps, if it is of this kind.
func AsAmbiguous(err error, kind Kind) (*Ambiguous, bool) {
	if err == nil {
		return nil, false
	}
	var u *Ambiguous
	ok := errors.As(err, &u) && u.Kind == kind
	return u, ok
}

// Unsupported makes the error of an unknown path, which only some versions of
// Zadig have, match ErrUnsupported, and adds which. It returns every other error
// unchanged.
func Unsupported(err error, servers string) error {
	if u, ok := AsAmbiguous(err, NoSuchEndpoint); ok {
		return u.Resolve(ErrUnsupported, servers)
	}
	return err
}

// NotZadig makes the error of an unknown path that every version of Zadig has
// match ErrUnexpectedResponse, and adds a reason. It returns every other error
// unchanged.
func NotZadig(err error, reason string) error {
	if u, ok := AsAmbiguous(err, NoSuchEndpoint); ok {
		return u.Resolve(ErrUnexpectedResponse, reason)
	}
	return err
}
