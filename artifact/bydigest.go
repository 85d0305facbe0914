package artifact

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path"
	"regexp"
	"strings"

	"github.com/zadig-go/zadig/internal/errdef"
)

// running returns the artifact of an image whose digest may be known: by reference
// if that artifact may have the digest, otherwise by the digest. A reference with a
// tag and a digest is known without the digest. If that artifact has another digest,
// it is not the one that was asked for.
func (s *Service) running(ctx context.Context, image, imageID string) (*Artifact, error) {
	ref, name := parseRunning(image), image
	if ref.Digest != "" && ref.Tag != "" {
		name, _, _ = strings.Cut(image, "@")
	}
	digest := ref.Digest
	if runs, pulled := runningDigest(imageID); pulled {
		digest = runs
	}
	a, err := s.byImage(ctx, name)
	isMissing := errors.Is(err, errdef.ErrNotFound) || a.CompareDigest("@"+digest) == DigestDrifted
	if !isMissing || digest == "" {
		return a, err
	}
	found, searchErr := s.byDigest(ctx, ref.Repository, digest)
	switch {
	case !errors.Is(searchErr, errdef.ErrNotFound):
		return found, searchErr
	case a != nil && name != image: // the tag has another digest than the image
		return nil, searchErr
	}
	return a, err
}

// parseRunning parses an image, which may be an imageID with its scheme. The result
// is zero for one that is not a reference.
func parseRunning(image string) ImageRef {
	if _, after, ok := strings.Cut(image, "://"); ok {
		image = after
	}
	ref, _ := ParseImage(image)
	return ref
}

// byDigest returns the newest artifact that has the digest and a repository of the
// same path, or else the newest that has the digest. A mirror may put a prefix
// before the path.
func (s *Service) byDigest(ctx context.Context, repository, digest string) (*Artifact, error) {
	var found *Artifact
	var failure error
	name := path.Base(repository)
	pattern := "^" + regexp.QuoteMeta(name) + "(@|$)" // an image pushed by digest has "name@sha256"
	for a, err := range s.All(ctx, ListOptions{Type: "image", Name: pattern}) {
		switch {
		case err != nil:
			failure = cmp.Or(failure, err)
		case a.digest() != digest:
		case strings.HasSuffix("/"+repository, "/"+parseRunning(a.Image).Repository):
			return a, nil
		case found == nil:
			found = a
		}
	}
	switch {
	case found != nil:
		return found, nil
	case failure != nil:
		return nil, fmt.Errorf("artifact.Trace: no artifact that could be read has the digest: %w", failure)
	}
	return nil, fmt.Errorf("artifact.Trace: %w: no artifact named %s has the digest %s", errdef.ErrNotFound, name, digest)
}
