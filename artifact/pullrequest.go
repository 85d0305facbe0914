package artifact

import (
	"github.com/zadig-go/zadig/internal/nilsafe"
	"github.com/zadig-go/zadig/internal/weblink"
)

// PullRequest is a pull request, merge request or Gerrit change that was
// built.
type PullRequest struct {
	Address   string `json:"address"`    // URL of the code host without credentials, "" if it is not a URL
	Source    string `json:"source"`     // kind of code host, such as "github"; may be ""
	RepoOwner string `json:"repo_owner"` // user or group
	RepoName  string `json:"repo_name"`  // repository
	Number    int    `json:"number"`     // from 1
}

// URL returns the address of the pull request's web page, or "" if it is not
// known. Source says which code host it is: GitHub (also Enterprise), GitLab,
// Gitee or Gerrit, at any address. Without a Source it is known for github.com,
// gitlab.com and gitee.com. The URL is http or https and has no credentials.
func (p PullRequest) URL() string {
	return weblink.PullRequest(p.Source, p.Address, p.RepoOwner, p.RepoName, p.Number)
}

// URL returns the address of the commit's web page, or "" without a CommitID or
// if it is not known. It follows the rules of [PullRequest.URL]. For Gerrit it is
// the search for the commit, which opens its change.
func (c *Commit) URL() string {
	c = nilsafe.OrZero(c)
	return weblink.Commit(c.Source, c.Address, c.RepoOwner, c.RepoName, c.CommitID)
}

// PullRequests returns the pull requests of PR and PRs, each once, or nil if there
// are none. [Service.Trace] leaves PRs out; [Service.GetByImage] returns them.
func (c *Commit) PullRequests() []PullRequest {
	if c == nil {
		return nil
	}
	var all []PullRequest
	address, _ := weblink.Host(c.Address)
	known := map[int]bool{}
	for _, number := range append([]int{c.PR}, c.PRs...) {
		if number > 0 && !known[number] {
			known[number] = true
			all = append(all, PullRequest{address.String(), c.Source, c.RepoOwner, c.RepoName, number})
		}
	}
	return all
}
