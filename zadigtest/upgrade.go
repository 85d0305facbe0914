package zadigtest

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/zadig-go/zadig/delivery"
)

// document returns the release in the shape of a version, with the members that
// later versions derive from others. It may have members that the version does
// not send: fields.tsv leaves them out.
func (r *release) document(v version) map[string]any {
	switch {
	case v >= v40 && r.isFlat():
		return r.doc
	case v >= v40:
		return flatten(r.doc, r.Source)
	case r.isFlat():
		return nest(r.doc)
	}
	doc := maps.Clone(r.doc)
	if info := object(doc, "versionInfo"); object(info, "progress") != nil {
		info = maps.Clone(info)
		info["progress"] = renameProgress(object(info, "progress"))
		doc["versionInfo"] = info
	}
	nameDeploys(doc)
	nameDistributes(doc)
	return doc
}

// renameProgress returns a progress with its members under both names, those of
// v2.2.0 and the older ones.
func renameProgress(progress map[string]any) map[string]any {
	progress = maps.Clone(progress)
	for older, newer := range map[string]string{
		"successChartCount": "successCount",
		"totalChartCount":   "totalCount",
		"packageStatus":     "uploadStatus",
	} {
		if isEmpty(progress[newer]) {
			progress[newer] = progress[older]
		}
		if isEmpty(progress[older]) {
			progress[older] = progress[newer]
		}
	}
	return progress
}

func nameDeploys(doc map[string]any) {
	each(doc, "deployInfo", func(d map[string]any) {
		container := text(d, "containerName")
		if container != "" {
			fill(d, "real_service_name", rawServiceName(text(d, "serviceName"), container))
		}
		fill(d, "service_module", container)
		fill(d, "image_name", imageName(text(d, "image")))
	})
}

func nameDistributes(doc map[string]any) {
	each(doc, "distributeInfo", func(d map[string]any) {
		each(d, "subDistributes", func(sub map[string]any) {
			if text(sub, "distributeType") == "image" {
				image := text(sub, "registryName")
				fill(sub, "image", image)
				fill(sub, "image_name", imageName(image))
				fill(sub, "service_module", imageName(image))
			}
		})
	})
}

// each calls f with a copy of each object of an array and replaces the array by
// the copies.
func each(o map[string]any, name string, f func(map[string]any)) {
	copied := slices.Clone(array(o, name))
	for i, e := range copied {
		if e, ok := e.(map[string]any); ok {
			e = maps.Clone(e)
			f(e)
			copied[i] = e
		}
	}
	if copied != nil {
		o[name] = copied
	}
}

func fill(o map[string]any, name, value string) {
	if isEmpty(o[name]) {
		o[name] = value
	}
}

// flatten returns a release of an older version as it is after an upgrade to
// v4.0.0: the common members, and services from the distributed charts, else
// from the deploys, else from the environment. Unlike the upgrade of a real
// server, it keeps ids and the releases of workflows.
func flatten(doc map[string]any, source string) map[string]any {
	info := object(doc, "versionInfo")
	env := object(info, "productEnvInfo")
	flat := map[string]any{
		"id":            info["id"],
		"version":       info["version"],
		"project_name":  info["productName"],
		"env_name":      env["env_name"],
		"production":    env["production"],
		"type":          delivery.TypeK8SYAML,
		"source":        cmp.Or(source, delivery.SourceFromEnv),
		"desc":          info["desc"],
		"labels":        info["labels"],
		"status":        cmp.Or(text(info, "status"), "success"),
		"workflow_name": info["workflowName"],
		"task_id":       info["taskId"],
		"error":         object(info, "progress")["error"],
		"created_by":    info["createdBy"],
		"created_at":    info["created_at"],
	}
	services := &flatServices{byName: make(map[string]map[string]any)}
	if text(info, "type") == delivery.TypeHelmChart {
		flat["type"] = delivery.TypeHelmChart
		for _, d := range array(doc, "distributeInfo") {
			services.addChart(flat, d)
		}
	} else {
		for _, d := range array(doc, "deployInfo") {
			services.addDeploy(flat, d)
		}
	}
	if len(services.list) == 0 {
		for _, group := range array(env, "services") {
			group, _ := group.([]any)
			for _, s := range group {
				services.addFromEnv(s)
			}
		}
	}
	flat["services"] = services.list
	return flat
}

