package delivery

import (
	"encoding/json"
	"time"

	"github.com/zadig-go/zadig/internal/nilsafe"
	"github.com/zadig-go/zadig/internal/unixtime"
)

// ProductEnvInfo describes the environment that a release was made from, as it was
// at that time. In a release, the server leaves most scalars zero. "In every recording"
// means in every response that was recorded for the tests of this module.
type ProductEnvInfo struct {
	ID                    string                `json:"id"`                               // not set: 24 zeros
	ProductName           string                `json:"product_name"`                     // project
	CreateTime            int64                 `json:"create_time"`                      // Unix seconds, 0 in every recording
	UpdateTime            int64                 `json:"update_time"`                      // Unix seconds, 0 in every recording
	Namespace             string                `json:"namespace,omitzero"`               // Kubernetes namespace; absent when ""
	Status                string                `json:"status"`                           // "" in every recording
	Revision              int                   `json:"revision"`                         // revision of the environment
	Enabled               bool                  `json:"enabled"`                          // false in every recording
	EnvName               string                `json:"env_name"`                         // such as "dev"
	UpdateBy              string                `json:"update_by"`                        // user name
	Auth                  []*EnvAuth            `json:"auth,omitzero"`                    // up to v1.18.0
	Services              [][]*EnvService       `json:"services,omitzero"`                // groups that are deployed together
	Render                *RenderInfo           `json:"render"`                           // nil since v2.0.0
	Error                 string                `json:"error"`                            // "" if the environment is healthy
	Vars                  []*EnvVar             `json:"vars,omitzero"`                    // up to v1.15.0; absent when empty
	IsPublic              bool                  `json:"isPublic"`                         // false in every recording
	RoleIDs               []int                 `json:"roleIds,omitzero"`                 // roles that may see the environment
	ClusterID             string                `json:"cluster_id,omitzero"`              // Kubernetes cluster; absent when ""
	RecycleDay            int                   `json:"recycle_day"`                      // days until it is recycled, 0: never
	Source                string                `json:"source"`                           // "helm" for charts, else ""
	IsOpensource          bool                  `json:"is_opensource"`                    // false in every recording
	RegistryID            string                `json:"registry_id,omitzero"`             // since v1.8.0: registry of its images
	BaseName              string                `json:"base_name,omitzero"`               // since v1.10.0
	IsExisted             bool                  `json:"is_existed,omitzero"`              // since v1.10.0
	ShareEnv              *ShareEnv             `json:"share_env,omitzero"`               // since v1.11.0, nil before
	ServiceDeployStrategy map[string]string     `json:"service_deploy_strategy,omitzero"` // since v1.16.0: by service name
	AnalysisConfig        *AnalysisConfig       `json:"analysis_config,omitzero"`         // since v1.18.0, may be nil
	NotificationConfigs   []*NotificationConfig `json:"notification_configs,omitzero"`    // since v1.18.0
	PreSleepStatus        map[string]int        `json:"pre_sleep_status,omitzero"`        // since v2.0.0: replicas by workload, before sleep
	DefaultValues         string                `json:"default_values,omitzero"`          // since v2.0.0: YAML; absent when ""
	YAMLData              *OverrideYAML         `json:"yaml_data,omitzero"`               // since v2.0.0: origin of DefaultValues, or nil
	GlobalVariables       []*GlobalVariable     `json:"global_variables,omitzero"`        // since v2.0.0; absent when empty
	IstioGrayscale        *IstioGrayscale       `json:"istio_grayscale,omitzero"`         // since v2.2.0, nil before
	Production            bool                  `json:"production,omitzero"`              // since v1.17.0: a production environment
	Alias                 string                `json:"alias,omitzero"`                   // since v1.17.0: name that Zadig's pages show
	EnvConfigYAMLs        []string              `json:"env_config_yamls,omitzero"`        // v1.11.0 to v1.12.0: manifests; absent when empty
}

// Created returns CreateTime as a time.Time, or the zero Time if it is unset.
func (p *ProductEnvInfo) Created() time.Time { return unixtime.Time(nilsafe.OrZero(p).CreateTime) }

