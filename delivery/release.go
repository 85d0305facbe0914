package delivery

import (
	"encoding/json"
	"log/slog"
	"time"

	"github.com/zadig-go/zadig/internal/nilsafe"
	"github.com/zadig-go/zadig/internal/unixtime"
)

// Values of VersionInfo.Type.
const (
	// TypeK8SWorkflow is a release that a workflow made, up to v3.4.1. Servers
	// store "" for it as well.
	TypeK8SWorkflow = "K8SWorkflow"
	TypeHelmChart   = "HelmChart" // packaged charts, since v1.8.0
	TypeK8SYAML     = "K8SYaml"   // Kubernetes manifests and their images, since v2.2.0
)

// Values of Release.Source, since v4.0.0 (read in source): where the services
// of the release come from.
const (
	SourceManual      = "manual"       // chosen one by one
	SourceFromEnv     = "from_env"     // those of the environment EnvName
	SourceFromVersion = "from_version" // those of an earlier release
)

// Values of VersionInfo.Status. Up to v3.4.1 it is "" for a release that a
// workflow made.
const (
	StatusCreating = "creating"
	StatusRetrying = "retrying"
	StatusSuccess  = "success"
	StatusFailed   = "failed"
)

// Release is one version in the delivery center, with what was built,
// deployed, tested and distributed for it.
//
// Up to v3.4 the server sends the documented object ({"versionInfo":{…},
// "buildInfo":[…],…}). Since v4.0 it sends a flat one, which fills VersionInfo and
// the second group of fields only. A release is flat exactly when Services is not
// nil. Encoding a release writes the object that was read.
//
// The info slices are nil with VerbosityBrief, in flat releases, and if there is
// nothing in them (up to v1.7.1: empty).
//
// Fields are those of the documentation, of the responses recorded on v1.11.0
// and v5.0.0, and of the server's source from v1.6.0 to v5.0.0. A field whose
// comment names no version is sent by every server that sends its object.
type Release struct {
	VersionInfo       *VersionInfo      // versionInfo; never nil in a release that was read
	BuildInfo         []*BuildInfo      // buildInfo: one per built service
	DeployInfo        []*DeployInfo     // deployInfo: one per deployed container; none for charts
	TestInfo          []*TestInfo       // testInfo
	DistributeInfo    []*DistributeInfo // distributeInfo: distributed images, charts and files
	SecurityStatsInfo []*SecurityStats  // securityStatsInfo: one per scanned image; up to v3.4.0

	EnvName               string         // env_name, since v4.0.0: environment that was delivered
	Production            bool           // production, since v4.0.0: it is a production environment
	Source                string         // source, since v4.0.0: SourceManual and so on
	ImageRegistryID       string         // image_registry_id, since v4.0.0: registry that images go to
	OriginalChartRepoName string         // original_chart_repo_name, since v4.0.0: repository that charts come from
	ChartRepoName         string         // chart_repo_name, since v4.0.0: repository that charts go to
	Services              []*FlatService // services, since v4.0.0; empty in lists since v4.2.0
	Error                 string         // error, since v4.0.0: why it failed, "" if it did not

	servicesOmitted bool
	raw             func() json.RawMessage // a closure, so that %+v does not print the document
}

// ServicesOmitted reports whether the server left the services of a flat
// release out, and with them its images. Lists do so since v4.2. The methods of
// Service then read the release by id, except with VerbosityBrief and
// VerbosityListed. Encoding keeps it as the member "services_omitted", which no
// server sends.
func (r *Release) ServicesOmitted() bool {
	return r != nil && r.servicesOmitted && len(r.Services) == 0
}

// RawJSON returns the JSON that the release was read from, including members
// that this package does not know. It is nil unless the client was made with
// zadig.WithRawJSON.
func (r *Release) RawJSON() json.RawMessage {
	if r == nil || r.raw == nil {
		return nil
	}
	return r.raw()
}

