package artifact

import (
	"context"
	"net/url"

	"github.com/zadig-go/zadig/internal/errdef"
	"github.com/zadig-go/zadig/internal/response"
)

// GetByImage returns the artifact that [Service.Trace] returns for the image,
// including what Trace leaves out: ID, DockerFile and Layers, ArtifactID and
// JobTaskName of activities, and PRs of commits.
//
// It costs two requests, one for the id and one for the artifact; Trace costs
// one. An image without an artifact costs two as well. Since v1.18.0 GetByImage
// needs the system-wide right to view artifacts, as Trace does.
//
// Errors besides the common ones: zadig.ErrBadRequest for an empty image,
// before anything is sent; zadig.ErrNotFound when Zadig did not build the
// image, and always from servers up to v1.7.1, which do not know images.
func (s *Service) GetByImage(ctx context.Context, image string) (*Artifact, error) {
	if image == "" {
		return nil, errdef.BadArgument("artifact.GetByImage", "image", "must not be empty")
	}
	id, err := response.Text(ctx, s.sender(), response.Endpoint{
		Path: artifactsPath + "/image", RawQuery: url.Values{"image": {image}}.Encode(), Want: "the id of an artifact",
	}, isID)
	if u, ok := errdef.AsAmbiguous(err, errdef.MissingOrDown); ok {
		return nil, s.resolve(ctx, u, errdef.ErrNotFound)
	}
	if err != nil {
		return nil, errdef.Unsupported(err, "this server has no artifacts by image; is the base URL right?")
	}
	return s.Get(ctx, id)
}
