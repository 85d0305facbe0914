package zadigtest

import (
	"net/http"
	"net/url"
	"strings"
)

// Endpoint is a public path of Zadig, with names such as ":id" for the parts that
// vary. [Fault.On] and [Server.RequestsTo] select requests by endpoint.
type Endpoint string

// The endpoints of a Server. All accept only GET.
const (
	ListReleases         Endpoint = "/api/aslan/delivery/releases"        // client.Delivery.List and All
	ListLabels           Endpoint = "/api/aslan/delivery/releases/labels" // client.Delivery.Labels, since v4.0.0
	GetRelease           Endpoint = "/api/aslan/delivery/releases/:id"    // client.Delivery.Get
	OpenAPIReleaseDetail Endpoint = "/openapi/delivery/releases/detail"   // client.Delivery.Find, since v4.0.0
	ListArtifacts        Endpoint = "/api/aslan/delivery/artifacts"       // client.Artifact.List and All
	FindArtifact         Endpoint = "/api/aslan/delivery/artifacts/image" // client.Artifact.Trace, since v1.8.0
	GetArtifact          Endpoint = "/api/aslan/delivery/artifacts/:id"   // client.Artifact.Get and Trace
	TraceArtifact        Endpoint = "/api/directory/dc/artifact"          // Trace with OneRequest, or after a refusal of the two above
	GetWorkflowTask      Endpoint = "/openapi/workflows/custom/task"      // client.Workflow.Task, since v1.15.0

	// The following endpoints exist in v1.18.0 and later, ListDeployments in v2.0.0
	// and later.
	ListWorkflowTasks          Endpoint = "/openapi/workflows/custom/:name/tasks"                      // client.Workflow.Tasks
	ListEnvironments           Endpoint = "/openapi/environments"                                      // client.Environment.List
	ListProductionEnvironments Endpoint = "/openapi/environments/production"                           // the same for production environments
	GetEnvironment             Endpoint = "/openapi/environments/:name"                                // client.Environment.Get
	GetProductionEnvironment   Endpoint = "/openapi/environments/production/:name"                     // the same for production environments
	ListDeployments            Endpoint = "/api/aslan/environment/environments/:name/version/:service" // client.Environment.History

	// NoEndpoint selects requests for paths that the server's version does not have.
	NoEndpoint Endpoint = ""
)

// route is an endpoint, the first version that has it, and the method that responds
// to a request for it. If respond is nil, the path exists, but only for methods other than GET.
type route struct {
	endpoint Endpoint
	since    version
	respond  func(*call) *response
}

// routes lists all endpoints. The first that matches a path wins.
var routes = []route{
	{ListReleases, v17, (*call).listReleases},
	{ListLabels, v40, (*call).listLabels},
	{GetRelease, v17, (*call).getRelease},
	{OpenAPIReleaseDetail, v40, (*call).getReleaseByName},
	{ListArtifacts, v17, (*call).listArtifacts},
	{FindArtifact, v111, (*call).findArtifact},
	{GetArtifact, v17, (*call).getArtifact},
	{TraceArtifact, v111, (*call).trace},
	{GetWorkflowTask, v118, (*call).getTask},
	{endpoint: "/openapi/workflows/custom/:name", since: v118}, // DELETE
	{ListWorkflowTasks, v118, (*call).listTasks},
	{ListEnvironments, v118, (*call).listTestEnvironments},
	{ListProductionEnvironments, v118, (*call).listProductionEnvironments},
	{GetEnvironment, v118, (*call).getTestEnvironment},
	{GetProductionEnvironment, v118, (*call).getProductionEnvironment},
	{ListDeployments, v23, (*call).listDeployments},
}

// match returns the route for a path in version v, and the variable parts of the
// path by name, such as "id". Both are nil if there is no route.
func match(path string, v version) (*route, map[string]string) {
	for i := range routes {
		if parts, ok := routes[i].endpoint.match(path); ok && v >= routes[i].since {
			return &routes[i], parts
		}
	}
	return nil, nil
}

func (e Endpoint) match(path string) (map[string]string, bool) {
	want, have := strings.Split(string(e), "/"), strings.Split(path, "/")
	if len(want) != len(have) {
		return nil, false
	}
	parts := make(map[string]string)
	for i, w := range want {
		name, varies := strings.CutPrefix(w, ":")
		switch {
		case varies && have[i] != "":
			parts[name] = have[i]
		case w != have[i]:
			return nil, false
		}
	}
	return parts, true
}

// call is a request with everything that determines its response. The routes
// call its methods.
type call struct {
	*Server
	version version
	request *http.Request
	values  url.Values        // of the query
	parts   map[string]string // of the path, such as "id"
	state   condition
	broken  []string // ids of releases that cannot be read
}

// query returns the first value of a query parameter.
func (c *call) query(name string) string { return c.values.Get(name) }

// differs reports whether a query parameter is given and differs from value.
func (c *call) differs(parameter, value string) bool {
	return c.query(parameter) != "" && c.query(parameter) != value
}

// send returns a response that contains the value with the members that a section of
// fields.tsv lists for the server's version.
func (c *call) send(section string, value any) *response {
	return jsonResponse(asSent(section, value, c.version))
}

// respond returns the response to a request that no fault has answered.
func (c *call) respond(rt *route) *response {
	path, directory := c.request.URL.Path, strings.HasPrefix(c.request.URL.Path, "/api/directory/")
	switch {
	case rt == nil:
		return plain(http.StatusNotFound, "Invalid path: "+path)
	case c.request.Method != http.MethodGet || rt.respond == nil:
		return plain(http.StatusMethodNotAllowed, "Method not allowed: "+c.request.Method+" "+path)
	case c.state == aslanDown && (!directory || c.version >= v118): // before v1.18, directory is a separate service
		return plain(http.StatusServiceUnavailable, "upstream connect error or disconnect/reset before headers")
	}
	if resp := c.collaborate(); resp != nil {
		return resp
	}
	return rt.respond(c)
}
