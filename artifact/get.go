package artifact

import (
	"context"
	"encoding/hex"
	"errors"

	"github.com/zadig-go/zadig/internal/errdef"
	"github.com/zadig-go/zadig/internal/response"
)

const artifactsPath = "/api/aslan/delivery/artifacts"

// Get returns one artifact by its id of 24 hex digits, with the members that
// Trace lacks: ID, DockerFile, Layers, and the ids in its activities. All
// servers from v1.7 on have it; since v1.18.0 it needs the system-wide right
// to view artifacts.
//
// The server answers a missing artifact and a database that is down with the
// same words, so Get asks for a list of one to tell them apart: for an
// artifact that is not there it costs two requests.
//
// Errors besides the common ones: zadig.ErrBadRequest for a malformed id,
// before anything is sent; zadig.ErrNotFound.
func (s *Service) Get(ctx context.Context, id string) (*Artifact, error) {
	if !isID(id) {
		return nil, errdef.BadArgument("artifact.Get", "id", "must be 24 hex digits (got %.64q)", id)
	}
	a, err := s.get(ctx, artifactsPath+"/"+id, "")
	if u, ok := errdef.AsAmbiguous(err, errdef.MissingOrDown); ok {
		return nil, s.resolve(ctx, u, errdef.ErrNotFound)
	}
	return a, errdef.Unsupported(err, "this server has no artifacts by id; is the base URL right?")
}

// resolve requests a list of one: if the server can read it, its first
// response meant sentinel.
func (s *Service) resolve(ctx context.Context, u *errdef.Ambiguous, sentinel error) error {
	return u.ResolveByList(ctx, func() (error, string, error) {
		_, err := s.readPage(ctx, ListOptions{}, 1, 1)
		if _, ok := errors.AsType[*response.ElementError](err); ok { // a list all the same
			err = nil
		}
		return sentinel, "", err
	})
}

func isID(s string) bool {
	b, err := hex.DecodeString(s)
	return err == nil && len(b) == 12
}
