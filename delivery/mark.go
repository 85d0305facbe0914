package delivery

import (
	"math"
	"slices"
	"time"
)

// Mark is the position up to which [Service.Since] has read. Store it as JSON
// between runs. It holds no ids, because the upgrade to v4.0 gives every release
// a new one. The zero Mark is before the first release. Mark{CreatedAt: t} begins
// with releases created from about t on, in Unix seconds.
//
// A Mark is small. Its Releases are those of the last minute before CreatedAt, and
// those of the last day that Since will yield again.
type Mark struct {
	// ProjectName is the ListOptions.ProjectName of the last use. A mark of one
	// project is refused for another.
	ProjectName string `json:"project,omitzero"`
	// CreatedAt is the creation time of the newest release that was handled, in
	// Unix seconds. It is never in the future.
	CreatedAt int64           `json:"created_at"`
	Releases  []MarkedRelease `json:"releases,omitzero"`
}

// MarkedRelease is a release that a Mark remembers.
type MarkedRelease struct {
	ProjectName string `json:"project"`
	Version     string `json:"version"`
	CreatedAt   int64  `json:"created_at"` // Unix seconds
	// The two reasons why Since yields a release again.
	Unfinished bool `json:"unfinished,omitzero"` // it was still being created when it was yielded
	Unread     bool `json:"unread,omitzero"`     // it could not be read
}

// again reports whether Since yields the release again.
func (r MarkedRelease) again() bool { return r.Unfinished || r.Unread }

const (
	// overlap is how far before its newest release a mark reads again, in
	// seconds: releases of one second have no order before v4.0, and one can
	// be stored a little after its time.
	overlap = 60
	// patience is how long before its newest release a mark keeps one that is
	// to be yielded again, in seconds.
	patience = 24 * 60 * 60
)

// recent returns the time from which on releases that the mark does not
// remember are new.
func (m *Mark) recent() int64 {
	if m.CreatedAt == 0 {
		return math.MinInt64
	}
	return m.CreatedAt - overlap
}

// horizon returns the time down to which the list is read.
func (m *Mark) horizon() int64 {
	horizon := m.recent()
	for _, r := range m.Releases {
		if r.again() {
			horizon = min(horizon, r.CreatedAt)
		}
	}
	return horizon
}

// markOf is what a mark remembers of a release that was yielded.
func markOf(v *VersionInfo) MarkedRelease {
	return MarkedRelease{ProjectName: v.ProductName, Version: v.Version, CreatedAt: v.CreatedAt}
}

// is reports whether two marks are of the same release.
func (r MarkedRelease) is(other MarkedRelease) bool {
	r.Unfinished, r.Unread = other.Unfinished, other.Unread
	return r == other
}

// handled moves the mark past a release, in place of what it remembered of it.
// Its slice is a new one each time, so that a copy of the mark stays as it is.
func (m *Mark) handled(before *MarkedRelease, now MarkedRelease) {
	releases := slices.Clone(m.Releases)
	if before != nil {
		if i := slices.Index(releases, *before); i >= 0 {
			releases = slices.Delete(releases, i, i+1)
		}
	}
	// A release from the future, of a server whose clock was wrong, does not
	// hide those after it.
	m.CreatedAt = max(m.CreatedAt, min(now.CreatedAt, time.Now().Unix()))
	m.Releases = slices.DeleteFunc(append(releases, now), func(r MarkedRelease) bool {
		age := m.CreatedAt - r.CreatedAt
		return age > overlap && !r.again() || age > patience
	})
}
