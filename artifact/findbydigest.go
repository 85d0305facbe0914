package artifact

import (
	"context"
	"fmt"
	"path"
	"regexp"
	"strings"

	"github.com/zadig-go/zadig/internal/errdef"
)

// FindByDigest returns the artifact that has the digest of a running image. The
// image is one that a cluster names: "host/name@sha256:…" or
// "host/name:tag@sha256:…", also with a prefix such as "docker-pullable://", which
// a pod's status.containerStatuses[].imageID may have. [Service.Trace] finds an
// image only by the reference under which it was pushed, usually a tag.
//
// The registry is ignored, so an image that was pulled through a mirror is found.
// If several artifacts have the digest, it returns the newest whose repository
// has the same path, or else the newest. The artifact has all that Get returns.
//
// Cost: FindByDigest lists the artifacts whose image has the same last path
// element, newest first and 100 a request, until it finds one. Since v1.18.0 that
// needs the system-wide right to view artifacts.
//
// Errors besides the common ones: zadig.ErrBadRequest for an image without name
// or digest, such as "docker://sha256:…", which is the image's own id, before
// anything is sent; zadig.ErrNotFound when no artifact is known to have the
// digest. That does not prove that Zadig did not build the image. Zadig has no
// digest if it could not read it from the registry, such as that of an image in
// OCI format or for several platforms; of a
// tag it keeps the digest of the first push only; and a digest of another
// algorithm than the registry's is not found. If an artifact cannot be read and no other has the digest, the
// error is that artifact's.
func (s *Service) FindByDigest(ctx context.Context, image string) (*Artifact, error) {
	const method = "artifact.FindByDigest"
	wanted, err := parseRunning(method, image)
	if err != nil {
		return nil, err
	}
	var found *Artifact
	var unread error
	name := "^" + regexp.QuoteMeta(path.Base(wanted.Repository)) + "(@|$)" // an image pushed by digest has "name@sha256"
	for a, err := range s.All(ctx, ListOptions{Type: "image", Name: name}) {
		switch {
		case err != nil:
			unread = err
		case a.digest() != wanted.Digest:
		case samePath(a.Image, wanted):
			return a, nil
		case found == nil:
			found = a
		}
	}
	switch {
	case found != nil:
		return found, nil
	case unread != nil:
		return nil, fmt.Errorf("%s: no artifact that could be read has the digest: %w", method, unread)
	}
	return nil, fmt.Errorf("%s: digest %s of %s: %w", method, wanted.Digest, wanted.Repository, errdef.ErrNotFound)
}

// parseRunning parses an image with a digest as a cluster names it.
func parseRunning(method, image string) (ImageRef, error) {
	ref := image
	if _, after, ok := strings.Cut(image, "://"); ok {
		ref = after
	}
	parsed, err := ParseImage(ref)
	if err != nil {
		return ImageRef{}, fmt.Errorf("%s: %w", method, err)
	}
	if parsed.Digest == "" {
		return ImageRef{}, errdef.BadArgument(method, "image", "%.300q must be a name with a digest", image)
	}
	return parsed, nil
}

func samePath(image string, wanted ImageRef) bool {
	ref, err := ParseImage(image)
	return err == nil && ref.Repository == wanted.Repository
}
