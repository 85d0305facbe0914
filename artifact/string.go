package artifact

import (
	"cmp"
	"fmt"

	"github.com/zadig-go/zadig/internal/oneline"
)

// String returns one line with the image (for a file, its name), the commit that it was
// built from, the user and the time. The text is meant for people and may change.
func (a *Artifact) String() string {
	if a == nil {
		return "<nil>"
	}
	from := ""
	if commits := a.Commits(); len(commits) > 0 {
		first := commits[0]
		from = "from " + oneline.Commit(first.RepoOwner, first.RepoName, first.CommitID, "", "")
		if more := len(commits) - 1; more > 0 {
			from += fmt.Sprintf(" and %d more", more)
		}
	}
	return oneline.Summary(cmp.Or(a.Image, a.Name, "artifact"), a.CreatedBy, a.Created(), from)
}

// String returns one line with the repository, the commit, its branch or tag, and the
// first line of its message. The text is meant for people and may change.
func (c *Commit) String() string {
	if c == nil {
		return "<nil>"
	}
	return oneline.Commit(c.RepoOwner, c.RepoName, c.CommitID, cmp.Or(c.Branch, c.Tag), c.CommitMessage)
}
