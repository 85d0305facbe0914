package delivery

import (
	"math"
	"slices"
	"time"

	"github.com/zadig-go/zadig/internal/errdef"
)

// A Mark is the position up to which [Service.Since] has read. Store it as JSON
// between runs. The zero Mark is before the first release. To begin
// at a time t, in Unix seconds, use Mark{CreatedAt: t}; Since then also yields the
// releases of the minute before t.
//
// A Mark is small: Releases has only the releases of the last minute before
// CreatedAt, and those that [Service.Since] may yield again. A Mark has no ids, so
// it stays valid when the upgrade to Zadig v4.0 gives every release a new id.
type Mark struct {
	// The filters of the ListOptions with which the mark was last used. If one of
	// them is set, [Service.Since] refuses ListOptions with a different value,
	// because it would miss releases.
	ProjectName  string `json:"project,omitzero"`
	WorkflowName string `json:"workflow,omitzero"`
	TaskID       int    `json:"task,omitzero"`
	ServiceName  string `json:"service,omitzero"`
	Label        string `json:"label,omitzero"`
	Succeeded    bool   `json:"succeeded,omitzero"`

	// CreatedAt is the creation time of the newest release handled, in Unix
	// seconds. It is never in the future.
	CreatedAt int64           `json:"created_at"`
	Releases  []MarkedRelease `json:"releases,omitzero"`
}

// MarkedRelease is a release that a Mark remembers.
type MarkedRelease struct {
	ProjectName string `json:"project"`
	Version     string `json:"version"`
	CreatedAt   int64  `json:"created_at"` // Unix seconds
	// The reasons why [Service.Since] may yield the release again.
	Unfinished bool `json:"unfinished,omitzero"` // it was in progress
	Failed     bool `json:"failed,omitzero"`     // it had failed, but may be retried
	Unread     bool `json:"unread,omitzero"`     // it could not be read
}

// again reports whether [Service.Since] may yield the release again.
func (r MarkedRelease) again() bool { return r.Unfinished || r.Failed || r.Unread }

const (
	// overlap is the number of seconds before a mark's newest release that are read
	// again, because the server may store a release a little after its CreatedAt.
	overlap = 60
	// giveUpAfter is how many seconds a release may be older than a mark's newest
	// release before the mark stops remembering that it may be yielded again.
	giveUpAfter = 24 * 60 * 60
)

// check returns an error for an invalid mark, or one that was used with other
// filters.
func (m *Mark) check(method string, o ListOptions) error {
	switch {
	case m == nil:
		return errdef.BadArgument(method, "mark", "must not be nil")
	case m.CreatedAt < 0:
		return errdef.BadArgument(method, "mark", "CreatedAt must not be negative (got %d)", m.CreatedAt)
	case m.TaskID != 0 && m.TaskID != o.TaskID:
		return errdef.BadArgument(method, "mark", "TaskID must be %d, as in the mark's last use (got %d)", m.TaskID, o.TaskID)
	case m.Succeeded && !o.Succeeded:
		return errdef.BadArgument(method, "mark", "Succeeded must be set, as in the mark's last use")
	}
	for _, f := range []struct{ name, marked, selected string }{
		{"ProjectName", m.ProjectName, o.ProjectName},
		{"WorkflowName", m.WorkflowName, o.WorkflowName},
		{"ServiceName", m.ServiceName, o.ServiceName},
		{"Label", m.Label, o.Label},
	} {
		if f.marked != "" && f.marked != f.selected {
			return errdef.BadArgument(method, "mark", "%s must be %q, as in the mark's last use (got %q)", f.name, f.marked, f.selected)
		}
	}
	return nil
}

// setFilters stores the filters of o.
func (m *Mark) setFilters(o ListOptions) {
	m.ProjectName, m.WorkflowName, m.TaskID = o.ProjectName, o.WorkflowName, o.TaskID
	m.ServiceName, m.Label, m.Succeeded = o.ServiceName, o.Label, o.Succeeded
}

// recent returns the oldest creation time at which a release without an entry in the
// mark counts as new.
func (m *Mark) recent() int64 {
	if m.CreatedAt == 0 {
		return math.MinInt64
	}
	return m.CreatedAt - overlap
}

// horizon returns the creation time down to which the list must be read.
func (m *Mark) horizon() int64 {
	horizon := m.recent()
	for _, r := range m.Releases {
		if r.again() {
			horizon = min(horizon, r.CreatedAt)
		}
	}
	return horizon
}

// markOf returns the entry of a release that was yielded.
func markOf(v *VersionInfo) MarkedRelease {
	return MarkedRelease{ProjectName: v.ProductName, Version: v.Version, CreatedAt: v.CreatedAt}
}

// is reports whether r and other are entries of the same release.
func (r MarkedRelease) is(other MarkedRelease) bool {
	return r.ProjectName == other.ProjectName && r.Version == other.Version && r.CreatedAt == other.CreatedAt
}

// handled moves the mark past a release, and replaces the entry before with the entry
// now. It copies the slice, so that copies of the mark do not change.
func (m *Mark) handled(before *MarkedRelease, now MarkedRelease) {
	// A release dated in the future, by a server whose clock was wrong, must not
	// hide later ones.
	m.CreatedAt = max(m.CreatedAt, min(now.CreatedAt, time.Now().Unix()))
	m.forget(before)
	m.Releases = slices.DeleteFunc(append(m.Releases, now), func(r MarkedRelease) bool {
		return m.CreatedAt-r.CreatedAt > overlap && !r.again()
	})
}

// forget removes entries. It copies the slice.
func (m *Mark) forget(gone ...*MarkedRelease) {
	releases := slices.Clone(m.Releases)
	for _, r := range gone {
		if r == nil {
			continue
		}
		if i := slices.Index(releases, *r); i >= 0 {
			releases = slices.Delete(releases, i, i+1)
		}
	}
	m.Releases = releases
}
