package delivery

import (
	"encoding/json"
	"fmt"

	"github.com/zadig-go/zadig/internal/errdef"
	"github.com/zadig-go/zadig/internal/nilsafe"
)

// shape holds the top-level members of both objects that servers send for a
// release. It needs no unmarshaler of its own, so that a release can be
// decoded from a stream; release makes a Release of it.
type shape struct {
	nested
	flat
}

// nested is the documented object, up to v3.4.1.
type nested struct {
	VersionInfo       *VersionInfo      `json:"versionInfo"`
	BuildInfo         []*BuildInfo      `json:"buildInfo,omitzero"`
	DeployInfo        []*DeployInfo     `json:"deployInfo,omitzero"`
	TestInfo          []*TestInfo       `json:"testInfo,omitzero"`
	DistributeInfo    []*DistributeInfo `json:"distributeInfo,omitzero"`
	SecurityStatsInfo []*SecurityStats  `json:"securityStatsInfo,omitzero"`
}

// flat is the object since v4.0.0, in the order in which the server sends it.
type flat struct {
	ID                    string            `json:"id"`
	Version               string            `json:"version"`
	ProjectName           string            `json:"project_name"`
	EnvName               string            `json:"env_name"`
	Production            bool              `json:"production"`
	Type                  string            `json:"type"`
	Source                string            `json:"source"`
	Desc                  string            `json:"desc"`
	Labels                []string          `json:"labels,omitzero"`
	ImageRegistryID       string            `json:"image_registry_id"`
	OriginalChartRepoName string            `json:"original_chart_repo_name"`
	ChartRepoName         string            `json:"chart_repo_name"`
	Services              []*ReleaseService `json:"services,omitzero"`
	Status                string            `json:"status"`
	WorkflowName          string            `json:"workflow_name"`
	TaskID                int               `json:"task_id"`
	Error                 string            `json:"error"`
	CreatedBy             string            `json:"created_by"`
	CreatedAt             int64             `json:"created_at"`
}

// release tells the two shapes apart. What is neither, as {} or the answer of
// something that is no Zadig, is an error and never an empty release.
func (s *shape) release() (*Release, error) {
	switch {
	case s.VersionInfo != nil:
		return s.nested.release(), nil
	case s.ID != "" || s.Services != nil:
		return s.flat.release(), nil
	}
	return nil, fmt.Errorf("%w: not a release: neither versionInfo nor id is there", errdef.ErrUnexpectedResponse)
}

// answered is release for what a server sent: each one that is stored has an
// id, so one without is something else.
func (s *shape) answered() (*Release, error) {
	r, err := s.release()
	if err == nil && r.VersionInfo.ID == "" {
		return nil, fmt.Errorf("%w: not a release: it has no id", errdef.ErrUnexpectedResponse)
	}
	return r, err
}

// id is the release's id, as far as it was read.
func (s *shape) id() string {
	if s.VersionInfo != nil {
		return s.VersionInfo.ID
	}
	return s.ID
}

func (n *nested) release() *Release {
	return &Release{
		VersionInfo:       n.VersionInfo,
		BuildInfo:         n.BuildInfo,
		DeployInfo:        n.DeployInfo,
		TestInfo:          n.TestInfo,
		DistributeInfo:    n.DistributeInfo,
		SecurityStatsInfo: n.SecurityStatsInfo,
	}
}

func (f *flat) release() *Release {
	services := f.Services
	if services == nil {
		services = []*ReleaseService{} // not nil: this is what tells a flat release
	}
	return &Release{
		VersionInfo: &VersionInfo{
			ID:           f.ID,
			Version:      f.Version,
			ProductName:  f.ProjectName,
			WorkflowName: f.WorkflowName,
			Type:         f.Type,
			TaskID:       f.TaskID,
			Desc:         f.Desc,
			Labels:       f.Labels,
			Status:       f.Status,
			CreatedBy:    f.CreatedBy,
			CreatedAt:    f.CreatedAt,
		},
		EnvName:               f.EnvName,
		Production:            f.Production,
		Source:                f.Source,
		ImageRegistryID:       f.ImageRegistryID,
		OriginalChartRepoName: f.OriginalChartRepoName,
		ChartRepoName:         f.ChartRepoName,
		Services:              services,
		Error:                 f.Error,
	}
}

// nested and flat are the way back. Only one of them is sent. A release
// without VersionInfo is written with an empty one, so that it can be read
// again.

func (r *Release) nested() nested {
	return nested{
		VersionInfo:       nilsafe.OrZero(r.VersionInfo),
		BuildInfo:         r.BuildInfo,
		DeployInfo:        r.DeployInfo,
		TestInfo:          r.TestInfo,
		DistributeInfo:    r.DistributeInfo,
		SecurityStatsInfo: r.SecurityStatsInfo,
	}
}

func (r *Release) flat() flat {
	v := nilsafe.OrZero(r.VersionInfo)
	return flat{
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

// UnmarshalJSON reads a release in either shape. An object that is neither is
// an error that matches zadig.ErrUnexpectedResponse.
func (r *Release) UnmarshalJSON(data []byte) error {
	if r == nil {
		return errdef.BadArgument("delivery.Release", "UnmarshalJSON", "the receiver is nil")
	}
	var s shape
	if err := json.Unmarshal(data, &s); err != nil {
		return err
	}
	release, err := s.release()
	if err != nil {
		return err
	}
	*r = *release
	return nil
}

// MarshalJSON writes the shape that the release has: the flat one if Services
// is not nil, else the documented one. Credentials of commits are written.
func (r Release) MarshalJSON() ([]byte, error) {
	if r.Services != nil {
		return json.Marshal(r.flat())
	}
	return json.Marshal(r.nested())
}

// isFlat tells whether a server of v4.0 or later sent the release.
func (r *Release) isFlat() bool { return r.Services != nil }

// keepRaw keeps the JSON that the release was read from, nil for none.
func (r *Release) keepRaw(raw json.RawMessage) {
	if raw != nil {
		r.raw = func() json.RawMessage { return raw }
	}
}
