package delivery

import (
	"cmp"
	"strings"

	"github.com/zadig-go/zadig/internal/oneline"
	"github.com/zadig-go/zadig/internal/redact"
)

// String returns the project, the version, the id, the status, the author and
// the time of the release in one line. It is meant for people and may change.
func (r *Release) String() string {
	if r == nil {
		return "<nil>"
	}
	if r.VersionInfo == nil {
		return "release"
	}
	return r.VersionInfo.String()
}

// String returns the same line as [Release.String].
func (v *VersionInfo) String() string {
	if v == nil {
		return "<nil>"
	}
	name := strings.TrimSpace(v.ProductName + " " + v.Version)
	return oneline.Summary(cmp.Or(name, "release"), v.CreatedBy, v.Created(), v.ID, v.Status)
}

// String returns the service, the container and the reference of the image in
// one line, such as "shop/cart: registry.example.com/cart:1.2".
func (i Image) String() string {
	return redact.Line(place(i.Service, i.Container) + ": " + i.Image)
}

// String returns the repository, the commit, its branch or tag and the first
// line of its message in one line. It is meant for people and may change.
func (c *Commit) String() string {
	if c == nil {
		return "<nil>"
	}
	return oneline.Commit(c.namespace(), c.RepoName, c.CommitID, cmp.Or(c.Branch, c.Tag), c.CommitMessage)
}
