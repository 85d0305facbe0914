package artifact

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"

	"github.com/zadig-go/zadig/core"
	"github.com/zadig-go/zadig/internal/nilsafe"
	"github.com/zadig-go/zadig/internal/redact"
)

// Service reads artifacts. It is safe for concurrent use if its Doer is.
type Service struct{ doer core.Doer }

// New returns a Service that sends its requests through d. A *zadig.Client already has a
// Service, in its Artifact field; New is for tests and for other Doers.
func New(d core.Doer) *Service { return &Service{doer: d} }

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
