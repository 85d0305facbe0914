package artifact

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/zadig-go/zadig/internal/errdef"
	"github.com/zadig-go/zadig/internal/response"
)

// TraceOption is an option of [Service.Trace].
type TraceOption func(*traceOptions)

type traceOptions struct {
	oneRequest bool
	imageID    string
}

// OneRequest makes Trace send one request, to the documented endpoint. The
// artifact is partial, see [Artifact.IsPartial], and is found only by the exact
// reference under which it was pushed.
var OneRequest TraceOption = func(o *traceOptions) { o.oneRequest = true }

// ImageID tells Trace which digest runs. imageID is the same as for
// [Artifact.CompareDigest]. If Zadig has no artifact of the image, such as one
// that was pulled through a mirror, or built it with another digest, Trace
// returns the artifact that has the digest, if there is one.
func ImageID(imageID string) TraceOption {
	return func(o *traceOptions) { o.imageID = imageID }
}

// Trace returns the artifact of an image, with the builds, their commits and
// pull requests, and where the image was deployed and published. The image is a
// reference as a pod has it, with its registry: one with a tag is found as it was
// pushed, one with a digest by the digest, whatever its registry.
//
// An image found by its tag may not be the one that runs. Of a tag that was built
// again the server returns the first build, and it does not know who else pushes:
// use [ImageID], or compare with [Artifact.CompareDigest]. Of a reference with a tag
// and a digest, Trace returns the artifact of the tag unless that is known to have
// another digest.
//
// Trace sends two requests. If the image is not found and has a digest, it then
// lists the artifacts with the same last path element, 100 a request, until one has
// the digest. A list lacks images without an ImageSize. Since v1.18.0 all of these
// need the system-wide right to view artifacts, from v1.12 to v1.17 only the list
// does. If a server permits nothing but the documented endpoint, the artifact is
// partial, see [Artifact.IsPartial].
//
// In addition to the common errors, Trace returns zadig.ErrBadRequest for an empty
// image, zadig.ErrNotFound if Zadig knows no artifact of the image or digest, and
// zadig.ErrUnsupported for servers up to v1.7.1.
func (s *Service) Trace(ctx context.Context, image string, opts ...TraceOption) (*Artifact, error) {
	var o traceOptions
	for _, opt := range opts {
		opt(&o)
	}
	switch {
	case image == "":
		return nil, errdef.BadArgument("artifact.Trace", "image", "must not be empty")
	case o.oneRequest:
		return s.documented(ctx, image)
	case o.imageID != "" || strings.Contains(image, "@"):
		return s.running(ctx, image, o.imageID)
	}
	return s.byImage(ctx, image)
}

// byImage returns the artifact of an image with this reference. If the server
// refuses to read it, the documented endpoint shows whether there is one: its text
// distinguishes a missing artifact from a database that is down. An artifact that it
// finds was refused for a moment only, or the user may not read more.
func (s *Service) byImage(ctx context.Context, image string) (*Artifact, error) {
	a, err := s.complete(ctx, image)
	if err == nil || !isRefused(err) && !isDenied(err) {
		return a, err
	}
	partial, err := s.documented(ctx, image)
	if err != nil {
		return nil, err
	}
	a, err = s.complete(ctx, image)
	if isDenied(err) {
		return partial, nil
	}
	if u, refused := errdef.AsAmbiguous(err, errdef.MissingOrDown); refused {
		return nil, u.Resolve(errdef.ErrServer, "although there is an artifact of the image")
	}
	return a, err
}

// isDenied reports whether the server, or a gateway, does not let the user read
// what was requested.
func isDenied(err error) bool {
	_, isUnknown := errdef.AsAmbiguous(err, errdef.NoSuchEndpoint)
	_, isGateway := errdef.AsAmbiguous(err, errdef.ForeignNotFound)
	return isUnknown || isGateway || errors.Is(err, errdef.ErrForbidden)
}

// complete reads an artifact with two requests: its id by image, and all of it by id.
func (s *Service) complete(ctx context.Context, image string) (*Artifact, error) {
	id, err := response.Text(ctx, s.sender(), response.Endpoint{
		Path: artifactsPath + "/image", RawQuery: "image=" + url.QueryEscape(image), Want: "the id of an artifact",
	}, isID)
	if err != nil {
		return nil, err
	}
	a, err := s.byID(ctx, id)
	if err == nil && a.Image != image {
		return nil, anotherImage(image)
	}
	return a, err
}

// documented reads an artifact from the endpoint that Zadig documents, which leaves
// a part out.
func (s *Service) documented(ctx context.Context, image string) (*Artifact, error) {
	a, err := s.get(ctx, "/api/directory/dc/artifact", "image="+url.QueryEscape(image))
	if err == nil && a.Image != image {
		return nil, anotherImage(image)
	}
	return a, errdef.Unsupported(err, "servers up to v1.7.1 cannot trace an image; is the base URL right?")
}

func anotherImage(image string) error {
	return fmt.Errorf("artifact.Trace: %w: got the artifact of another image, want that of %.300q", errdef.ErrUnexpectedResponse, image)
}
