package delivery

import (
	"context"
	"errors"

	"github.com/zadig-go/zadig/internal/errdef"
	"github.com/zadig-go/zadig/internal/response"
)

// detailPath is a release by project and version, since v4.0.0 (recorded on
// v4.0.0 and v5.0.0). Servers from v2.3.1 to v3.4.1 take "detail" for an id and
// return 500; older ones do not know the path.
const detailPath = "/openapi/delivery/releases/detail"

// errNoDetail is the reason why a response is not the requested release.
var errNoDetail = errors.New("project_name or version is missing or differs from the request")

// named reads the release of a project that has this version, without manifests.
// The OpenAPI leaves out its id, workflow and task, and the chart versions of the
// environment. named returns nil and no error if the project has no such version,
// and an error if the response does not say.
func (s *Service) named(ctx context.Context, project, version string) (*Release, error) {
	d, err := response.Get[releaseV4](ctx, s.sender(), response.Endpoint{
		Path: detailPath,
		Query: struct {
			ProjectKey  string `url:"projectKey"`
			VersionName string `url:"versionName"`
		}{project, version},
		Want:   "a release",
		Decode: withoutManifests,
	})
	switch _, missing := errdef.AsAmbiguous(err, errdef.MissingVersion); {
	case missing:
		return nil, nil
	case err != nil:
		return nil, err
	case d.Version != version || d.ProjectName != project:
		return nil, errNoDetail
	}
	return d.release(), nil
}
