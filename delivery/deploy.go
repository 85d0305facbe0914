package delivery

import (
	"cmp"
	"time"

	"github.com/zadig-go/zadig/internal/nilsafe"
	"github.com/zadig-go/zadig/internal/unixtime"
)

// DeployInfo describes one container that was deployed for a release.
type DeployInfo struct {
	ID              string       `json:"id"`                         // 24 hex digits
	ReleaseID       string       `json:"releaseId"`                  // 24 hex digits
	ServiceName     string       `json:"serviceName"`                // "service/container" if a container name is stored, else "service"
	ContainerName   string       `json:"containerName"`              // "" in records without one
	Image           string       `json:"image,omitzero"`             // image reference; absent when ""
	RegistryID      string       `json:"registry_id,omitzero"`       // absent when ""
	YAMLContents    []string     `json:"yamlContents,omitzero"`      // Kubernetes manifests, often the bulk of a release
	Envs            []*DeployEnv `json:"envs,omitzero"`              // variables of the environment
	OrderedServices [][]string   `json:"orderedServices,omitzero"`   // service names, in the groups that are deployed together
	StartTime       int64        `json:"start_time,omitzero"`        // Unix seconds, absent when 0
	EndTime         int64        `json:"end_time,omitzero"`          // Unix seconds, absent when 0
	CreatedAt       int64        `json:"created_at"`                 // Unix seconds
	DeletedAt       int64        `json:"deleted_at"`                 // Unix seconds, 0: not deleted
	RealServiceName string       `json:"real_service_name,omitzero"` // since v2.3.0: the service's own name; see Service
	ServiceModule   string       `json:"service_module,omitzero"`    // since v2.3.0: name of the container; see Container
	ImageName       string       `json:"image_name,omitzero"`        // since v2.3.0: name without registry and tag
}

// Started returns StartTime as a time.Time, or the zero Time if it is unset.
func (d *DeployInfo) Started() time.Time { return unixtime.Time(nilsafe.OrZero(d).StartTime) }

// Ended returns EndTime as a time.Time, or the zero Time if it is unset.
func (d *DeployInfo) Ended() time.Time { return unixtime.Time(nilsafe.OrZero(d).EndTime) }

// Created returns CreatedAt as a time.Time, or the zero Time if it is unset.
func (d *DeployInfo) Created() time.Time { return unixtime.Time(nilsafe.OrZero(d).CreatedAt) }

// Deleted returns DeletedAt as a time.Time, or the zero Time if it is unset.
func (d *DeployInfo) Deleted() time.Time { return unixtime.Time(nilsafe.OrZero(d).DeletedAt) }

// Service returns the service's own name: "nginx" if ServiceName is
// "nginx/nginx-test".
func (d *DeployInfo) Service() string {
	d = nilsafe.OrZero(d)
	return cmp.Or(d.RealServiceName, d.ownServiceName())
}

// Container returns the name of the container, or "" if the record has none.
func (d *DeployInfo) Container() string {
	d = nilsafe.OrZero(d)
	return cmp.Or(d.ServiceModule, d.ContainerName)
}

// DeployEnv is one variable of a deployment.
type DeployEnv struct {
	Key   string `json:"key"`   // name of the variable
	Value string `json:"value"` // "[redacted]" if Key is secret
}
