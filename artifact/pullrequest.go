package artifact

import (
	"github.com/zadig-go/zadig/core"
	"github.com/zadig-go/zadig/internal/nilsafe"
	"github.com/zadig-go/zadig/internal/pulls"
	"github.com/zadig-go/zadig/internal/weblink"
)

// URL returns the address of the commit's web page, or "" if the commit has no CommitID
// or its page is not known. It follows the rules of [core.PullRequest.URL]. For Gerrit
// the page is a search for the commit, which opens its change.
func (c *Commit) URL() string {
	c = nilsafe.OrZero(c)
	return weblink.Commit(c.Source, c.Address, c.RepoOwner, c.RepoName, c.CommitID)
}

// PullRequests returns the pull requests in PR and PRs, each once, or nil if there are
// none. The commits of a partial artifact lack PRs (see [Artifact.IsPartial]).
func (c *Commit) PullRequests() []core.PullRequest {
	if c == nil {
		return nil
	}
	return pulls.Of(c.Address, c.Source, c.RepoOwner, c.RepoName, append([]int{c.PR}, c.PRs...)...)
}
