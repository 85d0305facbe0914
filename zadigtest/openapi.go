package zadigtest

import (
	"net/http"
	"strconv"

	"github.com/zadig-go/zadig/delivery"
)

// openapi handles requests to /openapi, which ignores collaboration modes.
func (c *call) openapi() *response {
	switch c.endpoint {
	case OpenAPIListReleases:
		return c.openAPIList()
	case OpenAPIGetRelease:
		return c.openAPIRelease()
	case GetWorkflowTask:
		return c.getTask()
	}
	return c.openAPIDetail()
}

func (c *call) openAPIList() *response {
	page, perPage, refused := c.openAPIPaging()
	switch {
	case refused != nil:
		return refused
	case c.state == noPermission:
		return empty(http.StatusForbidden)
	case c.unlicensed(licenseForList):
		return failed(codeLicense, "")
	case c.state == databaseDown && c.version.has(flatReleases):
		return internalError("failed to list delivery version, error: " + databaseText)
	case c.state == databaseDown:
		return internalError("failed to list delivery version, error: " + messageListReleases + ": " + databaseText)
	}
	args := listArgs{project: c.query.Get("projectKey")}
	found := args.filter(c.data.allReleases())
	shown, _ := window(found, page, perPage) // a skip that overflows shows nothing
	list := []any{}
	for _, r := range shown {
		info := openAPIInfo(r, c.version)
		if !c.version.has(flatReleases) {
			delete(info, "labels") // forgotten there
		}
		list = append(list, info)
	}
	return jsonResponse(shapeOf("openapi list", c.version).append(nil, map[string]any{"list": list, "total": len(found)}))
}

// openAPIPaging reads the paging parameters of the list, which are required, as
// is projectKey.
func (c *call) openAPIPaging() (page, perPage int64, refused *response) {
	for _, n := range []struct {
		name  string
		value *int64
	}{
		{"pageNum", &page},
		{"pageSize", &perPage},
	} {
		given := c.query.Get(n.name)
		if given == "" {
			continue
		}
		var err error
		if *n.value, err = strconv.ParseInt(given, 10, 64); err != nil {
			return 0, 0, failed(codeBadRequest, err.Error())
		}
	}
	missing := ""
	for _, m := range []struct {
		field string
		empty bool
	}{
		{"ProjectKey", c.query.Get("projectKey") == ""},
		{"PageNum", page == 0},
		{"PageSize", perPage == 0},
	} {
		if m.empty {
			if missing != "" {
				missing += "\n"
			}
			missing += "Key: 'OpenAPIListDeliveryVersionRequest." + m.field +
				"' Error:Field validation for '" + m.field + "' failed on the 'required' tag"
		}
	}
	if missing != "" {
		return 0, 0, failed(codeBadRequest, missing)
	}
	if page < 0 {
		page = 1
	}
	if perPage < 0 {
		perPage = 20
	}
	return page, perPage, nil
}

// openAPIInfo returns a release with the member names of the OpenAPI.
func openAPIInfo(r *release, v version) map[string]any {
	info := r.document(v)
	createdBy := info["created_by"]
	if !v.has(flatReleases) {
		info = object(info, "versionInfo")
		createdBy = info["createdBy"]
	}
	return map[string]any{
		"id":           info["id"],
		"version_name": info["version"],
		"type":         info["type"],
		"source":       info["source"],
		"status":       info["status"],
		"labels":       info["labels"],
		"description":  info["desc"],
		"created_by":   createdBy,
		"create_time":  info["created_at"],
	}
}

