package zadigtest

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
)

// call is one request as aslan sees it, behind the gateway and picket.
type call struct {
	*Server
	version  version
	endpoint Endpoint
	id       string // of GetRelease and GetArtifact
	query    url.Values
	state    condition
	broken   []string // ids of releases that cannot be read
}

// aslan answers the calls to /api/aslan.
func (c *call) aslan() *answer {
	if a := c.collaborate(); a != nil {
		return a
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

func (c *call) listReleases() *answer {
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
		if a := c.unreadable(r); a != nil && !args.brief && !c.version.has(flatReleases) {
			return c.withTotal(a, 0)
		}
		if len(body) > 1 {
			body = append(body, ',')
		}
		body = c.appendRelease(body, r, args.brief, true)
	}
	return c.withTotal(jsonAnswer(append(body, ']')), len(found))
}

func (c *call) withTotal(a *answer, total int) *answer {
	if c.version.has(totalOfReleases) {
		a.with("X-Total", strconv.Itoa(total))
	}
	return a
}

// listFailed is the response of a version when the database fails a list.
func (c *call) listFailed(text string) *answer {
	switch {
	case c.version.has(documentedErrors):
		return failed(codeBadRequest, messageListReleases+": ")
	case c.version.has(flatReleases):
		return c.withTotal(internalError(text), 0)
	}
	return c.withTotal(failed(codeListReleases, ""), 0)
}

// appendRelease writes a release as the version of the server shows it.
func (c *call) appendRelease(b []byte, r *release, brief, inList bool) []byte {
	doc := r.document(c.version)
	if c.version.has(flatReleases) {
		if inList && c.version.has(listWithoutServices) {
			doc = without(doc, "services")
		}
		return shapeOf("flat", c.version).append(b, doc)
	}
	if brief {
		info := without(object(doc, "versionInfo"), "progress") // worked out for the details
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

// unreadable is the answer when a record cannot be read, nil when it can.
func (c *call) unreadable(r *release) *answer {
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

func (c *call) getRelease() *answer {
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
	if a := c.unreadable(r); a != nil {
		return a
	}
	return jsonAnswer(c.appendRelease(nil, r, false, false))
}

// checkRelease fails if a project has a version already. Zadig asks for no
// permission here, and takes a database that is down for a yes.
func (c *call) checkRelease() *answer {
	project, name := c.query.Get("projectName"), c.query.Get("version")
	switch {
	case name == "":
		return failed(codeCheckRelease, "版本不能为空")
	case project == "":
		return failed(codeCheckRelease, "项目名称不能为空")
	case c.state == databaseDown, c.data.releaseNamed(project, name) != nil:
		return failed(codeCheckRelease, "版本 "+name+" 已存在")
	}
	return jsonAnswer([]byte(`{"message":"success"}`))
}

// getEnvironment is the environment that a release was deployed to, null if
// there is none.
func (c *call) getEnvironment() *answer {
	if c.state == noPermission {
		return empty(http.StatusForbidden)
	}
	r := c.data.release(c.id)
	if r == nil || c.state == databaseDown || c.version.has(byIDFindsNothing) {
		a := failed(codeGetEnvironment, "")
		if c.version.has(documentedErrors) {
			a.body = bytes.Replace(a.body, []byte("获取环境失败"), []byte("获取集成环境失败"), 1)
		}
		return a
	}
	shape := shapeOf("release", c.version).find("versionInfo.productEnvInfo")[0]
	return jsonAnswer(shape.append(nil, object(r.document(c.version), "versionInfo")["productEnvInfo"]))
}

func (c *call) listLabels() *answer {
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
	return jsonAnswer(appendJSON(nil, slices.Compact(labels)))
}

// listServiceNames gives the names in the order in which they are met, a real
// server in a random one.
func (c *call) listServiceNames() *answer {
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
	return jsonAnswer(appendJSON(nil, names))
}

// listArgs are the parameters of a list of releases.
type listArgs struct {
	project, workflow, service, label string
	taskID, page, perPage             int64
	brief                             bool
}

func (c *call) listArgs() (*listArgs, *answer) {
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
	args.service = "" // taken, and not looked at
	if label := c.query.Get("label"); label != "" {
		decoded, err := url.QueryUnescape(label) // once more, after the query's own
		if err != nil {
			return nil, failed(codeBadRequest, err.Error())
		}
		args.label = decoded
	}
	return args, nil
}

func (c *call) listNumbers(args *listArgs) *answer {
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

// window is a page as the database cuts it: everything without a page,
// everything behind skip with a limit of 0, and a negative limit is taken
// for its absolute value. A negative skip is an error, which a product that
// overflows can be, too.
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
