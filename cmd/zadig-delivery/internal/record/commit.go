package record

import (
	"cmp"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/zadig-go/zadig/artifact"
	"github.com/zadig-go/zadig/core"
	"github.com/zadig-go/zadig/delivery"
)

// Commit is a commit that an image was built from.
type Commit struct {
	Repo         string        `json:"repo"`
	Commit       string        `json:"commit"`
	URL          string        `json:"url"`
	Branch       string        `json:"branch"`
	Tag          string        `json:"tag"`
	Message      string        `json:"message"`
	Author       string        `json:"author"`
	PullRequests []PullRequest `json:"pull_requests"`
}

// PullRequest is a pull request that was built.
type PullRequest struct {
	Repo   string `json:"repo"`
	Number int    `json:"number"`
	URL    string `json:"url"`
}

// NewCommit returns the record of a commit.
func NewCommit(c *artifact.Commit) Commit {
	return Commit{
		Repo: repo(c.RepoOwner, c.RepoName), Commit: c.CommitID, URL: c.URL(), Branch: c.Branch, Tag: c.Tag,
		Message: c.CommitMessage, Author: c.AuthorName, PullRequests: pullRequests(c.PullRequests()),
	}
}

// BuildCommits returns the records of the commits of a build, as releases up to
// v3.4 have them.
func BuildCommits(b *delivery.BuildInfo) []Commit {
	commits := []Commit{}
	for _, c := range b.Commits {
		if c != nil {
			commits = append(commits, Commit{
				Repo: repo(cmp.Or(c.RepoNamespace, c.RepoOwner), c.RepoName), Commit: c.CommitID, URL: c.URL(), Branch: c.Branch,
				Tag: c.Tag, Message: c.CommitMessage, Author: c.AuthorName, PullRequests: pullRequests(c.PullRequests()),
			})
		}
	}
	return commits
}

func repo(owner, name string) string { return strings.Trim(owner+"/"+name, "/") }

// Commits returns the records of the commits of an artifact.
func Commits(a *artifact.Artifact) []Commit {
	commits := []Commit{}
	for _, c := range a.Commits() {
		commits = append(commits, NewCommit(c))
	}
	return commits
}

func pullRequests(all []core.PullRequest) []PullRequest {
	records := []PullRequest{}
	for _, pr := range all {
		records = append(records, PullRequest{repo(pr.RepoOwner, pr.RepoName), pr.Number, pr.URL()})
	}
	return records
}

// Name returns the number as the code host writes it: #7, or !7 on GitLab.
func (p PullRequest) Name() string {
	if strings.Contains(p.URL, "/merge_requests/") {
		return "!" + strconv.Itoa(p.Number)
	}
	return "#" + strconv.Itoa(p.Number)
}

const shortCommit = 8

// Short returns the beginning of the commit's id.
func (c Commit) Short() string { return c.Commit[:min(len(c.Commit), shortCommit)] }

// Ref returns the tag that was built, or else the branch.
func (c Commit) Ref() string { return cmp.Or(c.Tag, c.Branch) }

// Pulls returns the names of the pull requests, in one text.
func (c Commit) Pulls() string {
	var names []string
	for _, pr := range c.PullRequests {
		names = append(names, pr.Name())
	}
	return strings.Join(slices.Compact(names), ", ")
}

// Issue is an issue that a build belongs to.
type Issue struct {
	Key   string `json:"key"`
	URL   string `json:"url"`
	Title string `json:"title"`
}

// NewIssue returns the record of an issue that an artifact names by its key or its
// page. titles maps keys and pages to titles, as far as they are known.
func NewIssue(name string, titles map[string]string) Issue {
	i := Issue{Key: name, Title: titles[name]}
	if strings.HasPrefix(name, "http://") || strings.HasPrefix(name, "https://") {
		i.Key, i.URL = path.Base(name), name
	}
	return i
}
