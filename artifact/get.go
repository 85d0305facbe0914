package artifact

import (
	"context"
	"encoding/hex"
	"errors"

	"github.com/zadig-go/zadig/internal/errdef"
	"github.com/zadig-go/zadig/internal/response"
)

const artifactsPath = "/api/aslan/delivery/artifacts"

// Get returns one artifact by its id of 24 hex digits, including what Trace leaves
// out: ID, DockerFile and Layers, ArtifactID and JobTaskName of activities, and
// PRs of commits. All servers since v1.7 have it. Since v1.18.0 it needs the
// system-wide right to view artifacts.
//
// The server sends the same error for a missing artifact and for a database that
// is down. Get then requests a list of one to distinguish them, so a missing
// artifact costs two requests.
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
	return a, errdef.NotZadig(err, "this server has no artifacts by id; is the base URL right?")
}

// resolve requests a list of one. If the server can read it, the ambiguous
// response means sentinel.
func (s *Service) resolve(ctx context.Context, u *errdef.Ambiguous, sentinel error) error {
	_, err := s.readPage(ctx, ListOptions{}, 1, 1)
	if _, ok := errors.AsType[*response.ElementError](err); ok { // a list all the same
		err = nil
	}
	return u.ResolveByCheck(sentinel, err)
}

func isID(s string) bool {
	b, err := hex.DecodeString(s)
	return err == nil && len(b) == 12
}
