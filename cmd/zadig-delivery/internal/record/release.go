// Package record defines the records of releases, images and commits that commands
// write as JSON, for -o json and the tools for agents. No field is a credential.
package record

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/zadig-go/zadig/delivery"
)

// Release is a release without its details.
type Release struct {
	ID          string    `json:"id"`
	Project     string    `json:"project"`
	Version     string    `json:"version"`
	Env         string    `json:"env"`               // "": none
	Status      string    `json:"status"`            // see Status
	Failure     string    `json:"failure,omitempty"` // the server's reason why it failed
	Workflow    string    `json:"workflow"`
	Task        int       `json:"task"`
	Type        string    `json:"type"`
	Labels      []string  `json:"labels"`
	CreatedBy   string    `json:"created_by"`
	CreatedAt   time.Time `json:"created_at"`
	Description string    `json:"description"`
	Images      []Image   `json:"images,omitzero"` // nil: not read
}

// Image is an image of a release.
type Image struct {
	Service   string `json:"service"`
	Container string `json:"container"`
	Image     string `json:"image"`
}

// Place returns service and container, or the service alone if both have the same
// name.
func (i Image) Place() string {
	if i.Container == i.Service {
		return i.Service
	}
	return strings.Trim(i.Service+"/"+i.Container, "/")
}

// NewRelease returns the record of a release, without images.
func NewRelease(r *delivery.Release) Release {
	v := r.VersionInfo
	return Release{
		ID: v.ID, Project: v.ProductName, Version: v.Version, Env: r.Environment(), Status: Status(r), Failure: r.FailureReason(),
		Workflow: v.WorkflowName, Task: v.TaskID, Type: v.Type, Labels: append([]string{}, v.Labels...),
		CreatedBy: v.CreatedBy, CreatedAt: v.Created().UTC(), Description: v.Desc,
	}
}

// Images returns the images of a release, each once, because a packaged chart and its
// environment may both name the same image.
func Images(r *delivery.Release) []Image {
	images := []Image{}
	for _, i := range r.Images() {
		if !slices.ContainsFunc(images, func(j Image) bool { return j.Service == i.Service && j.Image == i.Image }) {
			images = append(images, Image(i))
		}
	}
	return images
}

// Sources maps the reference of each image in [Images] to the reference under which
// Zadig built it. Zadig cannot trace a reference that a release pushed.
func Sources(releases ...*delivery.Release) map[string]string {
	sources := make(map[string]string)
	for _, r := range releases {
		built := r.SourceImages()
		for n, i := range r.Images() {
			sources[i.Image] = built[n].Image
		}
	}
	return sources
}

// Status returns how a release ended: success, failed, or creating if it has not
// ended.
func Status(r *delivery.Release) string {
	switch {
	case r.Succeeded():
		return delivery.StatusSuccess
	case r.InProgress():
		return delivery.StatusCreating
	}
	return r.VersionInfo.Status
}

// WebURL returns the address of a release's page in the Zadig at base, or ""
// without a base.
func WebURL(base string, r Release) string { return page(base, r, "version", "detail", r.ID) }

// TaskURL returns the address of the page of the workflow task that made a
// release, or "".
func TaskURL(base string, r Release) string {
	if r.Task == 0 || r.Workflow == "" {
		return ""
	}
	return page(base, r, "pipelines", "custom", r.Workflow, strconv.Itoa(r.Task))
}

func page(base string, r Release, path ...string) string {
	if base == "" {
		return ""
	}
	var address strings.Builder
	address.WriteString(strings.TrimSuffix(base, "/") + "/v1/projects/detail/" + url.PathEscape(r.Project))
	for _, segment := range path {
		address.WriteString("/" + url.PathEscape(segment))
	}
	return address.String()
}
