package artifact

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"github.com/zadig-go/zadig/internal/errdef"
	"github.com/zadig-go/zadig/internal/response"
)

const artifactsPath = "/api/aslan/delivery/artifacts"

// Get returns the artifact with the given id of 24 hex digits. All servers since v1.7
// support Get. Since Zadig v1.18.0, the user needs the system-wide right to view artifacts.
//
// The server returns the same error if the artifact is missing and if its database is
// down. To find out which it is, Get then requests a list of one artifact and, if that
// succeeds, the artifact again. A missing artifact therefore costs three requests. From
// Zadig v1.12 to v1.17, only users with a role in Zadig, of any kind, may read this list,
// so all others get zadig.ErrForbidden for a missing artifact.
//
// In addition to the common errors, Get returns zadig.ErrNotFound if there is no such
// artifact and, without sending a request, zadig.ErrBadRequest for a malformed id.
func (s *Service) Get(ctx context.Context, id string) (*Artifact, error) {
	if !isID(id) {
		return nil, errdef.BadArgument("artifact.Get", "id", "must be 24 hex digits (got %.64q)", id)
	}
	a, err := s.byID(ctx, id, "")
	if isRefused(err) {
		if err := s.checkDatabase(ctx); err != nil {
			return nil, err
		}
		a, err = s.byID(ctx, id, "")
	}
	if u, refused := errdef.AsAmbiguous(err, errdef.MissingOrDown); refused {
		return nil, u.Resolve(errdef.ErrNotFound, "")
	}
	return a, errdef.AsNotZadig(err, "this server has no artifacts by id; is the base URL right?")
}

// checkDatabase requests a list of one artifact. If that succeeds, checkDatabase returns
// nil: the database is up, so the server refused the earlier request for another reason.
func (s *Service) checkDatabase(ctx context.Context) error {
	_, err := s.List(ctx, ListOptions{PerPage: 1})
	if _, undecodable := errors.AsType[*response.ElementError](err); err == nil || undecodable {
		return nil
	}
	return fmt.Errorf("listing artifacts to learn why a request was refused: %w", err)
}

// byID requests the artifact with the given id. If image is not "", the artifact must be
// the artifact of that image.
func (s *Service) byID(ctx context.Context, id, image string) (*Artifact, error) {
	return s.readOne(ctx, artifactsPath+"/"+id, "", id, image)
}

// readOne requests one artifact. The artifact must have the given id and image, except those
// that are "".
func (s *Service) readOne(ctx context.Context, path, rawQuery, id, image string) (*Artifact, error) {
	endpoint := response.Endpoint{Path: path, RawQuery: rawQuery, Want: "an artifact"}
	w, err := response.Get(ctx, s.sender(), endpoint, func(w *wireArtifact) error {
		switch {
		case id != "" && !strings.EqualFold(w.ID, id):
			return fmt.Errorf("got artifact %.64q, want %s", w.ID, id)
		case image != "" && w.Image != image:
			return fmt.Errorf("got the artifact of image %.300q, want %.300q", w.Image, image)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return w.artifact(), nil
}

// isRefused reports whether err is the server's error for a missing artifact, which the
// server also sends when its database is down.
func isRefused(err error) bool {
	_, refused := errdef.AsAmbiguous(err, errdef.MissingOrDown)
	return refused
}

func isID(s string) bool {
	b, err := hex.DecodeString(s)
	return err == nil && len(b) == 12
}
