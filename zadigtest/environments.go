package zadigtest

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/zadig-go/zadig/environment"
)

// The endpoints of environments, since v1.18.0; ListDeployments since v2.0.0.
const (
	ListEnvironments           Endpoint = "/openapi/environments"                                      // client.Environment.List
	ListProductionEnvironments Endpoint = "/openapi/environments/production"                           // the same for production environments
	GetEnvironment             Endpoint = "/openapi/environments/:name"                                // client.Environment.Get
	GetProductionEnvironment   Endpoint = "/openapi/environments/production/:name"                     // the same for production environments
	ListDeployments            Endpoint = "/api/aslan/environment/environments/:name/version/:service" // client.Environment.History
)

var environmentRoutes = []route{
	{ListEnvironments, v118, (*call).listTestEnvironments},
	{ListProductionEnvironments, v118, (*call).listProductionEnvironments},
	{GetEnvironment, v118, (*call).getTestEnvironment},
	{GetProductionEnvironment, v118, (*call).getProductionEnvironment},
	{ListDeployments, v23, (*call).listDeployments},
}

// Deployment is an entry in the deployment history of a service in an environment.
type Deployment struct {
	ProjectName string
	EnvName     string
	Production  bool
	Chart       bool // the service is a chart release, installed directly from a chart repository
	environment.Deployment
}

// WithEnvironments adds copies of environments. Each needs a ProjectName and a Name. A
// test environment and a production environment may have the same ProjectName and Name;
// two environments of the same kind may not. The server lists environments in the order
// in which they were added. Like a real server, it does not send the status of a helm
// service.
func WithEnvironments(environments ...*environment.Environment) Option {
	return WithData(Data{Environments: environments})
}

// WithDeployments adds deployments to the history of services. For each service, the
// server sends the 20 deployments with the highest Revision.
func WithDeployments(deployments ...*Deployment) Option {
	return WithData(Data{Deployments: deployments})
}

// SetEnvironment adds copies of environments, or replaces those with the same
// ProjectName, Name and Production. Bad input fails the test, or panics if the server was
// started by [Start].
func (s *Server) SetEnvironment(environments ...*environment.Environment) {
	if err := s.data.addEnvironments(environments, true); err != nil {
		s.fail("zadigtest: SetEnvironment: %v", err)
	}
}

// storedEnvironment is a stored environment with its JSON.
type storedEnvironment struct {
	*environment.Environment
	doc map[string]any
}

func (e *storedEnvironment) id() string {
	return strings.ToLower(fmt.Sprintf("%s/%s/%t", e.ProjectName, e.Name, e.Production))
}
func (e *storedEnvironment) created() int64 { return 0 }
func (e *storedEnvironment) keys() []string { return nil }

func (s *store) addEnvironments(environments []*environment.Environment, replace bool) error {
	return add(&s.environments, environments, replace, newEnvironment)
}

func newEnvironment(given *environment.Environment) (*storedEnvironment, error) {
	if given == nil || given.ProjectName == "" || given.Name == "" {
		return nil, errors.New("an environment needs a ProjectName and a Name")
	}
	e := new(storedEnvironment)
	var err error
	if e.Environment, err = copied(given); err == nil {
		e.doc, err = treeOf(given)
	}
	for _, s := range array(e.doc, "services") {
		if s, ok := s.(map[string]any); ok && s["type"] == "helm" {
			s["status"] = ""
		}
	}
	return e, err
}

// storedDeployment is a stored deployment with its JSON.
type storedDeployment struct {
	Deployment
	doc map[string]any
}

func (d *storedDeployment) id() string {
	return strings.ToLower(fmt.Sprintf("%s/%s/%t/%t/%s/%d", d.ProjectName, d.EnvName, d.Production, d.Chart, d.ServiceName, d.Revision))
}
func (d *storedDeployment) created() int64 { return int64(d.Revision) }
func (d *storedDeployment) keys() []string { return nil }

func (s *store) addDeployments(deployments []*Deployment) error {
	return add(&s.deployments, deployments, false, func(given *Deployment) (*storedDeployment, error) {
		if given == nil || given.ProjectName == "" || given.EnvName == "" || given.ServiceName == "" {
			return nil, errors.New("a deployment needs a ProjectName, an EnvName and a ServiceName")
		}
		doc, err := treeOf(given.Deployment)
		return &storedDeployment{*given, doc}, err
	})
}

func object(o map[string]any, name string) map[string]any {
	v, _ := o[name].(map[string]any)
	return v
}

