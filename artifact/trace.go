package artifact

import (
	"context"
	"net/url"

	"github.com/zadig-go/zadig/internal/errdef"
)

// Trace returns the artifact of an image with everything that happened to it:
// the builds with their commits and issues, deploys and publications. The
// image must be the exact reference under which it was pushed, with its registry
// and its tag or digest. [Service.FindByDigest] finds an image for which a cluster
// has another reference. When two artifacts have the same image, the server
// returns one of them. Since v1.18.0 Trace needs the system-wide right to view
// artifacts.
//
// Pull requests may be missing. Since v1.16.0 a build can have several, in
// Commit.PRs, and the endpoint leaves that member out, so that a build of pull
// requests 7 and 8 looks like one without any. [Service.GetByImage] returns them.
//
// Errors besides the common ones: zadig.ErrBadRequest for an empty image,
// before anything is sent; zadig.ErrNotFound when Zadig did not build the
// image; zadig.ErrUnexpectedResponse from servers up to v1.7.1, which cannot
// trace. A server whose database is down is zadig.ErrServer.
func (s *Service) Trace(ctx context.Context, image string) (*Artifact, error) {
	if image == "" {
		return nil, errdef.BadArgument("artifact.Trace", "image", "must not be empty")
	}
	a, err := s.get(ctx, "/api/directory/dc/artifact", "image="+url.QueryEscape(image))
	return a, errdef.Unsupported(err, "servers up to v1.7.1 cannot trace an image; is the base URL right?")
}
