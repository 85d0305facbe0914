package artifact

import (
	"cmp"

	"github.com/zadig-go/zadig/core"
	"github.com/zadig-go/zadig/internal/nilsafe"
	"github.com/zadig-go/zadig/internal/weblink"
)

// Changes is the result of [Diff]: the new commits, with their pull requests, issues and
// authors. Each slice is in the order of the artifacts given to Diff, and nil if it has
// no elements.
type Changes struct {
	Commits      []NewCommit        `json:"commits,omitzero"`
	PullRequests []core.PullRequest `json:"pull_requests,omitzero"` // of Commits, each once
	Issues       []string           `json:"issues,omitzero"`        // of artifacts with a new commit, each once, see [Artifact.Issues]
	Authors      []string           `json:"authors,omitzero"`       // of Commits, each once
}

// NewCommit is a commit with the images that were built from it.
type NewCommit struct {
	*Commit
	Images []string `json:"images"` // Artifact.Image, or Name if Image is ""
}

// Diff compares two sets of artifacts, and returns the commits that were built into the
// second set but not into the first, earlier one. To learn which commits are new in a
// release, trace the [SourceImages] of this release and of the earlier one, and pass the
// artifacts of both to Diff. Diff sends no request.
//
// Diff knows only the commits that were built. For the commits between two builds, see
// [CompareURLs]. Not every code host has commit ids: Diff identifies a commit without a
// CommitID by its branch, tag and message. Partial artifacts may lack pull requests (see
// [Artifact.IsPartial]). Diff skips nil elements, such as those of images that could not
// be traced. If the first set has no earlier artifact of an image, all commits of the
// image's artifact in the second set count as new.
//
// [SourceImages]: https://pkg.go.dev/github.com/zadig-go/zadig/delivery#Release.SourceImages
func Diff(from, to []*Artifact) Changes {
	old := map[commitKey]bool{}
	for a := range nilsafe.Values(from) {
		for _, c := range a.builtCommits() {
			old[c.key()] = true
		}
	}
	var changes Changes
	at := map[commitKey]int{} // index in changes.Commits
	for a := range nilsafe.Values(to) {
		isNew := false
		for _, c := range a.builtCommits() {
			k := c.key()
			if old[k] {
				continue
			}
			isNew = true
			n, known := at[k]
			if !known {
				n = len(changes.Commits)
				at[k] = n
				changes.Commits = append(changes.Commits, NewCommit{Commit: c})
			}
			changes.Commits[n].Images = append(changes.Commits[n].Images, cmp.Or(a.Image, a.Name))
			changes.PullRequests = append(changes.PullRequests, c.PullRequests()...)
			if c.AuthorName != "" {
				changes.Authors = append(changes.Authors, c.AuthorName)
			}
		}
		if isNew { // a rebuild of old commits has the issues of the earlier build
			changes.Issues = append(changes.Issues, a.Issues()...)
		}
	}
	for n := range changes.Commits {
		changes.Commits[n].Images = distinct(changes.Commits[n].Images)
	}
	changes.PullRequests = distinct(changes.PullRequests)
	changes.Issues = distinct(changes.Issues)
	changes.Authors = distinct(changes.Authors)
	return changes
}

// commitKey identifies a commit.
type commitKey struct{ address, owner, repo, id, branch, tag, message string }

func (c *Commit) key() commitKey {
	k := c.repository()
	if c.CommitID != "" {
		k.id = c.CommitID
	} else {
		k.branch, k.tag, k.message = c.Branch, c.Tag, c.CommitMessage
	}
	return k
}

func (c *Commit) repository() commitKey {
	return commitKey{address: c.Address, owner: c.RepoOwner, repo: c.RepoName}
}

// CompareURL is the web page on which a code host shows all commits of a repository
// between two builds.
type CompareURL struct {
	RepoOwner string `json:"repo_owner"` // user or group
	RepoName  string `json:"repo_name"`  // repository
	URL       string `json:"url"`        // http or https, without credentials
}

// CompareURLs returns a page for each repository from which both artifacts were built. It
// leaves out a repository if both artifacts were built from the same commit of it, or if
// one of them was built from several. Such pages exist on GitHub (including Enterprise),
// GitLab and Gitee; [core.PullRequest.URL] says how the code host is recognized. If there
// is no page, the result is nil.
func CompareURLs(from, to *Artifact) []CompareURL {
	before, after := from.commitsByRepository(), to.commitsByRepository()
	var pages []CompareURL
	for _, c := range to.Commits() {
		was, is := before[c.repository()], after[c.repository()]
		if len(was) != 1 || len(is) != 1 || was[0].CommitID == c.CommitID {
			continue
		}
		if page := weblink.Compare(c.Source, c.Address, c.RepoOwner, c.RepoName, was[0].CommitID, c.CommitID); page != "" {
			pages = append(pages, CompareURL{c.RepoOwner, c.RepoName, page})
		}
	}
	return pages
}

// commitsByRepository groups the commits by repository, except those without an id.
func (a *Artifact) commitsByRepository() map[commitKey][]*Commit {
	all := map[commitKey][]*Commit{}
	for _, c := range a.Commits() {
		if c.CommitID != "" {
			all[c.repository()] = append(all[c.repository()], c)
		}
	}
	return all
}
