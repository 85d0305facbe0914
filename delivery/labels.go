package delivery

import (
	"context"
	"errors"
	"slices"

	"github.com/zadig-go/zadig/internal/errdef"
	"github.com/zadig-go/zadig/internal/response"
)

// Labels returns the labels of a project's releases, sorted, for
// ListOptions.Label; not nil if there are none. Servers have labels since v4.0.0
// (read in source, recorded on v5.0.0).
//
// Errors besides the common ones: zadig.ErrBadRequest for an empty projectName,
// for which the server finds nothing, before anything is sent;
// zadig.ErrUnexpectedResponse from servers before v4.0.0.
func (s *Service) Labels(ctx context.Context, projectName string) ([]string, error) {
	const older = "servers before v4.0.0 have no labels"
	if projectName == "" {
		return nil, errdef.BadArgument("delivery.Labels", "projectName", "must not be empty")
	}
	labels, err := s.names(ctx, releasesPath+"/labels", projectName, "an array of labels")
	var open *errdef.Ambiguous
	if errors.As(err, &open) && open.Kind == errdef.MissingOrDown { // it took "labels" for an id
		return nil, open.Resolve(errdef.ErrUnexpectedResponse, older)
	}
	return labels, errdef.Unsupported(err, older)
}

// ServiceNames returns the names of the services that releases deployed, sorted;
// of all projects if projectName is empty. It is not nil if there are none.
// Servers have these names up to v2.3.0 (recorded on v1.11.0); newer ones return
// zadig.ErrUnexpectedResponse.
func (s *Service) ServiceNames(ctx context.Context, projectName string) ([]string, error) {
	names, err := s.names(ctx, "/api/aslan/delivery/servicenames", projectName, "an array of service names")
	return names, errdef.Unsupported(err, "servers since v2.3.1 have no service names")
}

func (s *Service) names(ctx context.Context, path, projectName, want string) ([]string, error) {
	names, err := response.Get[[]string](ctx, s.sender(), response.Endpoint{Path: path, Query: inProject(projectName), Want: want})
	if err != nil {
		return nil, err
	}
	if *names == nil { // a list that is null is empty
		return []string{}, nil
	}
	slices.Sort(*names)
	return *names, nil
}
