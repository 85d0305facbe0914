package delivery

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/zadig-go/zadig/internal/errdef"
	"github.com/zadig-go/zadig/internal/nilsafe"
)

// wireRelease holds the top-level members of both objects that servers send
// for a release. It needs no unmarshaler of its own, which would slow decoding
// down.
type wireRelease struct {
	nested
	flat
	ServicesOmitted bool `json:"services_omitted"`

	raw json.RawMessage
}

// encodedFlat is a flat release as this package writes it: with a member that
// no server sends.
type encodedFlat struct {
	flat
	ServicesOmitted bool `json:"services_omitted,omitzero"`
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

// errNoRelease is the reason why a JSON object is not a release. An object with
// neither member, such as {} or the response of another server, is never decoded
// as an empty release.
var errNoRelease = errors.New("neither versionInfo nor id is there")

// Validate returns an error for an object without an id, which every stored
// release has.
func (w *wireRelease) Validate() error {
	switch {
	case w.VersionInfo == nil && w.ID == "":
		return errNoRelease
	case w.id() == "":
		return errors.New("versionInfo has no id")
	}
	return nil
}

// SetRaw keeps the JSON of a release.
func (w *wireRelease) SetRaw(raw json.RawMessage) { w.raw = raw }

// id returns the release's id, as far as it was read.
func (w *wireRelease) id() string {
	if w.VersionInfo != nil {
		return w.VersionInfo.ID
	}
	return w.ID
}

// createdAt returns when the release was created, as far as it was read.
func (w *wireRelease) createdAt() int64 {
	if w.VersionInfo != nil {
		return w.VersionInfo.CreatedAt
	}
	return w.CreatedAt
}

// release returns the release in the shape in which it came.
func (w *wireRelease) release() *Release {
	r := w.flat.release
	if w.VersionInfo != nil {
		r = w.nested.release
	}
	release := r()
	release.servicesOmitted = w.ServicesOmitted && release.isFlat()
	if raw := w.raw; raw != nil {
		release.raw = func() json.RawMessage { return raw }
	}
	return release
}

// listed returns the release as a list has it. Lists leave services empty
// since v4.2, so one without services may have some.
func (w *wireRelease) listed() *Release {
	r := w.release()
	r.servicesOmitted = r.isFlat() && len(r.Services) == 0
	return r
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
		services = []*FlatService{} // not nil: this is what makes a release flat
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
		return errdef.BadArgument("delivery.Release", "UnmarshalJSON", "got a nil *Release, want one to decode into")
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

// MarshalJSON writes the shape that the release has: the flat one if Services
// is not nil, else the documented one. Credentials are written, except for a
// log record of slog; [Release.WithoutCredentials] makes a copy without them.
func (r Release) MarshalJSON() ([]byte, error) {
	if r.Services != nil {
		return json.Marshal(encodedFlat{r.flat(), r.ServicesOmitted()})
	}
	return json.Marshal(r.nested())
}

// isFlat reports whether a server of v4.0 or later sent the release.
func (r *Release) isFlat() bool { return r.Services != nil }