func array(o map[string]any, name string) []any {
	v, _ := o[name].([]any)
	return v
}

func (c *call) listTestEnvironments() *response       { return c.listEnvironments(false) }
func (c *call) listProductionEnvironments() *response { return c.listEnvironments(true) }
func (c *call) getTestEnvironment() *response         { return c.getEnvironment(false) }
func (c *call) getProductionEnvironment() *response   { return c.getEnvironment(true) }

// mayView reports whether the user may view environments.
func (c *call) mayView() bool { return c.state != noPermission && c.state != systemViewer }

// listEnvironments sends an empty list to a user who may not view environments.
func (c *call) listEnvironments(production bool) *response {
	switch {
	case c.query("projectKey") == "":
		return failed(codeBadRequest, "projectKey is empty")
	case !c.mayView():
		return jsonResponse([]any{})
	case production && c.state == licenseExpired:
		return failed(codeLicense, "")
	case c.state == databaseDown:
		return failed(codeListEnvironments, databaseText)
	}
	list := []any{}
	for _, e := range c.data.environments.all() {
		if e.ProjectName == c.query("projectKey") && e.Production == production {
			doc := without(e.doc, "env_name")
			doc["envName"] = e.Alias
			list = append(list, asSent("environment listed", doc, c.version))
		}
	}
	return jsonResponse(list)
}

// getEnvironment sends an environment to every user: Zadig checks no rights for it.
func (c *call) getEnvironment(production bool) *response {
	switch {
	case c.query("projectKey") == "":
		return failed(codeBadRequest, "projectKey can't be empty")
	case production && c.state == licenseExpired:
		return failed(codeLicense, "")
	case c.state == databaseDown:
		return internalError(databaseText)
	}
	for _, e := range c.data.environments.all() {
		if e.ProjectName != c.query("projectKey") || e.Name != c.parts["name"] || e.Production != production {
			continue
		}
		switch {
		case c.state == clusterDown && c.version < v34:
			return failed(codeListGroups, `Get "https://kubernetes.example.com/version": dial tcp: connect: connection refused`)
		case c.state == clusterDown:
			return c.send("environment", withoutStatus(e.doc))
		}
		return c.send("environment", e.doc)
	}
	return internalError(noDocuments)
}

// withoutStatus returns an environment without the status of its services.
func withoutStatus(doc map[string]any) map[string]any {
	services := []any{}
	for _, s := range array(doc, "services") {
		s, _ := s.(map[string]any)
		services = append(services, without(s, "status"))
	}
	doc = without(doc, "services")
	doc["services"] = services
	return doc
}

const keptDeployments = 20

func (c *call) listDeployments() *response {
	project, production := c.query("projectName"), c.query("production") == "true"
	chart, err := strconv.ParseBool(c.query("isHelmChart"))
	switch {
	case err != nil:
		return failed(codeBadRequest, "invalid isHelmChart: "+err.Error())
	case !c.mayView():
		return empty(http.StatusForbidden)
	case production && c.state == licenseExpired:
		return failed(codeLicense, "")
	case c.state == databaseDown:
		return failed(codeListDeployments, "failed to list service revisions, error: "+databaseText)
	case c.version >= v34 && !c.data.hasProject(project):
		return internalError("failed to get project " + project)
	}
	list := []any{}
	for _, d := range c.data.deployments.all() { // the latest revision first
		if d.ProjectName == project && d.EnvName == c.parts["name"] && d.Production == production &&
			d.Chart == chart && d.ServiceName == c.parts["service"] && len(list) < keptDeployments {
			list = append([]any{asSent("deployment", d.doc, c.version)}, list...)
		}
	}
	return jsonResponse(list)
}

// hasProject reports whether a project has an environment, a deployment or a release.
func (s *store) hasProject(name string) bool {
	return slices.ContainsFunc(s.environments.all(), func(e *storedEnvironment) bool { return e.ProjectName == name }) ||
		slices.ContainsFunc(s.deployments.all(), func(d *storedDeployment) bool { return d.ProjectName == name }) ||
		slices.ContainsFunc(s.releases.all(), func(r *release) bool { return r.VersionInfo.ProductName == name })
}

// ClusterDown responds as Zadig does when it can no longer reach the Kubernetes cluster
// of an environment. On v3.4.1 and later, the status of every service is "". On earlier
// versions, requests for the environment fail with status 400 and code 6065.
func ClusterDown() Fault {
	return Fault{name: "ClusterDown", state: clusterDown}.On(GetEnvironment, GetProductionEnvironment)
}
