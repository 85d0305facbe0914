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

// New returns a Service that sends its requests through d. A *zadig.Client
// has one in its field Artifact; New is for tests and for other Doers.
func New(d core.Doer) *Service { return &Service{doer: d} }

// get requests one artifact. id and image are those that it must have, or "" if they
// are not known.
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

// Validate returns an error for an object that is not an artifact, such as one
// whose type is "error". A response by id has the id, a response by image has the image.
func (w *wireArtifact) Validate() error {
	if w.ID == "" && w.Image == "" {
		return errors.New("missing id and image")
	}
	return nil
}

// SetRaw keeps the JSON of an artifact.
func (w *wireArtifact) SetRaw(raw json.RawMessage) {
	w.raw = func() json.RawMessage { return raw }
}

// artifact returns the artifact, without user info in its addresses.
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
