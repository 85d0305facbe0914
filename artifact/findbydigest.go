package artifact

import (
	"context"
	"fmt"
	"path"
	"regexp"
	"strings"

	"github.com/zadig-go/zadig/internal/errdef"
)

// FindByDigest returns the artifact that has the digest of an image as
// clusters name it: "host/name@sha256:…" or "host/name:tag@sha256:…", also
// with "docker-pullable://" before it, as in a pod's
// status.containerStatuses[].imageID. [Service.Trace] knows an image only by
// the reference under which it was pushed, mostly a tag. The registry does not
// count, so that an image that was pulled through a mirror is found. Of several
// artifacts with the digest it returns the newest whose repository has the same
// path, or else the newest.
//
// It lists the artifacts whose image has the same last name, 100 a request and
// newest first, until it finds one. Since v1.18.0 that needs the system-wide
// right to view artifacts. The artifact has all that Get returns.
//
// Errors besides the common ones: zadig.ErrBadRequest for an image without name
// or digest, such as "docker://sha256:…", which is the image's own id, before
// anything is sent; zadig.ErrNotFound when no artifact is known to have the
// digest. That does not prove that Zadig did not build the image: it keeps no
// digest that it could not read from the registry, as for images in OCI format
// or for several platforms, none of another algorithm, and only that of the
// first push of a tag.
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
