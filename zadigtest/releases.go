package zadigtest

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
)

// call is a request as aslan receives it from the gateway or from picket.
type call struct {
	*Server
	version  version
	endpoint Endpoint
	id       string // of GetRelease and GetArtifact
	query    url.Values
	state    condition
	broken   []string // ids of releases that cannot be read
}

// aslan handles requests to /api/aslan.
func (c *call) aslan() *response {
	if resp := c.collaborate(); resp != nil {
		return resp
	}
	switch c.endpoint {
	case ListReleases:
		return c.listReleases()
	case GetRelease:
		return c.getRelease()
	case ListLabels:
		return c.listLabels()
	case ListServiceNames:
		return c.listServiceNames()
	case CheckRelease:
		return c.checkRelease()
	case GetEnvironment:
		return c.getEnvironment()
	case ListArtifacts:
		return c.listArtifacts()
	case GetArtifact:
		return c.getArtifact()
	}
	return c.findArtifact()
}

func (c *call) listReleases() *response {
	args, refused := c.listArgs()
	switch {
	case refused != nil:
		return refused
	case c.state == noPermission:
		return empty(http.StatusForbidden)
	case c.unlicensed(licenseForList):
		return failed(codeLicense, "")
	case c.state == databaseDown:
		return c.listFailed(databaseText)
	}
	found := args.filter(c.data.allReleases())
	page, skip := window(found, args.page, args.perPage)
	if skip < 0 {
		return c.listFailed(fmt.Sprintf("(Location51024) BSON field 'skip' value must be >= 0, actual value '%d'", skip))
	}
	if args.page <= 0 && c.version.has(rawPaging) {
		page = slices.Clone(found)
		slices.Reverse(page)
	}
	body := []byte{'['}
	for _, r := range page {
		if !args.brief && args.service != "" && !slices.Contains(r.services, args.service) {
			continue
		}
		if resp := c.unreadable(r); resp != nil && !args.brief && !c.version.has(flatReleases) {
			return c.withTotal(resp, 0)
		}
		if len(body) > 1 {
			body = append(body, ',')
		}
		body = c.appendRelease(body, r, args.brief, true)
	}
	return c.withTotal(jsonResponse(append(body, ']')), len(found))
}

func (c *call) withTotal(resp *response, total int) *response {
	if c.version.has(totalOfReleases) {
		resp.with("X-Total", strconv.Itoa(total))
	}
	return resp
}

// listFailed returns the response to a list that failed in the database.
func (c *call) listFailed(text string) *response {
	switch {
	case c.version.has(documentedErrors):
		return failed(codeBadRequest, messageListReleases+": ")
	case c.version.has(flatReleases):
		return c.withTotal(internalError(text), 0)
	}
	return c.withTotal(failed(codeListReleases, ""), 0)
}

// appendRelease appends a release as the version of the server sends it.
func (c *call) appendRelease(b []byte, r *release, brief, inList bool) []byte {
	doc := r.document(c.version)
	if c.version.has(flatReleases) {
		if inList && c.version.has(listWithoutServices) {
			doc = without(doc, "services")
		}
		return shapeOf("flat", c.version).append(b, doc)
	}
	if brief {
		info := without(object(doc, "versionInfo"), "progress") // only in details
		if c.version.has(briefWithoutEnv) {
			info = without(info, "productEnvInfo")
		}
		doc = map[string]any{"versionInfo": info}
	}
	return shapeOf("release", c.version).append(b, doc)
}

func without(o map[string]any, name string) map[string]any {
	rest := make(map[string]any, len(o))
	for k, v := range o {
		if k != name {
			rest[k] = v
		}
	}
	return rest
}

// unreadable returns the response to a request for a release that cannot be
// read, or nil if it can be.
func (c *call) unreadable(r *release) *response {
	switch {
	case !c.isBroken(r):
		return nil
	case c.version.has(needsProjectOfRead):
		return internalError(projectGone(r))
	}
	return panicked()
}

func (c *call) isBroken(r *release) bool { return slices.Contains(c.broken, r.id) }

func projectGone(r *release) string {
	return "failed to find product template " + r.project + ", err: " + noDocuments
}

func (c *call) getRelease() *response {
	switch {
	case c.version.has(projectForRelease) && c.query.Get("projectName") == "":
		return failed(codeBadRequest, "projectName can't be empty!")
	case c.state == noPermission:
		return empty(http.StatusForbidden)
	case c.unlicensed(licenseForRelease):
		return failed(codeLicense, "")
	case c.state == databaseDown, c.version.has(byIDFindsNothing):
		return failed(codeGetRelease, "")
	}
	r := c.data.release(c.id)
	if r == nil {
		return failed(codeGetRelease, "")
	}
	if resp := c.unreadable(r); resp != nil {
		return resp
	}
	return jsonResponse(c.appendRelease(nil, r, false, false))
}

