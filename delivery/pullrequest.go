package delivery

import (
	"cmp"

	"github.com/zadig-go/zadig/core"
	"github.com/zadig-go/zadig/internal/nilsafe"
	"github.com/zadig-go/zadig/internal/pulls"
	"github.com/zadig-go/zadig/internal/weblink"
)

// URL returns the address of the commit's web page, by the same rules as
// [core.PullRequest.URL]. For Gerrit it is the address of a search for the commit,
// which opens the commit's change. If CommitID is "", URL returns "".
func (c *Commit) URL() string {
	c = nilsafe.OrZero(c)
	return weblink.Commit(c.Source, c.Address, c.namespace(), c.RepoName, c.CommitID)
}

// PullRequests returns the pull requests of PR and PRs, each once, or nil if there
// are none.
func (c *Commit) PullRequests() []core.PullRequest {
	if c == nil {
		return nil
	}
	return pulls.Of(c.Address, c.Source, c.namespace(), c.RepoName, append([]int{c.PR}, c.PRs...)...)
}

// namespace returns the group of the repository on the code host.
func (c *Commit) namespace() string { return cmp.Or(c.RepoNamespace, c.RepoOwner) }
