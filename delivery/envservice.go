package delivery

import (
	"encoding/json"
	"time"

	"github.com/zadig-go/zadig/internal/nilsafe"
	"github.com/zadig-go/zadig/internal/unixtime"
)

// EnvService is one service of an environment.
type EnvService struct {
	ServiceName  string         `json:"service_name"`           // name in the project
	ReleaseName  string         `json:"release_name,omitzero"`  // since v1.18.0: Helm release
	ProductName  string         `json:"product_name"`           // project
	Type         string         `json:"type"`                   // "k8s" or "helm" in every recording
	Revision     int            `json:"revision"`               // revision of the service, from 1
	Containers   []*Container   `json:"containers,omitzero"`    // absent when empty
	Render       *ServiceRender `json:"render,omitzero"`        // up to v1.15.0 and, with other members, since v2.0.0; nil when absent
	Error        string         `json:"error,omitzero"`         // since v1.12.0; absent when ""
	Resources    []*Resource    `json:"resources,omitzero"`     // since v2.1.0; absent when empty
	UpdateTime   int64          `json:"update_time,omitzero"`   // since v2.0.0: Unix seconds
	RenderedYAML string         `json:"rendered_yaml,omitzero"` // since v3.3.0: Kubernetes manifests; absent when ""
}

// Updated returns UpdateTime as a time.Time, or the zero Time if it is unset.
func (s *EnvService) Updated() time.Time { return unixtime.Time(nilsafe.OrZero(s).UpdateTime) }

// Container is one container of an EnvService with its image.
type Container struct {
	Name      string     `json:"name"`                // name in the manifest
	Type      string     `json:"type,omitzero"`       // since v3.2.0
	Image     string     `json:"image"`               // image reference
	ImageName string     `json:"image_name,omitzero"` // since v1.11.0: name without registry and tag; absent when ""
	ImagePath *ImagePath `json:"imagePath,omitzero"`  // for charts: the values that name the image, or nil
}

// ImagePath names the keys of a chart's values that have the parts of an image
// reference.
type ImagePath struct {
	Repo      string `json:"repo,omitzero"`      // key of the registry; absent when ""
	Namespace string `json:"namespace,omitzero"` // since v2.0.0: key of the namespace; absent when ""
	Image     string `json:"image,omitzero"`     // key of the name; absent when ""
	Tag       string `json:"tag,omitzero"`       // key of the tag; absent when ""
}

// Resource is a Kubernetes object of a service. Since v2.1.0. Its members are
// capitalized on the wire.
type Resource struct {
	Group   string `json:"Group"`   // API group, "" for the core group
	Version string `json:"Version"` // API version, such as "v1"
	Kind    string `json:"Kind"`    // such as "Deployment"
	Name    string `json:"Name"`    // name of the object
}

// ServiceRender has the members of two objects that servers send under the same
// name: a RenderInfo up to v1.15.0, and a ChartInfo since v2.0.0. The ChartInfo is
// empty for a release that was made before the upgrade to v2.0.0.
type ServiceRender struct {
	Name        string `json:"name,omitzero"`         // up to v1.15.0
	Revision    int    `json:"revision,omitzero"`     // up to v1.15.0
	ProductTmpl string `json:"product_tmpl,omitzero"` // up to v1.15.0: project
	Description string `json:"description,omitzero"`  // up to v1.15.0

	ChartInfo // since v2.0.0
}

// ChartInfo describes a chart and the values that it is installed with. Each member
// is absent when "" or false.
type ChartInfo struct {
	ServiceName       string        `json:"service_name,omitzero"`         // service in the project
	ReleaseName       string        `json:"release_name,omitzero"`         // since v1.18.0: Helm release
	IsHelmChartDeploy bool          `json:"is_helm_chart_deploy,omitzero"` // since v1.18.0: from a chart repository
	ChartRepo         string        `json:"chart_repo,omitzero"`           // since v1.18.0: chart repository
	ChartName         string        `json:"chart_name,omitzero"`           // since v1.18.0
	ChartVersion      string        `json:"chart_version,omitzero"`        // version of the chart
	ValuesYAML        string        `json:"values_yaml,omitzero"`          // up to v3.2.1: values of the chart
	OverrideYAML      *OverrideYAML `json:"override_yaml,omitzero"`        // YAML that overrides the chart's values; nil when absent
	OverrideValues    string        `json:"override_values,omitzero"`      // single values that override the chart's, as JSON text
}

// OverrideYAML is a piece of YAML and its origin. Before v1.18.0, YAMLContent is
// absent when "".
type OverrideYAML struct {
	YAMLContent       string              `json:"yaml_content,omitzero"`        // the YAML
	RenderVariableKVs []*RenderVariableKV `json:"render_variable_kvs,omitzero"` // since v1.18.0: the YAML's variables one by one
	Source            string              `json:"source,omitzero"`              // since v1.11.0: kind of origin
	AutoSync          bool                `json:"auto_sync,omitzero"`           // since v1.11.0: the YAML follows its origin
	AutoSyncYAML      string              `json:"auto_sync_yaml,omitzero"`      // since v3.3.0: the YAML of the origin
	SourceDetail      json.RawMessage     `json:"source_detail,omitzero"`       // since v1.11.0: any JSON value, as sent, also null
	SourceID          string              `json:"source_id,omitzero"`           // since v1.16.0: origin's id
}

// RenderVariableKV is one variable of a service. Since v1.18.0.
type RenderVariableKV struct {
	Key                 string          `json:"key"`                            // name
	Value               json.RawMessage `json:"value"`                          // any JSON value; "[redacted]" if Key is secret
	Type                string          `json:"type"`                           // kind of Value
	Options             []string        `json:"options,omitzero"`               // values to choose from
	Desc                string          `json:"desc"`                           // free text
	UseGlobalVariable   bool            `json:"use_global_variable"`            // Value is taken from the GlobalVariable
	IsReferenceVariable bool            `json:"is_reference_variable,omitzero"` // since v3.4.0: Value refers to another variable
}