// Updated returns UpdateTime as a time.Time, or the zero Time if it is unset.
func (p *ProductEnvInfo) Updated() time.Time { return unixtime.Time(nilsafe.OrZero(p).UpdateTime) }

// EnvAuth says which permissions a user or team has in an environment. Up to
// v1.18.0.
type EnvAuth struct {
	Type        string   `json:"type"`                 // kind of Name: user or team
	Name        string   `json:"name"`                 // name of the user or team
	Permissions []string `json:"permissions,omitzero"` // granted permissions
}

// RenderInfo names the set of variables that an environment is rendered with.
type RenderInfo struct {
	Name        string `json:"name"`         // usually the name of the namespace
	Revision    int    `json:"revision"`     // from 1
	ProductTmpl string `json:"product_tmpl"` // project
	Description string `json:"description"`  // free text
}

// EnvVar is one template variable of an environment. Up to v1.15.0.
type EnvVar struct {
	Key      string   `json:"key"`               // name
	Value    string   `json:"value"`             // "[redacted]" if Key is secret
	Alias    string   `json:"alias"`             // how templates write it, such as "{{.name}}"
	State    string   `json:"state"`             // "present" in every recording
	Services []string `json:"services,omitzero"` // names of the services that use it
}

// ShareEnv says whether an environment shares services with another environment.
// Since v1.11.0.
type ShareEnv struct {
	Enable  bool   `json:"enable"`   // services are shared
	IsBase  bool   `json:"is_base"`  // this is the base environment, which others share
	BaseEnv string `json:"base_env"` // the base environment, "" if IsBase
}

// AnalysisConfig selects what the environment's analysis covers. Since v1.18.0.
type AnalysisConfig struct {
	ResourceTypes []string `json:"resource_types,omitzero"` // kinds of Kubernetes objects
}

// NotificationConfig says which events of an environment are sent to a chat. Since
// v1.18.0.
type NotificationConfig struct {
	WebhookType string   `json:"webhook_type"`    // kind of chat
	WebhookURL  string   `json:"webhook_url"`     // "[redacted]" if there is one
	Events      []string `json:"events,omitzero"` // kinds of events that are sent
}

// GlobalVariable is one variable for all services of an environment. Since
// v2.0.0.
type GlobalVariable struct {
	Key             string          `json:"key"`                       // name
	Value           json.RawMessage `json:"value"`                     // any JSON value; "[redacted]" if Key is secret
	Type            string          `json:"type"`                      // kind of Value
	Options         []string        `json:"options,omitzero"`          // values to choose from
	Desc            string          `json:"desc"`                      // free text
	RelatedServices []string        `json:"related_services,omitzero"` // names of the services that use it
}

// IstioGrayscale describes an environment's part in a grayscale (canary) release.
// Since v2.2.0.
type IstioGrayscale struct {
	Enable             bool                 `json:"enable"`                        // the environment takes part
	IsBase             bool                 `json:"is_base"`                       // this is the base environment
	BaseEnv            string               `json:"base_env"`                      // "" if it is the base
	GrayscaleStrategy  string               `json:"grayscale_strategy"`            // which of the two lists applies
	WeightConfigs      []*WeightConfig      `json:"weight_configs,omitzero"`       // shares of the traffic
	HeaderMatchConfigs []*HeaderMatchConfig `json:"header_match_configs,omitzero"` // rules on request headers
}

// WeightConfig is the share of the traffic that an environment gets.
type WeightConfig struct {
	Env    string `json:"env"`    // environment
	Weight int    `json:"weight"` // percent
}

// HeaderMatchConfig lists the conditions on headers under which a request goes to
// an environment.
type HeaderMatchConfig struct {
	Env         string         `json:"env"`                   // environment
	HeaderMatch []*HeaderMatch `json:"header_match,omitzero"` // conditions
}

// HeaderMatch is a condition on one request header.
type HeaderMatch struct {
	Key   string `json:"key"`   // name of the header
	Match string `json:"match"` // kind of comparison
	Value string `json:"value"` // value to compare the header with
}
