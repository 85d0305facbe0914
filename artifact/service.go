package artifact

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/zadig-go/zadig/core"
	"github.com/zadig-go/zadig/internal/nilsafe"
	"github.com/zadig-go/zadig/internal/redact"
	"github.com/zadig-go/zadig/internal/response"
)

// Service reads artifacts. It is safe for concurrent use if its Doer is.
type Service struct{ doer core.Doer }

// New returns a Service that sends its requests through d. A *zadig.Client already has a
// Service, in its Artifact field; New is for tests and for other Doers.
func New(d core.Doer) *Service { return &Service{doer: d} }

// get requests one artifact. The artifact must have the given id and image, except those
// that are "".
func (s *Service) get(ctx context.Context, path, rawQuery, id, image string) (*Artifact, error) {
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

// wireArtifact is an artifact as a server sends it.
type wireArtifact struct {
	Artifact
}

// Validate returns an error if the object is not an artifact but, for example, an error
// envelope. An artifact requested by id has an id, and one requested by image has an
// image.
func (w *wireArtifact) Validate() error {
	if w.ID == "" && w.Image == "" {
		return errors.New("missing id and image")
	}
	return nil
}

// SetRaw stores the JSON that the artifact was read from.
func (w *wireArtifact) SetRaw(raw json.RawMessage) {
	w.raw = func() json.RawMessage { return raw }
}

// artifact returns the artifact, with user info removed from its addresses.
func (w *wireArtifact) artifact() *Artifact {
	redact.Addresses(&w.PackageStorageURI)
	for _, activities := range append(slices.Collect(maps.Values(w.SortedActivities)), w.Activities) {
		for a := range nilsafe.Values(activities) {
			redact.Addresses(&a.DistStorageURL, &a.SrcStorageURL)
			for c := range nilsafe.Values(a.Commits) {
				redact.Addresses(&c.Address)
			}
		}
	}
	return &w.Artifact
}

// sender returns the Doer, or nil if there is none.
func (s *Service) sender() core.Doer {
	if s == nil {
		return nil
	}
	return s.doer
}
