package artifact

import (
	"context"
	"encoding/hex"
	"errors"
	"net/url"

	"github.com/zadig-go/zadig/internal/answer"
	"github.com/zadig-go/zadig/internal/fault"
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
	if b, err := hex.DecodeString(id); err != nil || len(b) != 12 {
		return nil, fault.BadArgument("artifact.Get", "id", "%.64q has not 24 hex digits", id)
	}
	a, err := s.one(ctx, &url.URL{Path: artifactsPath + "/" + id})
	if u, ok := open(err, fault.MissingOrDown); ok {
		return nil, s.decide(ctx, u, fault.ErrNotFound)
	}
	return a, lacking(err, "this server has no artifacts by id; is the base URL right?")
}

// decide asks for a list of one: a server that answers it has a database, so
// the first answer meant what alive says.
func (s *Service) decide(ctx context.Context, open *fault.Undecided, alive error) error {
	u, err := ListOptions{}.url(1, 1)
	if err != nil {
		return err
	}
	whole, err := answer.Fetch(ctx, s.sender(), u)
	if err != nil {
		if ended := ctx.Err(); ended != nil {
			return errors.Join(ended, open.Decide(fault.ErrServer, "what it means could not be asked"))
		}
		return open.Decide(fault.ErrServer, "the server cannot answer a list either: "+err.Error())
	}
	whole.Close()
	return open.Decide(alive, "")
}
