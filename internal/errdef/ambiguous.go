package errdef

import (
	"errors"
	"fmt"
)

// Kind classifies a failed response whose cause only the service that sent the
// request can determine.
type Kind int

const (
	// MissingOrDown: code 6563 for a release by id, or 6662 for an artifact, means
	// that the record is missing, that its id is malformed, or that the database is
	// down.
	MissingOrDown Kind = iota + 1
	// BrokenRecord: a detailed list may fail because the server cannot build one
	// of its records.
	BrokenRecord
	// RefusedOrDown: code 6663 means that the database refuses a filter, or is
	// down.
	RefusedOrDown
	// DatabaseDown: the server cannot read its database.
	DatabaseDown
	// NoSuchEndpoint: Zadig itself says that this version does not have the path,
	// or does not have it for GET.
	NoSuchEndpoint
	// ForeignNotFound: a 404 that a gateway or another server sent, not Zadig. It
	// says nothing about a record.
	ForeignNotFound
	// MissingVersion: the OpenAPI reports that a project has no version with this
	// name.
	MissingVersion
)

// Ambiguous is wrapped by an error whose cause is not yet known. Until a service
// resolves it, the error matches Default.
type Ambiguous struct {
	Kind    Kind
	Default error
	// Resolve returns the same error, except that it matches sentinel instead of
	// Default. A reason that is not empty is added to its text.
	Resolve func(sentinel error, reason string) error
}

func (u *Ambiguous) Error() string { return u.Default.Error() }

// Unwrap returns Default.
func (u *Ambiguous) Unwrap() error { return u.Default }

// ResolveByCheck resolves the error with checkErr, the error of a list that was requested
// to find the cause. If the database is down, the result matches ErrServer. Otherwise the
// result wraps checkErr, and has the first error in its text only.
func (u *Ambiguous) ResolveByCheck(checkErr error) error {
	if _, down := AsAmbiguous(checkErr, DatabaseDown); down {
		return u.Resolve(ErrServer, "the follow-up list request failed: "+checkErr.Error())
	}
	return fmt.Errorf("%w (sent to explain: %v)", checkErr, u.Resolve(u.Default, "")) //nolint:errorlint // its text only
}

// AsAmbiguous returns the Ambiguous that err wraps, if it is of this kind.
func AsAmbiguous(err error, kind Kind) (*Ambiguous, bool) {
	u, ok := errors.AsType[*Ambiguous](err)
	return u, ok && u.Kind == kind
}

// AsUnsupported returns the error for an endpoint that only some versions of Zadig
// have. If Zadig says that it does not have the path, the result matches ErrUnsupported
// and has the reason in its text. After a 404 from a gateway, it matches
// ErrUnexpectedResponse. All other errors are returned unchanged.
func AsUnsupported(err error, reason string) error {
	if u, ok := AsAmbiguous(err, NoSuchEndpoint); ok {
		return u.Resolve(ErrUnsupported, reason)
	}
	return AsNotZadig(err, "not a response of Zadig; is the base URL right?")
}

// AsNotZadig returns the error for an endpoint that every version of Zadig has. If the
// server does not have the path, the result matches ErrUnexpectedResponse and has the
// reason in its text. All other errors are returned unchanged.
func AsNotZadig(err error, reason string) error {
	u, ok := errors.AsType[*Ambiguous](err)
	if ok && (u.Kind == NoSuchEndpoint || u.Kind == ForeignNotFound) {
		return u.Resolve(ErrUnexpectedResponse, reason)
	}
	return err
}
