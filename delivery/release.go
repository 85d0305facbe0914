package delivery

import (
	"cmp"
	"encoding/json"
	"time"

	"github.com/zadig-go/zadig/internal/nilsafe"
	"github.com/zadig-go/zadig/internal/unixtime"
)

// Values of VersionInfo.Type.
const (
	// TypeK8SWorkflow means that a workflow made the release, which is possible up to
	// v3.4. Most servers store "" for such a release.
	TypeK8SWorkflow = "K8SWorkflow"
	TypeHelmChart   = "HelmChart" // packaged charts, since v1.8.0
	TypeK8SYAML     = "K8SYaml"   // Kubernetes manifests and their images, since v2.2.0
)

// Values of Release.Source, which says how the services of the release were chosen.
// Zadig v4.0.0 and later send it. These values are from Zadig's source.
const (
	SourceManual      = "manual"       // one by one
	SourceFromEnv     = "from_env"     // from the environment EnvName
	SourceFromVersion = "from_version" // from an earlier release
)

// Values of VersionInfo.Status, since v1.8.0. For a release without a status, see
// [Release.Succeeded].
const (
	StatusCreating = "creating"
	StatusRetrying = "retrying"
	StatusSuccess  = "success"
	StatusFailed   = "failed"
)

// Release is one version in the delivery center.
//
// Zadig up to v3.4 sends the documented JSON object, which fills the first group of
// fields. Zadig since v4.0 sends a flat object, which fills VersionInfo and the second
// group. Services is nil after decoding a documented object, and never nil after decoding
// a flat one. Encoding a release writes the kind of object that was decoded.
//
// Decoding replaces credentials with "[redacted]": the tokens, keys and passwords of
// commits, the addresses of chat webhooks, and the values of variables whose name ends in
// "token", "password", "secret" or the like. It removes user info from addresses. It does
// not change manifests, chart values or RawJSON.
//
// The comment of each field begins with its JSON member. Here and in the types below, a
// field whose comment names no version is sent by every version that sends the object.
// This is known from recordings of v1.11.0 and v5.0.0 and the source of v1.6.0 to v5.0.0.
type Release struct {
	VersionInfo       *VersionInfo      `json:"versionInfo"`                // never nil in a decoded release
	BuildInfo         []*BuildInfo      `json:"buildInfo,omitzero"`         // one per built service
	DeployInfo        []*DeployInfo     `json:"deployInfo,omitzero"`        // one per deployed container; none for charts
	TestInfo          []*TestInfo       `json:"testInfo,omitzero"`          // test reports
	DistributeInfo    []*DistributeInfo `json:"distributeInfo,omitzero"`    // distributed images, charts and files
	SecurityStatsInfo []*SecurityStats  `json:"securityStatsInfo,omitzero"` // one per scanned image; up to v3.4.0

	EnvName               string         `json:"env_name,omitzero"`                 // since v4.0.0: see Environment
	Production            bool           `json:"production,omitzero"`               // since v4.0.0: EnvName is a production environment
	Source                string         `json:"source,omitzero"`                   // since v4.0.0: such as SourceManual
	ImageRegistryID       string         `json:"image_registry_id,omitzero"`        // since v4.0.0: registry to which images are pushed
	OriginalChartRepoName string         `json:"original_chart_repo_name,omitzero"` // since v4.0.0: repository from which charts are read
	ChartRepoName         string         `json:"chart_repo_name,omitzero"`          // since v4.0.0: repository to which charts are pushed
	Services              []*FlatService `json:"services,omitzero"`                 // since v4.0.0
	Error                 string         `json:"error,omitzero"`                    // since v4.0.0: why the release failed, else ""

	isSummary bool
	raw       func() json.RawMessage // a closure, so that %+v does not print the document
}

// IsSummary reports whether r comes from a list and its details were not read, so that
// its services, builds, deploys and images are unknown. This is the case with
// VerbosityBrief and, since Zadig v4.2, with SkipDetails. Encoding a summary writes
// the member "summary", which no server sends.
func (r *Release) IsSummary() bool { return r != nil && r.isSummary }

// Environment returns the name of the environment that the release was made from,
// such as "dev", or "" if it is unknown. Servers from v3.0 to v3.4 do not send it
// with VerbosityBrief.
func (r *Release) Environment() string {
	return cmp.Or(nilsafe.OrZero(r).EnvName, r.environment().EnvName)
}

