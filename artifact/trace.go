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

// OneRequest makes [Service.Trace] send a single request, to the endpoint that Zadig
// documents for tracing an image. Trace then finds an image only by the exact reference
// under which it was pushed, and the artifact is partial (see [Artifact.IsPartial]).
func OneRequest() TraceOption {
	return func(o *traceOptions) { o.oneRequest = true }
}

// ImageID tells [Service.Trace] which image actually runs under a tag. imageID is the
// imageID in a pod's status; [Artifact.CompareDigest] lists its forms.
//
// A tag alone does not identify the running image. If a tag was built more than once, the
// server returns the first build. The server does not know the images that others pushed
// under the tag, and an image pulled through a mirror has another registry in its
// reference. So if Zadig has no artifact for the reference, or its artifact has another
// digest, Trace searches the list of artifacts for the digest in imageID. If no artifact
// has that digest, ImageID has no effect. From Zadig v1.12 to v1.17, only users with a
// role of any kind may read the list; for all others, Trace returns zadig.ErrForbidden.
func ImageID(imageID string) TraceOption {
	return func(o *traceOptions) { o.imageID = imageID }
}

// Trace returns the artifact of an image, with its builds, their commits and pull
// requests. It finds the artifact whose image has exactly this reference. If the
// reference has a digest, Trace also finds the image by its digest, even in another
// registry. If a tag was built several times, Trace returns the first build, unless a
// digest identifies the image (see [ImageID]). Since Zadig v1.18.0, the user needs the
// system-wide right to view artifacts.
//
// Trace sends two requests. To search for a digest, it also lists all artifacts named like
// the image ("cart" for "shop/cart"), 100 per request, until one has the digest and the
// path of the image. Zadig does not know all digests (see [Artifact.CompareDigest]), and
// lists only images with an ImageSize.
//
// In addition to the common errors, Trace returns zadig.ErrBadRequest for an empty image,
// zadig.ErrUnsupported up to Zadig v1.7.1, and zadig.ErrNotFound if Zadig has no artifact
// for the image, such as one that a release pushed (see delivery.Release.SourceImages) or,
// up to Zadig v2.1.0, one that a custom workflow built.
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
// the request, or the user may not make it, byImage asks the documented endpoint, whose
// error text distinguishes a missing artifact from a database that is down. If that
// endpoint returns an artifact, byImage requests the full artifact again, because the
// refusal may have been temporary. If the user may not read the full artifact, byImage
// returns the partial one.
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
		return nil, u.Resolve(errdef.ErrServer, "but there is an artifact of the image")
	}
	return a, err
}

// isDenied reports whether the user may not read the endpoint, or the server or a gateway
// does not have it.
func isDenied(err error) bool {
	_, isUnknown := errdef.AsAmbiguous(err, errdef.NoSuchEndpoint)
	_, isGateway := errdef.AsAmbiguous(err, errdef.ForeignNotFound)
	return isUnknown || isGateway || errors.Is(err, errdef.ErrForbidden)
}

// full reads an artifact with two requests: one for the id of the image's artifact, and
// one for the artifact.
func (s *Service) full(ctx context.Context, image string) (*Artifact, error) {
	id, err := response.Text(ctx, s.sender(), response.Endpoint{
		Path: artifactsPath + "/image", RawQuery: "image=" + url.QueryEscape(image), Want: "the id of an artifact",
	}, isID)
	if err != nil {
		return nil, err
	}
	return s.byID(ctx, id, image)
}

// documented reads a partial artifact from the endpoint that Zadig documents.
func (s *Service) documented(ctx context.Context, image string) (*Artifact, error) {
	a, err := s.readOne(ctx, "/api/directory/dc/artifact", "image="+url.QueryEscape(image), "", image)
	return a, errdef.AsUnsupported(err, "servers up to v1.7.1 cannot trace an image")
}
