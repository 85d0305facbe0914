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
	"github.com/zadig-go/zadig/internal/nilsafe"
	"github.com/zadig-go/zadig/internal/response"
)

// running returns the artifact of an image whose digest may be known. It looks the
// artifact up by reference and, if the server has none or one with another digest, by
// digest. Zadig stores a tagged image without its digest, so running looks up a reference
// that has both by its tag only.
func (s *Service) running(ctx context.Context, image, imageID string) (*Artifact, error) {
	if _, after, ok := strings.Cut(image, "://"); ok { // the scheme of a pod's imageID
		image = after
	}
	ref, _ := ParseImage(image)
	name := image
	if ref.Digest != "" && ref.Tag != "" {
		name, _, _ = strings.Cut(image, "@")
	}
	digest := ref.Digest
	if runs, pulled := runningDigest(imageID); pulled {
		digest = runs
	}
	a, err := s.byImage(ctx, name)
	isMissing := errors.Is(err, errdef.ErrNotFound) || a.CompareDigest("@"+digest) == DigestDrifted
	if !isMissing || digest == "" || ref.Repository == "" {
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

// byDigest returns the newest artifact that has the digest and the same repository path
// or, if there is none, the newest that has the digest. The repository may begin with a
// prefix that a mirror added to the path.
func (s *Service) byDigest(ctx context.Context, repository, digest string) (*Artifact, error) {
	var found *Artifact
	var unread error
	name := path.Base(repository)
	pattern := "^" + regexp.QuoteMeta(name) + "(@|$)" // the name of an image pushed by digest is "name@sha256"
	for a, err := range s.All(ctx, ListOptions{Type: "image", Name: pattern}) {
		ref, _ := ParseImage(nilsafe.OrZero(a).Image)
		_, undecodable := errors.AsType[*response.ElementError](err)
		switch {
		case undecodable:
			unread = cmp.Or(unread, err)
		case err != nil:
			return nil, err
		case a.digest() != digest:
		case strings.HasSuffix("/"+repository, "/"+ref.Repository):
			return a, nil
		case found == nil:
			found = a
		}
	}
	switch {
	case found != nil:
		return found, nil
	case unread != nil:
		return nil, fmt.Errorf("artifact.Trace: no artifact that could be read has the digest: %w", unread)
	}
	return nil, fmt.Errorf("artifact.Trace: %w: no artifact named %s has the digest %s", errdef.ErrNotFound, name, digest)
}
