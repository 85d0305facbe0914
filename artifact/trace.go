package artifact

import (
	"context"
	"errors"
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
func OneRequest() TraceOption {
	return func(o *traceOptions) { o.oneRequest = true }
}

// ImageID tells [Service.Trace] which image runs under a tag. imageID is the imageID in
// a pod's status, see [Artifact.CompareDigest].
//
// A tag does not identify an image. If a tag was built again, the server returns its
// first build; the server does not know of pushes that it did not make; and a mirror
// has another registry. If Zadig has no artifact of the reference, or its artifact has
// another digest, Trace lists artifacts and returns the one with the digest of imageID.
// If no artifact has that digest, ImageID has no effect. From v1.12 to v1.17 the list
// needs a role: for a user without it Trace then returns zadig.ErrForbidden.
func ImageID(imageID string) TraceOption {
	return func(o *traceOptions) { o.imageID = imageID }
}

// Trace returns the artifact of an image, with its builds, their commits and pull
// requests. It looks an image up by the reference under which it was pushed or, if the
// reference has a digest, by digest, in any registry. For a tag that was built again it
// returns the first build, unless a digest says which build runs: see [ImageID].
//
// Trace sends two requests. If the reference is not known, or belongs to another
// digest, Trace lists the artifacts with the same last path element, newest first and
// 100 per request, until one has the digest and the path of the image. Zadig does not
// know all digests, see [Artifact.CompareDigest], and lists only images with an
// ImageSize. Since v1.18.0 the user needs the system-wide right to view artifacts.
//
// In addition to the common errors, Trace returns zadig.ErrBadRequest for an empty image,
// zadig.ErrNotFound if Zadig has no artifact, and zadig.ErrUnsupported up to v1.7.1. Zadig
// has no artifact of an image that a release pushed (see delivery.Release.SourceImages)
// or, up to v2.1.0, that a custom workflow built.
func (s *Service) Trace(ctx context.Context, image string, opts ...TraceOption) (*Artifact, error) {
	var o traceOptions
	for _, opt := range opts {
		if opt != nil {
			opt(&o)
		}
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

// byImage returns the artifact of the image with this reference. If the server refuses
// the request, byImage reads the documented endpoint, whose text distinguishes a missing
// artifact from a database that is down. If there is an artifact, the refusal was
// temporary, and byImage reads the artifact again; or the user may read nothing else,
// and byImage returns the partial artifact.
func (s *Service) byImage(ctx context.Context, image string) (*Artifact, error) {
	a, err := s.full(ctx, image)
	if err == nil || !isRefused(err) && !isDenied(err) {
		return a, err
	}
	partial, err := s.documented(ctx, image)
	if err != nil {
		return nil, err
	}
	a, err = s.full(ctx, image)
	if isDenied(err) {
		return partial, nil
	}
	if u, refused := errdef.AsAmbiguous(err, errdef.MissingOrDown); refused {
		return nil, u.Resolve(errdef.ErrServer, "although there is an artifact of the image")
	}
	return a, err
}

// isDenied reports whether the server, or a gateway, refuses the user's
// request.
func isDenied(err error) bool {
	_, isUnknown := errdef.AsAmbiguous(err, errdef.NoSuchEndpoint)
	_, isGateway := errdef.AsAmbiguous(err, errdef.ForeignNotFound)
	return isUnknown || isGateway || errors.Is(err, errdef.ErrForbidden)
}

// full reads an artifact with two requests: its id by image, and the artifact by id.
func (s *Service) full(ctx context.Context, image string) (*Artifact, error) {
	id, err := response.Text(ctx, s.sender(), response.Endpoint{
		Path: artifactsPath + "/image", RawQuery: "image=" + url.QueryEscape(image), Want: "the id of an artifact",
	}, isID)
	if err != nil {
		return nil, err
	}
	return s.byID(ctx, id, image)
}

// documented reads an artifact from the endpoint that Zadig documents, which is partial.
func (s *Service) documented(ctx context.Context, image string) (*Artifact, error) {
	a, err := s.get(ctx, "/api/directory/dc/artifact", "image="+url.QueryEscape(image), "", image)
	return a, errdef.AsUnsupported(err, "servers up to v1.7.1 cannot trace an image")
}
