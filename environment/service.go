package environment

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/zadig-go/zadig/core"
	"github.com/zadig-go/zadig/internal/errdef"
	"github.com/zadig-go/zadig/internal/response"
)

const (
	environmentsPath = "/openapi/environments"
	productionPath   = environmentsPath + "/production"

	tooOld = "servers before v1.18.0 have no environments"
)

// Service reads environments. It is safe for concurrent use if its Doer is.
type Service struct{ doer core.Doer }

// New returns a Service that sends its requests through d. A *zadig.Client already has a
// Service, in its Environment field; New is for tests and for other Doers.
func New(d core.Doer) *Service { return &Service{doer: d} }

// ListOptions are the options of [Service.List].
type ListOptions struct {
	// Production selects the production environments, which servers list separately.
	// Listing them requires a license and the right to view them.
	Production bool
}

// List returns the test environments of a project or, with Production, its production
// environments. They are sorted by name and have no services. Zadig v1.18.0 and later
// support List.
//
// On Zadig v2.2.0 and later, the user needs the right to view the environments of the
// project. The server sends an empty list to users who lack it. An empty list can
// therefore mean that there are no environments, that the project does not exist, or that
// the user may not view them.
//
// In addition to the common errors, List returns
//   - zadig.ErrBadRequest, without sending a request, for an empty project
//   - zadig.ErrLicense for production environments, if there is no valid license
//   - zadig.ErrUnsupported on servers before v1.18.0
func (s *Service) List(ctx context.Context, project string, o ListOptions) ([]*Environment, error) {
	if project == "" {
		return nil, errdef.BadArgument("environment.List", "project", "must not be empty")
	}
	list, _, err := response.List[wireEnvironment](ctx, s.sender(), response.Endpoint{
		Path:  path(o.Production),
		Query: inProject{project},
		Want:  "an array of environments",
	}, nil)
	if err != nil {
		return nil, listError(err, tooOld)
	}
	all := make([]*Environment, len(list))
	for i, w := range list {
		all[i] = &w.Environment
		all[i].ProjectName, all[i].Alias = project, w.ListedAlias
	}
	slices.SortFunc(all, func(a, b *Environment) int { return cmp.Compare(a.Name, b.Name) })
	return all, nil
}

// GetOptions are the options of [Service.Get].
type GetOptions struct {
	Production bool // whether the environment is a production environment
}

// Get returns one environment with its services. Zadig v1.18.0 and later support Get. Up to
// and including v5.0.0, Zadig checks no rights for this request: any user may read any
// environment.
//
// In addition to the common errors, Get returns
//   - zadig.ErrBadRequest, without sending a request, for an empty project or name, a
//     name with a slash, or the name "production" without GetOptions.Production
//   - zadig.ErrNotFound for an unknown project or name, or if Production does not match
//     the environment
//   - zadig.ErrLicense for a production environment, if there is no valid license
//   - zadig.ErrServer if the cluster was deleted or the server never connected to it, if
//     the template of a service was deleted, or for a helm environment with a chart that
//     was installed directly from a chart repository; on v2.3.1 also if the server has
//     lost its connection to the cluster
//   - zadig.ErrUnsupported on servers before v1.18.0
func (s *Service) Get(ctx context.Context, project, name string, o GetOptions) (*Environment, error) {
	if err := check("environment.Get", project, name); err != nil {
		return nil, err
	}
	if name == "production" && !o.Production {
		return nil, errdef.BadArgument("environment.Get", "name", "must not be %q, which is the path of the production environments", name)
	}
	e, err := response.Get(ctx, s.sender(), response.Endpoint{
		Path:  path(o.Production) + "/" + name,
		Query: inProject{project},
		Want:  "an environment",
	}, func(e *wireEnvironment) error {
		if e.ProjectName != project || e.Name != name {
			return fmt.Errorf("got environment %.64q of project %.64q, want %q of %q", e.Name, e.ProjectName, name, project)
		}
		return nil
	})
	if err != nil {
		return nil, errdef.AsUnsupported(err, tooOld)
	}
	e.Production = o.Production
	return &e.Environment, nil
}

// inProject is the query of requests for a list and for one environment.
type inProject struct {
	ProjectKey string `url:"projectKey"`
}

func path(production bool) string {
	if production {
		return productionPath
	}
	return environmentsPath
}

// check returns an error for a project or name that no environment can have.
func check(method, project, name string) error {
	switch {
	case project == "":
		return errdef.BadArgument(method, "project", "must not be empty")
	case !response.IsSegment(name):
		return errdef.BadArgument(method, "name", "must be the key of an environment, without a slash (got %.64q)", name)
	}
	return nil
}

// listError returns the error for a list that failed or that has an element that cannot
// be decoded.
func listError(err error, servers string) error {
	if element, ok := errors.AsType[*response.ElementError](err); ok {
		return element.Err
	}
	return errdef.AsUnsupported(err, servers)
}

// wireEnvironment is an environment as a server sends it. A list uses another name
// for the alias.
type wireEnvironment struct {
	Environment
	ListedAlias string `json:"envName"`
}

// Validate returns an error for an object that is not an environment.
func (w *wireEnvironment) Validate() error {
	if w.Name == "" {
		return errors.New("missing env_key")
	}
	return nil
}

// sender returns the Doer, or nil if there is none.
func (s *Service) sender() core.Doer {
	if s == nil {
		return nil
	}
	return s.doer
}
