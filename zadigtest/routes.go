package zadigtest

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Endpoint is a public path of Zadig, with names such as ":id" for the parts that
// vary. [Fault.On] and [Server.RequestsTo] select requests by endpoint.
type Endpoint string

// NoEndpoint selects requests for paths that the server's version does not have.
const NoEndpoint Endpoint = ""

// route is an endpoint, the first version that has it, and the method that responds
// to a request for it. If respond is nil, the path exists, but only for methods other than GET.
type route struct {
	endpoint Endpoint
	since    version
	respond  func(*call) *response
}

// routes lists all endpoints. The first that matches a path wins.
var routes = slices.Concat(releaseRoutes, artifactRoutes, taskRoutes, environmentRoutes)

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
	return rt.respond(c)
}