// environment returns the environment of a release up to v3.4, or an empty one.
func (r *Release) environment() *ProductEnvInfo {
	return nilsafe.OrZero(nilsafe.OrZero(nilsafe.OrZero(r).VersionInfo).ProductEnvInfo)
}

// RawJSON returns the JSON that the release was decoded from, including credentials
// and members that this package does not know. It returns nil unless the client was
// made with zadig.WithRawJSON.
func (r *Release) RawJSON() json.RawMessage {
	if r == nil || r.raw == nil {
		return nil
	}
	return r.raw()
}

// VersionInfo identifies and describes a release. Servers since v4.0 fill only ID,
// Version, ProductName, WorkflowName, Type, TaskID, Desc, Labels, Status, CreatedBy
// and CreatedAt.
type VersionInfo struct {
	ID                  string          `json:"id"`                           // 24 hex digits
	OrgID               int             `json:"orgId,omitzero"`               // up to v1.6.0
	Version             string          `json:"version"`                      // name of the version, chosen by its author
	ProductName         string          `json:"productName"`                  // project
	WorkflowName        string          `json:"workflowName"`                 // "" for chart releases up to v2.1
	WorkflowDisplayName string          `json:"workflowDisplayName,omitzero"` // since v1.16.0, mostly ""
	Type                string          `json:"type,omitzero"`                // since v1.8.0: such as TypeHelmChart
	TaskID              int             `json:"taskId"`                       // task of the workflow, from 1; unique only within that workflow
	Desc                string          `json:"desc"`                         // free text
	Labels              []string        `json:"labels,omitzero"`              // free text
	ProductEnvInfo      *ProductEnvInfo `json:"productEnvInfo"`               // nil if nothing was deployed and, since v3.0.0, in a summary
	Status              string          `json:"status,omitzero"`              // since v1.8.0: such as StatusCreating; see Succeeded
	Progress            *Progress       `json:"progress,omitzero"`            // since v1.8.0; nil if a workflow made the release
	CreatedBy           string          `json:"createdBy"`                    // user name
	CreatedAt           int64           `json:"created_at"`                   // Unix seconds
	DeletedAt           int64           `json:"deleted_at"`                   // Unix seconds, 0: not deleted
}

// Created returns CreatedAt as a time.Time, or the zero Time if it is unset.
func (v *VersionInfo) Created() time.Time { return unixtime.Time(nilsafe.OrZero(v).CreatedAt) }

// Deleted returns DeletedAt as a time.Time, or the zero Time if it is unset.
func (v *VersionInfo) Deleted() time.Time { return unixtime.Time(nilsafe.OrZero(v).DeletedAt) }

// Progress counts the charts or images of a release that were pushed. Zadig v2.2.0
// renamed the first three members to the names of the next three, so a server sends
// either the old names or the new ones.
type Progress struct {
	SuccessChartCount int               `json:"successChartCount,omitzero"` // v1.8.0 to v2.1.0: charts pushed so far
	TotalChartCount   int               `json:"totalChartCount,omitzero"`   // v1.8.0 to v2.1.0
	PackageStatus     string            `json:"packageStatus,omitzero"`     // v1.8.0 to v2.1.0: success, failed, waiting or uploading
	SuccessCount      int               `json:"successCount,omitzero"`      // since v2.2.0
	TotalCount        int               `json:"totalCount,omitzero"`        // since v2.2.0
	UploadStatus      string            `json:"uploadStatus,omitzero"`      // since v2.2.0
	WorkflowStatus    []*WorkflowStatus `json:"workflowStatus,omitzero"`    // since v3.1.0
	Error             string            `json:"error"`                      // why the release failed, else ""
}

// WorkflowStatus describes one image that is pushed for a release. Since v3.1.0
// (from Zadig's source).
type WorkflowStatus struct {
	JobName       string `json:"job_name"`       // job of the workflow
	ServiceName   string `json:"service_name"`   // service that the image is for
	ServiceModule string `json:"service_module"` // container of that service
	TargetImage   string `json:"target_image"`   // reference that the job pushes to
	Status        string `json:"status"`         // status of the job
}
