package environment

import (
	"time"

	"github.com/zadig-go/zadig/internal/nilsafe"
	"github.com/zadig-go/zadig/internal/redact"
	"github.com/zadig-go/zadig/internal/unixtime"
)

// Values of Environment.Status. The first four were seen on v2.3.1, v3.4.1 and v5.0.0;
// the others come from Zadig's source.
const (
	StatusSuccess  = "success"
	StatusFailed   = "failed"
	StatusCreating = "creating"
	StatusSleeping = "sleeping" // its workloads are scaled down; its images are still returned
	StatusUpdating = "updating"
	StatusDeleting = "deleting"
	StatusUnstable = "unstable"
	StatusUnknown  = "unknown"
)

// Environment is one environment of a project. Its fields are those in the
// responses of v2.3.1, v3.4.1 and v5.0.0 that the tests of this module use. According to
// Zadig's source, servers have sent the same fields since v1.18.0. Variables are left out, because their values may be secrets.
type Environment struct {
	ProjectName string `json:"project_key"`       // in lists, the requested project, because servers do not send it
	Name        string `json:"env_key"`           // unique within its project, such as "dev"
	Alias       string `json:"env_name,omitzero"` // display name, such as "开发环境"; "" if there is none
	ClusterID   string `json:"cluster_id"`        // 24 hex digits, even if the cluster was deleted
	Namespace   string `json:"namespace"`         // Kubernetes namespace
	RegistryID  string `json:"registry_id"`       // 24 hex digits; if it has none, List returns the default registry, and Get returns ""
	Production  bool   `json:"production"`        // from Get, the requested value, because servers do not send it
	// Status is the status of the last change to the environment, not the status of its
	// pods: it can be StatusSuccess while the cluster is down.
	Status     string        `json:"status"`
	UpdateBy   string        `json:"update_by"`         // who last changed anything in it: a user name, or "system"
	UpdateTime int64         `json:"update_time"`       // Unix seconds: when anything in it last changed
	Services   []*EnvService `json:"services,omitzero"` // in the order of the environment's service groups; nil in lists
}

// Values of EnvService.Status. The first four are in recorded responses; the others come
// from Zadig's source.
const (
	ServiceRunning   = "running"
	ServiceUnstable  = "unstable"  // a pod is not ready
	ServiceUnstart   = "unstart"   // it has no pods
	ServiceSucceeded = "succeeded" // it has no workload; for example, it is only a ConfigMap
	ServiceError     = "error"
	ServiceFailed    = "failed"
	ServicePending   = "pending"
)

// EnvService is a service of an environment.
type EnvService struct {
	ServiceName string       `json:"service_name"`
	Type        string       `json:"type"`       // "k8s" or "helm"
	Containers  []*Container `json:"containers"` // may be empty
	// Status is the status of the service's pods at the time of the request, such as
	// ServiceRunning. "" means that the status is not known, never that the service is
	// healthy. It is always "" for helm services. If the server has lost its connection to
	// the cluster, Status is "" for all services (seen on v3.4.1 and v5.0.0), or Get fails
	// (seen on v2.3.1).
	Status string `json:"status"`
}

// Container is a container of a service, with the image that Zadig stored when it
// deployed the service. The cluster may run another image.
type Container struct {
	Name      string `json:"name"`
	Type      string `json:"type,omitzero"`       // since v3.2.0: "init" for an init container, "" for others
	Image     string `json:"image"`               // reference with a tag or a digest, as stored
	ImageName string `json:"image_name,omitzero"` // last part of the reference's name, absent when ""
}

// Image is the image of one container of a service. It has the same fields as
// delivery.Image: to compare it with an image of a release, convert it with
// delivery.Image(i).
type Image struct {
	Service   string `json:"service"`
	Container string `json:"container"`
	Image     string `json:"image"` // reference: registry, name, and tag or digest
}

// String returns the service, the container and the reference of the image in one
// line, such as "shop/cart: registry.example.com/cart:1.2".
func (i Image) String() string {
	return redact.Line(i.Service + "/" + i.Container + ": " + i.Image)
}

// IsSummary reports whether the environment comes from a list and so has no
// services.
func (e *Environment) IsSummary() bool { return e != nil && e.Services == nil }

// Images returns the images of all services, in the server's order. They are the images
// that Zadig stored as deployed; the cluster may run others. The result is nil for an
// environment from a list.
func (e *Environment) Images() (images []Image) {
	for s := range nilsafe.Values(nilsafe.OrZero(e).Services) {
		images = append(images, imagesOf(s.ServiceName, s.Containers)...)
	}
	return images
}

func imagesOf(service string, containers []*Container) (images []Image) {
	for c := range nilsafe.Values(containers) {
		if c.Image != "" {
			images = append(images, Image{service, c.Name, c.Image})
		}
	}
	return images
}

// Updated returns UpdateTime as a time.Time, or the zero Time if it is unset.
func (e *Environment) Updated() time.Time { return unixtime.Time(nilsafe.OrZero(e).UpdateTime) }
