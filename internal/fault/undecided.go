package fault

import "errors"

// Question names what an answer leaves open; only the service that asked for
// it can tell.
type Question int

const (
	// MissingOrDown: code 6563 by id is a missing release, a malformed id or
	// a database that is down.
	MissingOrDown Question = iota + 1
	// BrokenRecord: a detailed list that fails as a whole may hold one record
	// that the server cannot build.
	BrokenRecord
	// RefusedOrDown: code 6663 is a filter that the database refuses, or a
	// database that is down.
	RefusedOrDown
	// NoSuchEndpoint: a 404 that is not Zadig's envelope means that the path
	// is unknown, to this version of Zadig or to what answers in its place.
	NoSuchEndpoint
)

// Undecided is what an error unwraps to while a Question is open. Until a
// service decides, the error matches Default.
type Undecided struct {
	Question Question
	Default  error
	// Decide returns the same error, matching the sentinel instead of
	// Default. A reason that is not empty is added to its text.
	Decide func(sentinel error, reason string) error
}

func (u *Undecided) Error() string { return u.Default.Error() }

// Unwrap makes the default match while nobody decides.
func (u *Undecided) Unwrap() error { return u.Default }

// Open finds the question that an answer left open, if it is this one.
func Open(err error, question Question) (*Undecided, bool) {
	if err == nil {
		return nil, false
	}
	var u *Undecided
	ok := errors.As(err, &u) && u.Question == question
	return u, ok
}

// Lacking turns the answer to an unknown path into an error that says which
// servers have it, and leaves every other error as it is.
func Lacking(err error, what string) error {
	if u, ok := Open(err, NoSuchEndpoint); ok {
		return u.Decide(ErrUnexpectedResponse, what)
	}
	return err
}