// openAPIRelease returns a release by id, up to v3.4.1. Zadig panics for
// releases made by workflows, which have no progress.
func (c *call) openAPIRelease() *response {
	failure := "failed to get delivery version, ID: " + c.id + ", error: "
	notFound := internalError(failure + codeMessages[codeGetRelease] + ": ")
	switch {
	case c.query.Get("projectKey") == "":
		return failed(codeBadRequest, "projectKey can't be empty!")
	case c.state == noPermission:
		return empty(http.StatusForbidden)
	case c.unlicensed(licenseForRelease):
		return failed(codeLicense, "")
	case c.state == databaseDown:
		return notFound
	}
	r := c.data.release(c.id)
	if r == nil {
		return notFound
	}
	if c.isBroken(r) {
		return internalError(failure + projectGone(r))
	}
	doc := r.document(c.version)
	info := openAPIInfo(r, c.version)
	info["progress"] = openAPIProgress(object(object(doc, "versionInfo"), "progress"), text(info, "status"))
	shown := map[string]any{"version_info": info}
	switch text(info, "type") {
	case delivery.TypeK8SYAML:
		shown["deploy_infos"] = openAPIDeploys(doc)
	case delivery.TypeHelmChart:
		shown["distribute_infos"] = openAPIDistributes(doc, "distributeInfo")
	default:
		return panicked()
	}
	return jsonResponse(shapeOf("openapi release", c.version).append(nil, shown))
}

// openAPIProgress returns the stored progress, or one derived from the status.
func openAPIProgress(progress map[string]any, status string) map[string]any {
	if progress == nil {
		progress = map[string]any{"uploadStatus": map[string]string{
			delivery.StatusSuccess: "success",
			delivery.StatusFailed:  "failed",
		}[status]}
		fill(progress, "uploadStatus", "uploading")
	}
	return map[string]any{
		"success_count": progress["successCount"],
		"total_count":   progress["totalCount"],
		"upload_status": progress["uploadStatus"],
		"error":         progress["error"],
	}
}

func openAPIDeploys(doc map[string]any) (shown []any) {
	for _, d := range array(doc, "deployInfo") {
		d, _ := d.(map[string]any)
		shown = append(shown, map[string]any{
			"id":             d["id"],
			"service_name":   d["real_service_name"],
			"service_module": d["service_module"],
			"image":          d["image"],
			"image_name":     d["image_name"],
			"registry_id":    d["registry_id"],
			"create_time":    d["created_at"],
		})
	}
	return shown
}

// openAPIDistributes returns distributed charts and images, each with members of
// its own. Files have hardly any.
func openAPIDistributes(parent map[string]any, member string) (shown []any) {
	for _, d := range array(parent, member) {
		d, _ := d.(map[string]any)
		s := map[string]any{
			"id":              d["id"],
			"distribute_type": d["distributeType"],
			"create_time":     d["created_at"],
			"sub_distributes": openAPIDistributes(d, "subDistributes"),
		}
		switch text(d, "distributeType") {
		case delivery.DistributeChart:
			s["service_name"] = d["chartName"]
			s["chart_name"] = d["chartName"]
			s["chart_repo_name"] = d["chartRepoName"]
			s["chart_version"] = d["chartVersion"]
		case delivery.DistributeImage:
			s["service_name"] = d["chartName"]
			s["service_module"] = d["image_name"]
			s["image"] = d["image"]
			s["image_name"] = d["image_name"]
			s["namespace"] = d["namespace"]
		}
		shown = append(shown, s)
	}
	return shown
}

// openAPIDetail returns a release by project and version, since v4.0.0. Unlike
// the release by id, it does not need the project to exist.
func (c *call) openAPIDetail() *response {
	project, name := c.query.Get("projectKey"), c.query.Get("versionName")
	failure := "failed to get delivery version, projectName: " + project + ", versionName: " + name + " error: "
	switch {
	case name == "":
		return failed(codeBadRequest, "versionName can't be empty!")
	case project == "":
		return failed(codeBadRequest, "projectKey can't be empty!")
	case c.state == noPermission:
		return empty(http.StatusForbidden)
	case c.unlicensed(licenseForRelease):
		return failed(codeLicense, "")
	case c.state == databaseDown:
		return internalError(failure + databaseText)
	}
	r := c.data.releaseNamed(project, name)
	if r == nil {
		return internalError(failure + noDocuments)
	}
	doc := r.document(c.version)
	shown := without(doc, "services")
	services := []any{}
	for _, s := range array(doc, "services") {
		s, _ := s.(map[string]any)
		services = append(services, without(s, "original_chart_version")) // forgotten there
	}
	shown["services"] = services
	return jsonResponse(shapeOf("openapi detail", c.version).append(nil, shown))
}