// checkRelease fails if a project already has a version. Zadig checks no
// permission here, and reports that the version exists if the database is down.
func (c *call) checkRelease() *response {
	project, name := c.query.Get("projectName"), c.query.Get("version")
	switch {
	case name == "":
		return failed(codeCheckRelease, "版本不能为空")
	case project == "":
		return failed(codeCheckRelease, "项目名称不能为空")
	case c.state == databaseDown, c.data.releaseNamed(project, name) != nil:
		return failed(codeCheckRelease, "版本 "+name+" 已存在")
	}
	return jsonResponse([]byte(`{"message":"success"}`))
}

// getEnvironment returns the environment that a release was deployed to, or null
// if there is none.
func (c *call) getEnvironment() *response {
	if c.state == noPermission {
		return empty(http.StatusForbidden)
	}
	r := c.data.release(c.id)
	if r == nil || c.state == databaseDown || c.version.has(byIDFindsNothing) {
		resp := failed(codeGetEnvironment, "")
		if c.version.has(documentedErrors) {
			resp.body = bytes.Replace(resp.body, []byte("获取环境失败"), []byte("获取集成环境失败"), 1)
		}
		return resp
	}
	shape := shapeOf("release", c.version).find("versionInfo.productEnvInfo")[0]
	return jsonResponse(shape.append(nil, object(r.document(c.version), "versionInfo")["productEnvInfo"]))
}

func (c *call) listLabels() *response {
	switch c.state {
	case noPermission:
		return empty(http.StatusForbidden)
	case licenseExpired:
		return failed(codeLicense, "")
	case databaseDown:
		return internalError(databaseText)
	}
	labels := []string{}
	for _, r := range c.data.allReleases() {
		if r.project == c.query.Get("projectName") {
			labels = append(labels, r.labels...)
		}
	}
	labels = slices.DeleteFunc(labels, func(l string) bool { return l == "" })
	slices.Sort(labels)
	return jsonResponse(appendJSON(nil, slices.Compact(labels)))
}

// listServiceNames returns the names in the order of the releases. A real server
// returns them in random order.
func (c *call) listServiceNames() *response {
	switch c.state {
	case noPermission:
		return empty(http.StatusForbidden)
	case databaseDown:
		return failed(codeListReleases, "")
	}
	names, project := []string{}, c.query.Get("projectName")
	for _, r := range c.data.allReleases() {
		if project != "" && r.project != project {
			continue
		}
		for _, name := range r.services {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return jsonResponse(appendJSON(nil, names))
}

// listArgs are the parameters of a list of releases.
type listArgs struct {
	project, workflow, service, label string
	taskID, page, perPage             int64
	brief                             bool
}

func (c *call) listArgs() (*listArgs, *response) {
	args := &listArgs{
		project:  c.query.Get("projectName"),
		workflow: c.query.Get("workflowName"),
		service:  c.query.Get("serviceName"),
		brief:    c.version.has(hasBrief) && c.query.Get("verbosity") == "brief",
	}
	if refused := c.listNumbers(args); refused != nil {
		return nil, refused
	}
	if !c.version.has(flatReleases) {
		return args, nil
	}
	args.service = "" // accepted and ignored
	if label := c.query.Get("label"); label != "" {
		decoded, err := url.QueryUnescape(label) // once more, after the query's own
		if err != nil {
			return nil, failed(codeBadRequest, err.Error())
		}
		args.label = decoded
	}
	return args, nil
}

func (c *call) listNumbers(args *listArgs) *response {
	for _, n := range []struct {
		name, prefix string
		value        *int64
		unset        int64 // up to v1.7.1
	}{
		{"taskId", "", &args.taskID, 0},
		{"per_page", "perPage args err :", &args.perPage, 20},
		{"page", "page args err :", &args.page, 1},
	} {
		given := c.query.Get(n.name)
		if given == "" {
			if c.version.has(rawPaging) {
				*n.value = n.unset
			}
			continue
		}
		i, err := strconv.Atoi(given)
		if err != nil && c.version.has(documentedErrors) {
			return failed(codeBadRequest, n.prefix+err.Error())
		}
		if err != nil {
			return empty(http.StatusBadRequest)
		}
		*n.value = int64(i)
	}
	if c.version.has(rawPaging) || c.version.has(flatReleases) {
		return nil
	}
	if args.page <= 0 {
		args.page = 1
	}
	if args.perPage <= 0 {
		args.perPage = 20
	}
	return nil
}

func (a *listArgs) filter(releases []*release) []*release {
	return slices.DeleteFunc(releases, func(r *release) bool {
		return a.project != "" && r.project != a.project ||
			a.workflow != "" && r.workflow != a.workflow ||
			a.taskID != 0 && r.taskID != a.taskID ||
			a.label != "" && !slices.Contains(r.labels, a.label)
	})
}

// window returns a page as the database does: all items if page is below 1, all
// items after skip if the limit is 0. A negative limit stands for its absolute
// value. A negative skip, which an overflow can cause, is an error.
func window[T any](all []T, page, perPage int64) (items []T, skip int64) {
	if page <= 0 {
		return all, 0
	}
	skip = perPage * (page - 1)
	if skip < 0 {
		return nil, skip
	}
	all = all[min(skip, int64(len(all))):]
	if limit := max(perPage, -perPage); limit > 0 {
		all = all[:min(limit, int64(len(all)))]
	}
	return all, skip
}
