package zadigtest

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
)

// The endpoints of releases.
const (
	ListReleases         Endpoint = "/api/aslan/delivery/releases"        // client.Delivery.List and All
	ListLabels           Endpoint = "/api/aslan/delivery/releases/labels" // client.Delivery.Labels, since v4.0.0
	GetRelease           Endpoint = "/api/aslan/delivery/releases/:id"    // client.Delivery.Get
	OpenAPIReleaseDetail Endpoint = "/openapi/delivery/releases/detail"   // client.Delivery.Find, since v4.0.0
)

var releaseRoutes = []route{
	{ListReleases, v17, (*call).listReleases},
	{ListLabels, v40, (*call).listLabels},
	{GetRelease, v17, (*call).getRelease},
	{OpenAPIReleaseDetail, v40, (*call).getReleaseByName},
}

func (c *call) listReleases() *response {
	numbers, ok := c.numbers("taskId", "page", "per_page")
	if !ok {
		return empty(http.StatusBadRequest)
	}
	taskID, page, perPage := numbers[0], numbers[1], numbers[2]
	label, err := url.QueryUnescape(c.query("label")) // a second time: the query itself is already unescaped
	switch refused := c.refuse(c.query("projectName")); {
	case refused != nil:
		return refused
	case c.version >= v40 && err != nil:
		return failed(codeBadRequest, err.Error())
	case c.version < v40:
		label, page = "", max(page, 1)
		if perPage <= 0 {
			perPage = 20
		}
	}
	found := slices.DeleteFunc(c.releases(), func(r *release) bool {
		info := r.VersionInfo
		return c.differs("projectName", info.ProductName) || c.differs("workflowName", info.WorkflowName) ||
			taskID != 0 && taskID != info.TaskID || label != "" && !slices.Contains(info.Labels, label)
	})
	shown, ok := window(found, page, perPage)
	if c.state == databaseDown || !ok {
		return c.listFailed()
	}
	brief := c.query("verbosity") == "brief" && c.version >= v111
	list := []any{}
	for _, r := range shown {
		service := c.query("serviceName")
		if c.version < v40 && !brief && service != "" && !slices.Contains(r.serviceNames(), service) {
			continue
		}
		if c.isBroken(r) && !brief && c.version < v40 {
			return c.withTotal(c.unreadable(r), 0)
		}
		list = append(list, c.document(r, brief, true))
	}
	return c.withTotal(jsonResponse(list), len(found))
}

// releases returns the releases that the server's version has, newest first.
func (c *call) releases() []*release {
	return slices.DeleteFunc(c.data.releases.all(), func(r *release) bool { return !exists(r.Release, c.version) })
}

// numbers returns query parameters as numbers, with 0 for absent parameters. ok is
// false if a parameter is not a number.
func (c *call) numbers(names ...string) (values []int, ok bool) {
	for _, name := range names {
		n, err := 0, error(nil)
		if given := c.query(name); given != "" {
			n, err = strconv.Atoi(given)
		}
		if err != nil {
			return nil, false
		}
		values = append(values, n)
	}
	return values, true
}

// window returns the items of a page, or all items if there is no page number or no page
// size. ok is false if the database would return an error because the page begins before
// the first item, for example after its number overflowed.
func window[T any](all []T, page, perPage int) (items []T, ok bool) {
	skip := (page - 1) * perPage
	switch {
	case page <= 0:
		return all, true
	case skip < 0:
		return nil, false
	}
	all = all[min(skip, len(all)):]
	if perPage != 0 {
		all = all[:min(max(perPage, -perPage), len(all))]
	}
	return all, true
}

// listFailed returns the response to a list request that failed in the database.
func (c *call) listFailed() *response {
	if c.version >= v40 {
		return c.withTotal(internalError(databaseText), 0)
	}
	return c.withTotal(failed(codeListReleases, ""), 0)
}

func (c *call) withTotal(resp *response, total int) *response {
	if c.version >= v23 {
		resp.with("X-Total", strconv.Itoa(total))
	}
	return resp
}

// document returns a release as the server's version sends it.
func (c *call) document(r *release, brief, inList bool) any {
	switch {
	case c.version >= v50 && inList:
		return asSent("flat", without(r.flat, "services"), c.version)
	case c.version >= v40:
		return asSent("flat", r.flat, c.version)
	case !brief:
		return asSent("release", r.nested, c.version)
	}
	info, _ := r.nested["versionInfo"].(map[string]any)
	info = without(info, "progress") // sent only in details
	if c.version >= v34 {
		info = without(info, "productEnvInfo")
	}
	return asSent("release", map[string]any{"versionInfo": info}, c.version)
}

func (c *call) isBroken(r *release) bool { return slices.Contains(c.broken, r.VersionInfo.ID) }

func (c *call) unreadable(r *release) *response {
	if c.version < v23 {
		return empty(http.StatusInternalServerError) // the handler panics
	}
	return internalError("failed to find product template " + r.VersionInfo.ProductName + ", err: " + noDocuments)
}

func (c *call) getRelease() *response {
	project := c.query("projectName")
	switch c.state {
	case systemViewer: // may read each release, but not the list of a project
		project = ""
	case projectMember:
		if c.version < v23 {
			project = ""
		}
	}
	switch refused := c.refuse(project); {
	case c.version >= v23 && c.query("projectName") == "":
		return failed(codeBadRequest, "projectName can't be empty!")
	case refused != nil:
		return refused
	case c.state == databaseDown, c.state == notFound, c.version == v17:
		return failed(codeGetRelease, "")
	}
	r := c.data.releases.find(c.parts["id"])
	switch {
	case r == nil || !exists(r.Release, c.version):
		return failed(codeGetRelease, "")
	case c.isBroken(r):
		return c.unreadable(r)
	}
	return jsonResponse(c.document(r, false, false))
}

// getReleaseByName returns the newest release of a project that has the given version.
func (c *call) getReleaseByName() *response {
	project, name := c.query("projectKey"), c.query("versionName")
	failure := "failed to get delivery version, projectName: " + project + ", versionName: " + name + " error: "
	if c.state == systemViewer { // as for a release by id
		project = ""
	}
	switch refused := c.refuse(project); {
	case name == "" || c.query("projectKey") == "":
		return failed(codeBadRequest, "versionName and projectKey can't be empty!")
	case refused != nil:
		return refused
	case c.state == databaseDown:
		return internalError(failure + databaseText)
	}
	for _, r := range c.releases() {
		if r.VersionInfo.ProductName == c.query("projectKey") && r.VersionInfo.Version == name {
			return c.send("openapi detail", r.flat)
		}
	}
	return internalError(failure + noDocuments)
}

func (c *call) listLabels() *response {
	switch refused := c.refuse(c.query("projectName")); {
	case refused != nil:
		return refused
	case c.state == databaseDown:
		return internalError(databaseText)
	}
	labels := []string{}
	for _, r := range c.releases() {
		if r.VersionInfo.ProductName == c.query("projectName") {
			labels = append(labels, r.VersionInfo.Labels...)
		}
	}
	labels = slices.DeleteFunc(labels, func(l string) bool { return l == "" })
	slices.Sort(labels)
	return jsonResponse(slices.Compact(labels))
}