type flatServices struct {
	list   []any
	byName map[string]map[string]any
}

func (s *flatServices) get(name string) map[string]any {
	service, ok := s.byName[name]
	if !ok {
		service = map[string]any{"service_name": name}
		s.byName[name] = service
		s.list = append(s.list, service)
	}
	return service
}

func (s *flatServices) addChart(flat map[string]any, distribute any) {
	d, _ := distribute.(map[string]any)
	if text(d, "distributeType") != "chart" {
		return
	}
	if isEmpty(flat["chart_repo_name"]) {
		flat["chart_repo_name"] = d["chartRepoName"]
	}
	service := s.get(text(d, "chartName"))
	service["chart_name"] = d["chartName"]
	service["original_chart_version"] = d["chartVersion"]
	service["chart_version"] = d["chartVersion"]
	service["chart_status"] = "passed"
	for _, sub := range array(d, "subDistributes") {
		sub, _ := sub.(map[string]any)
		image := text(sub, "registryName")
		addImage(service, imageName(image), image)
	}
}

func (s *flatServices) addDeploy(flat map[string]any, deploy any) {
	d, _ := deploy.(map[string]any)
	if isEmpty(flat["image_registry_id"]) {
		flat["image_registry_id"] = d["registry_id"]
	}
	container := text(d, "containerName")
	service := s.get(rawServiceName(text(d, "serviceName"), container))
	if isEmpty(service["yaml_content"]) {
		var manifests []string
		for _, y := range array(d, "yamlContents") {
			y, _ := y.(string)
			manifests = append(manifests, y)
		}
		service["yaml_content"] = strings.Join(manifests, "\n---\n")
	}
	if image := text(d, "image"); image != "" {
		addImage(service, container, image)
	}
}

func (s *flatServices) addFromEnv(envService any) {
	e, _ := envService.(map[string]any)
	service := s.get(text(e, "service_name"))
	for _, c := range array(e, "containers") {
		c, _ := c.(map[string]any)
		image := addImage(service, text(c, "name"), text(c, "image"))
		image["image_path"] = c["imagePath"]
	}
}

func addImage(service map[string]any, container, image string) map[string]any {
	added := map[string]any{
		"container_name":   container,
		"image_name":       imageName(image),
		"source_image":     image,
		"source_image_tag": imageTag(image),
		"target_image":     image,
		"target_image_tag": imageTag(image),
	}
	images, _ := service["images"].([]any)
	service["images"] = append(images, added)
	return added
}

// imageName returns the last part of a reference without its tag or digest.
func imageName(image string) string {
	image = image[strings.LastIndexByte(image, '/')+1:]
	if i := strings.IndexAny(image, ":@"); i >= 0 {
		return image[:i]
	}
	return image
}

func imageTag(image string) string {
	image = image[strings.LastIndexByte(image, '/')+1:]
	return image[strings.LastIndexByte(image, ':')+1:]
}

// nest returns a flat release in the shape of an older version, which has no
// members for the services.
func nest(flat map[string]any) map[string]any {
	info := map[string]any{
		"id":           flat["id"],
		"version":      flat["version"],
		"productName":  flat["project_name"],
		"workflowName": flat["workflow_name"],
		"type":         flat["type"],
		"taskId":       flat["task_id"],
		"desc":         flat["desc"],
		"labels":       flat["labels"],
		"status":       flat["status"],
		"createdBy":    flat["created_by"],
		"created_at":   flat["created_at"],
	}
	if !isEmpty(flat["env_name"]) {
		info["productEnvInfo"] = map[string]any{
			"product_name": flat["project_name"],
			"env_name":     flat["env_name"],
			"production":   flat["production"],
		}
	}
	return map[string]any{"versionInfo": info}
}
