package delivery

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/zadig-go/zadig/internal/errdef"
	"github.com/zadig-go/zadig/internal/nilsafe"
)

// wireRelease decodes both objects that servers send for a release. It has no
// UnmarshalJSON method, because that would slow decoding down.
type wireRelease struct {
	documentedRelease
	releaseV4
	IsSummary bool `json:"summary"` // written by MarshalJSON; no server sends it

	raw json.RawMessage
}

// documentedRelease is the object up to v3.4.
type documentedRelease struct {
	VersionInfo       *VersionInfo      `json:"versionInfo"`
	BuildInfo         []*BuildInfo      `json:"buildInfo,omitzero"`
	DeployInfo        []*DeployInfo     `json:"deployInfo,omitzero"`
	TestInfo          []*TestInfo       `json:"testInfo,omitzero"`
	DistributeInfo    []*DistributeInfo `json:"distributeInfo,omitzero"`
	SecurityStatsInfo []*SecurityStats  `json:"securityStatsInfo,omitzero"`
}

// releaseV4 is the object since v4.0, in the server's order.
type releaseV4 struct {
	ID                    string         `json:"id"`
	Version               string         `json:"version"`
	ProjectName           string         `json:"project_name"`
	EnvName               string         `json:"env_name"`
	Production            bool           `json:"production"`
	Type                  string         `json:"type"`
	Source                string         `json:"source"`
	Desc                  string         `json:"desc"`
	Labels                []string       `json:"labels,omitzero"`
	ImageRegistryID       string         `json:"image_registry_id"`
	OriginalChartRepoName string         `json:"original_chart_repo_name"`
	ChartRepoName         string         `json:"chart_repo_name"`
	Services              []*FlatService `json:"services,omitzero"`
	Status                string         `json:"status"`
	WorkflowName          string         `json:"workflow_name"`
	TaskID                int            `json:"task_id"`
	Error                 string         `json:"error"`
	CreatedBy             string         `json:"created_by"`
	CreatedAt             int64          `json:"created_at"`
}

// UnmarshalJSON decodes a release of any version and replaces its credentials, as
// described at [Release]. If the object is not a release, the error matches
// zadig.ErrUnexpectedResponse.
func (r *Release) UnmarshalJSON(data []byte) error {
	if string(data) == "null" { // no-op, by convention
		return nil
	}
	var w wireRelease
	if err := json.Unmarshal(data, &w); err != nil {
		return err
	}
	if w.VersionInfo == nil && w.ID == "" && w.Services == nil {
		return fmt.Errorf("%w: not a release: %w", errdef.ErrUnexpectedResponse, errNoRelease)
	}
	*r = *w.release()
	return nil
}

// MarshalJSON writes the kind of object that the release was decoded from: the flat
// object of v4.0 if Services is not nil, and the documented one otherwise.
func (r Release) MarshalJSON() ([]byte, error) {
	if r.isV4() {
		return json.Marshal(struct {
			releaseV4
			IsSummary bool `json:"summary,omitzero"`
		}{r.v4(), r.isSummary})
	}
	return json.Marshal(struct {
		documentedRelease
		IsSummary bool `json:"summary,omitzero"`
	}{r.documented(), r.isSummary})
}

// errNoRelease means that a JSON object, such as {}, is not a release.
var errNoRelease = errors.New("missing versionInfo and id")

// Validate returns an error if the object has no id. Every stored release has one.
func (w *wireRelease) Validate() error {
	switch id, _ := w.key(); {
	case id != "":
		return nil
	case w.VersionInfo != nil:
		return errors.New("versionInfo has no id")
	}
	return errNoRelease
}

// SetRaw keeps the JSON of a release.
func (w *wireRelease) SetRaw(raw json.RawMessage) { w.raw = raw }

// key returns the release's id and creation time, as far as they were read.
func (w *wireRelease) key() (id string, created int64) {
	if w.VersionInfo != nil {
		return w.VersionInfo.ID, w.VersionInfo.CreatedAt
	}
	return w.ID, w.CreatedAt
}

// release returns the release without its credentials.
func (w *wireRelease) release() *Release {
	var r *Release
	if w.VersionInfo != nil {
		r = w.documentedRelease.release()
	} else {
		r = w.releaseV4.release()
	}
	r.isSummary = w.IsSummary
	if raw := w.raw; raw != nil {
		r.raw = func() json.RawMessage { return raw }
	}
	return r
}

func (d *documentedRelease) release() *Release {
	r := &Release{
		VersionInfo:       d.VersionInfo,
		BuildInfo:         d.BuildInfo,
		DeployInfo:        d.DeployInfo,
		TestInfo:          d.TestInfo,
		DistributeInfo:    d.DistributeInfo,
		SecurityStatsInfo: d.SecurityStatsInfo,
	}
	r.redact()
	return r
}

// documented returns the object to encode. If the release has no VersionInfo, the
// object has an empty one, so that it can be decoded again.
func (r *Release) documented() documentedRelease {
	return documentedRelease{
		VersionInfo:       nilsafe.OrZero(r.VersionInfo),
		BuildInfo:         r.BuildInfo,
		DeployInfo:        r.DeployInfo,
		TestInfo:          r.TestInfo,
		DistributeInfo:    r.DistributeInfo,
		SecurityStatsInfo: r.SecurityStatsInfo,
	}
}

// isV4 reports whether a server of v4.0 or later sent the release.
func (r *Release) isV4() bool { return r.Services != nil }

// release returns the release. Services is not nil, so isV4 is true.
func (v *releaseV4) release() *Release {
	services := v.Services
	if services == nil {
		services = []*FlatService{}
	}
	return &Release{
		VersionInfo: &VersionInfo{
			ID:           v.ID,
			Version:      v.Version,
			ProductName:  v.ProjectName,
			WorkflowName: v.WorkflowName,
			Type:         v.Type,
			TaskID:       v.TaskID,
			Desc:         v.Desc,
			Labels:       v.Labels,
			Status:       v.Status,
			CreatedBy:    v.CreatedBy,
			CreatedAt:    v.CreatedAt,
		},
		EnvName:               v.EnvName,
		Production:            v.Production,
		Source:                v.Source,
		ImageRegistryID:       v.ImageRegistryID,
		OriginalChartRepoName: v.OriginalChartRepoName,
		ChartRepoName:         v.ChartRepoName,
		Services:              services,
		Error:                 v.Error,
	}
}

// v4 returns the object to encode.
func (r *Release) v4() releaseV4 {
	v := nilsafe.OrZero(r.VersionInfo)
	return releaseV4{
		ID:                    v.ID,
		Version:               v.Version,
		ProjectName:           v.ProductName,
		EnvName:               r.EnvName,
		Production:            r.Production,
		Type:                  v.Type,
		Source:                r.Source,
		Desc:                  v.Desc,
		Labels:                v.Labels,
		ImageRegistryID:       r.ImageRegistryID,
		OriginalChartRepoName: r.OriginalChartRepoName,
		ChartRepoName:         r.ChartRepoName,
		Services:              r.Services,
		Status:                v.Status,
		WorkflowName:          v.WorkflowName,
		TaskID:                v.TaskID,
		Error:                 r.Error,
		CreatedBy:             v.CreatedBy,
		CreatedAt:             v.CreatedAt,
	}
}
