package artifact

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/url"

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
	if b, err := hex.DecodeString(id); err != nil || len(b) != 12 {
		return nil, errdef.BadArgument("artifact.Get", "id", "%.64q has not 24 hex digits", id)
	}
	a, err := s.one(ctx, &url.URL{Path: artifactsPath + "/" + id})
	if u, ok := errdef.AsAmbiguous(err, errdef.MissingOrDown); ok {
		return nil, s.decide(ctx, u, errdef.ErrNotFound)
	}
	return a, errdef.Unsupported(err, "this server has no artifacts by id; is the base URL right?")
}

// decide asks for a list of one: a server that answers it has a database, so
// the first answer meant what alive says.
func (s *Service) decide(ctx context.Context, u *errdef.Ambiguous, alive error) error {
	err := s.listOne(ctx)
	switch {
	case err == nil:
		return u.Resolve(alive, "")
	case ctx.Err() != nil:
		return fmt.Errorf("%w; what it means could not be asked: %w", u.Resolve(errdef.ErrServer, ""), ctx.Err())
	}
	return u.Resolve(errdef.ErrServer, "the server cannot answer a list either: "+err.Error())
}

// listOne reads a list of one, and returns nil if it is a list, whatever it
// holds.
func (s *Service) listOne(ctx context.Context) error {
	u, err := ListOptions{}.url(1, 1)
	if err != nil {
		return err
	}
	whole, err := response.Fetch(ctx, s.sender(), u)
	if err != nil {
		return err
	}
	defer whole.Close()
	array := whole.Array(due)
	defer array.Close()
	_, _, err = read(array)
	var odd *response.ElementError
	if err == io.EOF || errors.As(err, &odd) { //nolint:errorlint // the array's end, as io.Reader says it
		return nil
	}
	return err
}
