package delivery

import (
	"context"
	"slices"

	"github.com/zadig-go/zadig/internal/errdef"
	"github.com/zadig-go/zadig/internal/response"
)

// Labels returns the labels of a project's releases, sorted, for use in
// ListOptions.Label. If there are no labels, the result is empty but not nil.
// Servers support labels since v4.0.0 (from Zadig's source, recorded on v5.0.0).
//
// In addition to the common errors, Labels returns zadig.ErrUnsupported on servers
// before v4.0.0. If projectName is empty, it returns zadig.ErrBadRequest and sends
// nothing, because servers find no labels without a project.
func (s *Service) Labels(ctx context.Context, projectName string) ([]string, error) {
	const older = "servers before v4.0.0 have no labels"
	if projectName == "" {
		return nil, errdef.BadArgument("delivery.Labels", "projectName", "must not be empty")
	}
	labels, err := response.Get[[]string](ctx, s.sender(), response.Endpoint{
		Path:  releasesPath + "/labels",
		Query: inProject(projectName),
		Want:  "an array of labels",
	}, nil)
	if refused, ok := errdef.AsAmbiguous(err, errdef.MissingOrDown); ok { // the server took "labels" for an id
		return nil, refused.Resolve(errdef.ErrUnsupported, older)
	}
	if err != nil {
		return nil, errdef.AsUnsupported(err, older)
	}
	if *labels == nil { // null means an empty list
		return []string{}, nil
	}
	slices.Sort(*labels)
	return *labels, nil
}
