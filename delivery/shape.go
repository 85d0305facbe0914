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
	members
	IsSummary bool `json:"summary"` // written by MarshalJSON; no server sends it
}

// members has the members of both objects: versionInfo up to v3.4, and those of
// flatVersion since v4.0.
type members struct {
	plainRelease
	flatVersion
}

// plainRelease is a Release without its methods.
type plainRelease Release

// flatVersion has the members of VersionInfo under the names that servers use since
// v4.0.
type flatVersion struct {
	ID                  string          `json:"id"`
	OrgID               int             `json:"-"`
	Version             string          `json:"version"`
	ProductName         string          `json:"project_name"`
	WorkflowName        string          `json:"workflow_name"`
	WorkflowDisplayName string          `json:"-"`
	Type                string          `json:"type"`
	TaskID              int             `json:"task_id"`
	Desc                string          `json:"desc"`
	Labels              []string        `json:"labels,omitzero"`
	ProductEnvInfo      *ProductEnvInfo `json:"-"`
	Status              string          `json:"status"`
	Progress            *Progress       `json:"-"`
	CreatedBy           string          `json:"created_by"`
	CreatedAt           int64           `json:"created_at"`
	DeletedAt           int64           `json:"-"`
}

// flatRelease has the other members that servers send since v4.0, even if they are
// empty.
type flatRelease struct {
	VersionInfo       *VersionInfo      `json:"-"`
	BuildInfo         []*BuildInfo      `json:"-"`
	DeployInfo        []*DeployInfo     `json:"-"`
	TestInfo          []*TestInfo       `json:"-"`
	DistributeInfo    []*DistributeInfo `json:"-"`
	SecurityStatsInfo []*SecurityStats  `json:"-"`

	EnvName               string         `json:"env_name"`
	Production            bool           `json:"production"`
	Source                string         `json:"source"`
	ImageRegistryID       string         `json:"image_registry_id"`
	OriginalChartRepoName string         `json:"original_chart_repo_name"`
	ChartRepoName         string         `json:"chart_repo_name"`
	Services              []*FlatService `json:"services"`
	Error                 string         `json:"error"`

	isSummary bool
	raw       func() json.RawMessage
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
	info := nilsafe.OrZero(r.VersionInfo) // so that the object can be decoded again
	if r.isV4() {
		return json.Marshal(struct {
			flatVersion
			flatRelease
			IsSummary bool `json:"summary,omitzero"`
		}{flatVersion(*info), flatRelease(r), r.isSummary})
	}
	r.VersionInfo = info
	return json.Marshal(struct {
		plainRelease
		IsSummary bool `json:"summary,omitzero"`
	}{plainRelease(r), r.isSummary})
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
func (w *wireRelease) SetRaw(raw json.RawMessage) { w.raw = func() json.RawMessage { return raw } }

// key returns the release's id and creation time, as far as they were read.
func (w *wireRelease) key() (id string, created int64) {
	if w.VersionInfo != nil {
		return w.VersionInfo.ID, w.VersionInfo.CreatedAt
	}
	return w.ID, w.CreatedAt
}

// release returns the release without its credentials.
func (w *wireRelease) release() *Release {
	r := w.members.release()
	r.isSummary = w.IsSummary
	return r
}

func (m *members) release() *Release {
	r := Release(m.plainRelease)
	if r.VersionInfo != nil {
		r.Services = nil
		r.redact()
		return &r
	}
	r.VersionInfo = new(VersionInfo(m.flatVersion))
	if r.Services == nil {
		r.Services = []*FlatService{} // so that isV4 is true
	}
	return &r
}

// isV4 reports whether a server of v4.0 or later sent the release.
func (r *Release) isV4() bool { return r.Services != nil }