// LogValue returns what identifies the release. It leaves out the rest, because
// a JSON handler would print the credentials of its commits.
func (r Release) LogValue() slog.Value {
	v := r.VersionInfo
	if v == nil {
		return slog.GroupValue()
	}
	return slog.GroupValue(
		slog.String("id", v.ID),
		slog.String("version", v.Version),
		slog.String("project", v.ProductName),
		slog.String("workflow", v.WorkflowName),
		slog.Int("task", v.TaskID),
	)
}

// VersionInfo identifies and describes a release. A flat release (since v4.0)
// fills only ID, Version, ProductName, WorkflowName, Type, TaskID, Desc, Labels,
// Status, CreatedBy and CreatedAt.
type VersionInfo struct {
	ID                  string          `json:"id"`                           // 24 hex digits
	OrgID               int             `json:"orgId,omitzero"`               // up to v1.6.0
	Version             string          `json:"version"`                      // name of the version, chosen by its author
	ProductName         string          `json:"productName"`                  // project; project_name in a flat release
	WorkflowName        string          `json:"workflowName"`                 // "" for chart releases
	WorkflowDisplayName string          `json:"workflowDisplayName,omitzero"` // since v1.16.0, mostly ""; looked up only in lists of one project, up to v2.3.1
	Type                string          `json:"type,omitzero"`                // since v1.8.0: TypeHelmChart and so on; "" for most that a workflow made
	TaskID              int             `json:"taskId"`                       // workflow task, from 1; unique within its workflow only
	Desc                string          `json:"desc"`                         // free text
	Labels              []string        `json:"labels,omitzero"`              // free text
	ProductEnvInfo      *ProductEnvInfo `json:"productEnvInfo"`               // nil when no deploy step ran, and since v3.0.0 with VerbosityBrief
	Status              string          `json:"status,omitzero"`              // since v1.8.0: StatusCreating and so on, "" for workflow releases
	Progress            *Progress       `json:"progress,omitzero"`            // since v1.8.0: of chart releases, since v2.2.0 also of K8SYaml; else nil
	CreatedBy           string          `json:"createdBy"`                    // user name
	CreatedAt           int64           `json:"created_at"`                   // Unix seconds
	DeletedAt           int64           `json:"deleted_at"`                   // Unix seconds, 0: not deleted
}

// Created returns CreatedAt as a time.Time, or the zero Time if it is unset.
func (v *VersionInfo) Created() time.Time { return unixtime.Time(nilsafe.OrZero(v).CreatedAt) }

// Deleted returns DeletedAt as a time.Time, or the zero Time if it is unset.
func (v *VersionInfo) Deleted() time.Time { return unixtime.Time(nilsafe.OrZero(v).DeletedAt) }

// Progress is how far the packaging of a release has got. v2.2.0 renamed the
// first three members: a release has either set, never both.
type Progress struct {
	SuccessChartCount int               `json:"successChartCount,omitzero"` // v1.8.0 to v2.1.0: charts done
	TotalChartCount   int               `json:"totalChartCount,omitzero"`   // v1.8.0 to v2.1.0
	PackageStatus     string            `json:"packageStatus,omitzero"`     // v1.8.0 to v2.1.0: success, failed, waiting or uploading
	SuccessCount      int               `json:"successCount,omitzero"`      // since v2.2.0
	TotalCount        int               `json:"totalCount,omitzero"`        // since v2.2.0
	UploadStatus      string            `json:"uploadStatus,omitzero"`      // since v2.2.0
	WorkflowStatus    []*WorkflowStatus `json:"workflowStatus,omitzero"`    // since v3.1.0
	Error             string            `json:"error"`                      // why it failed, "" if it did not
}

// WorkflowStatus is one image that a workflow makes for a release, since
// v3.1.0. Read in source only.
type WorkflowStatus struct {
	JobName       string `json:"job_name"`       // job of the workflow
	ServiceName   string `json:"service_name"`   // service that the image is for
	ServiceModule string `json:"service_module"` // container of that service
	TargetImage   string `json:"target_image"`   // image that the job makes
	Status        string `json:"status"`         // status of the job
}
