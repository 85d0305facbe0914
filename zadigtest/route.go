package zadigtest

import (
	"net/http"
	"net/url"
	"strings"
)

// Endpoint is a public path of Zadig, with ":id" in place of an id. [Fault.On]
// and [Server.RequestsTo] select requests by it.
type Endpoint string

// The endpoints of a Server. All accept only GET.
const (
	ListReleases      Endpoint = "/api/aslan/delivery/releases"        // client.Delivery.List and All
	GetRelease        Endpoint = "/api/aslan/delivery/releases/:id"    // client.Delivery.Get
	ListLabels        Endpoint = "/api/aslan/delivery/releases/labels" // since v4.0.0
	CheckRelease      Endpoint = "/api/aslan/delivery/releases/check"  // whether a project has a version, since v3.1.0
	GetEnvironment    Endpoint = "/api/aslan/delivery/products/:id"    // a release's environment, by the release's id, up to v1.17.0
	ListServiceNames  Endpoint = "/api/aslan/delivery/servicenames"    // up to v2.3.0
	ListArtifacts     Endpoint = "/api/aslan/delivery/artifacts"       // with X-Total; type, source, imageTag, name, image, repoName, branch
	GetArtifact       Endpoint = "/api/aslan/delivery/artifacts/:id"   // the artifact with its id and layers
	FindArtifact      Endpoint = "/api/aslan/delivery/artifacts/image" // the bare id of an image, since v1.8.0
	TraceArtifact     Endpoint = "/api/directory/dc/artifact"          // client.Artifact.Trace, since v1.8.0
	DirectoryReleases Endpoint = "/api/directory/dc/releases"          // ListReleases behind picket, as text/plain

	OpenAPIListReleases  Endpoint = "/openapi/delivery/releases"        // one project's releases in brief, since v2.3.1
	OpenAPIGetRelease    Endpoint = "/openapi/delivery/releases/:id"    // v2.3.1 to v3.4.1, 500 for releases of workflows
	OpenAPIReleaseDetail Endpoint = "/openapi/delivery/releases/detail" // a release by project and version, since v4.0.0
	GetWorkflowTask      Endpoint = "/openapi/workflows/custom/task"    // client.Workflow.Task, since v1.15.0

	// NoEndpoint stands for every path that the server's version does not have.
	NoEndpoint Endpoint = ""
)

// internalPath returns the path behind the gateway, which appears in the bodies
// of 404 and 405 and in redirects.
func internalPath(path string) string {
	for public, internal := range map[string]string{"/api/aslan": "/api", "/api/directory": "/public-api/v1"} {
		if rest, ok := strings.CutPrefix(path, public); ok && (rest == "" || rest[0] == '/') {
			return internal + rest
		}
	}
	return path
}

// endpointOf returns the endpoint of a path and the id in it.
func endpointOf(path string, v version) (e Endpoint, id string) {
	switch e := Endpoint(path); e {
	case ListReleases, ListArtifacts, DirectoryReleases:
		return e, ""
	case GetWorkflowTask:
		if v.has(hasTasks) {
			return e, ""
		}
	case OpenAPIListReleases:
		if v.has(hasOpenAPI) {
			return e, ""
		}
	case ListLabels, OpenAPIReleaseDetail:
		if v.has(flatReleases) {
			return e, ""
		}
	case CheckRelease:
		if v.has(hasCheck) {
			return e, ""
		}
	case ListServiceNames:
		if v.has(hasServiceNames) {
			return e, ""
		}
	case FindArtifact, TraceArtifact:
		if v.has(hasTrace) {
			return e, ""
		}
	}
	for _, e := range []Endpoint{GetRelease, GetArtifact, GetEnvironment, OpenAPIGetRelease} {
		if e == OpenAPIGetRelease && !v.has(hasOpenAPI) || e == GetEnvironment && !v.has(hasProducts) {
			continue
		}
		id, ok := strings.CutPrefix(path, strings.TrimSuffix(string(e), ":id"))
		if ok && id != "" && !strings.Contains(id, "/") {
			return e, id
		}
	}
	return NoEndpoint, ""
}

// takesGet reports whether the endpoint accepts GET. Since v4.0.0 the OpenAPI's
// release by id accepts only DELETE.
func (e Endpoint) takesGet(v version) bool { return e != OpenAPIGetRelease || !v.has(flatReleases) }

func (e Endpoint) isOpenAPI() bool { return strings.HasPrefix(string(e), "/openapi/") }

// misrouted returns the response to a request that no endpoint accepts, or nil.
func misrouted(r *http.Request, e Endpoint, v version) *response {
	internal := internalPath(r.URL.Path)
	switch {
	case e != NoEndpoint && (r.Method != http.MethodGet || !e.takesGet(v)):
		return typed(http.StatusMethodNotAllowed, textType, []byte("Method not allowed: "+r.Method+" "+internal))
	case e != NoEndpoint:
		return nil
	}
	shorter := strings.TrimSuffix(r.URL.Path, "/")
	if e, _ := endpointOf(shorter, v); e != NoEndpoint && e.takesGet(v) && r.Method == http.MethodGet {
		return redirect(&url.URL{Path: strings.TrimSuffix(internal, "/"), RawQuery: r.URL.RawQuery, ForceQuery: r.URL.ForceQuery})
	}
	return typed(http.StatusNotFound, textType, []byte("Invalid path: "+internal))
}

// redirect redirects to the internal path, as Zadig does, although that path does
// not exist on the gateway.
func redirect(to *url.URL) *response {
	w := &redirectWriter{header: http.Header{}}
	http.Redirect(w, &http.Request{Method: http.MethodGet, URL: &url.URL{Path: "/"}}, to.String(), http.StatusMovedPermanently)
	return &response{status: http.StatusMovedPermanently, header: w.header, body: w.body}
}

type redirectWriter struct {
	header http.Header
	body   []byte
}

func (w *redirectWriter) Header() http.Header { return w.header }
func (w *redirectWriter) WriteHeader(int)     {}
func (w *redirectWriter) Write(b []byte) (int, error) {
	w.body = append(w.body, b...)
	return len(b), nil
}
