package delivery

import (
	"context"
	"fmt"

	"github.com/zadig-go/zadig/internal/errdef"
	"github.com/zadig-go/zadig/internal/response"
)

// detailPath addresses a release by project and version, since v4.0.0 (recorded on
// v4.0.0 and v5.0.0). Servers from v2.3.1 to v3.4.1 take "detail" for an id and
// return 500; older ones do not know the path.
const detailPath = "/openapi/delivery/releases/detail"

// named reads a project's release with this version, without manifests. The OpenAPI
// leaves out its id, workflow and task, and the chart versions of the environment.
// named returns nil and no error if the project has no such version, and an error if
// the response does not say whether it has one.
func (s *Service) named(ctx context.Context, project, version string) (*Release, error) {
	d, err := response.Get(ctx, s.sender(), response.Endpoint{
		Path: detailPath,
		Query: struct {
			ProjectKey  string `url:"projectKey"`
			VersionName string `url:"versionName"`
		}{project, version},
		Want:   "a release",
		Decode: withoutManifests,
	}, func(d *members) error {
		if d.Version != version || d.ProductName != project {
			return fmt.Errorf("got version %.64q of project %.64q, want %q of %q", d.Version, d.ProductName, version, project)
		}
		return nil
	})
	switch _, missing := errdef.AsAmbiguous(err, errdef.MissingVersion); {
	case missing:
		return nil, nil
	case err != nil:
		return nil, err
	}
	return d.release(), nil
}
