package delivery

import (
	"errors"

	"github.com/zadig-go/zadig/internal/errdef"
	"github.com/zadig-go/zadig/internal/response"
)

// ReleaseError is the error of one release: its JSON cannot be decoded or is too large, or
// the server lists it but cannot return it by id. A loop that continues after a
// ReleaseError gets the other releases. Any other error ends the loop.
type ReleaseError struct {
	ID  string // id of the release, "" if the server sent no valid id
	Err error
}

// Error returns the id and the text of Err.
func (e *ReleaseError) Error() string {
	if e.ID == "" {
		return "a release without a usable id: " + e.Err.Error()
	}
	return "release " + e.ID + ": " + e.Err.Error()
}

// Unwrap returns Err.
func (e *ReleaseError) Unwrap() error { return e.Err }

// releaseError returns the error of the release with this id.
func releaseError(id string, err error) error {
	if checkID("", id) != nil {
		id = ""
	}
	return &ReleaseError{ID: id, Err: err}
}

// isOfOneRelease reports whether a request for one release failed because of that
// release, and not because of the server or the connection.
func isOfOneRelease(err error) bool {
	_, undecodable := errors.AsType[*response.ElementError](err)
	return undecodable || isBroken(err) || errors.Is(err, errdef.ErrBadRequest) || errors.Is(err, errdef.ErrResponseTooLarge)
}

// asRefusal reports whether err is a response that says that there is no such
// release. Zadig also sends this response when its database is down, and a gateway
// may send it, too.
func asRefusal(err error) (refusal *errdef.Ambiguous, ok bool) {
	refusal, ok = errors.AsType[*errdef.Ambiguous](err)
	return refusal, ok && (refusal.Kind == errdef.MissingOrDown || errors.Is(err, errdef.ErrNotFound))
}

// isBroken reports whether one release that the server cannot build may have
// caused the failure.
func isBroken(err error) bool {
	_, ok := errdef.AsAmbiguous(err, errdef.BrokenRecord)
	return ok
}

func isReleaseError(err error) bool {
	_, ok := errors.AsType[*ReleaseError](err)
	return ok
}
