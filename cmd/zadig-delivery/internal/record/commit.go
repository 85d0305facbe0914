package record

import (
	"slices"
	"strconv"
	"strings"

	"github.com/zadig-go/zadig/artifact"
	"github.com/zadig-go/zadig/core"
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

// PullRequest is one that was built.
type PullRequest struct {
	Repo   string `json:"repo"`
	Number int    `json:"number"`
	URL    string `json:"url"`
}

// NewCommit returns the record of a commit.
func NewCommit(c *artifact.Commit) Commit {
	commit := Commit{
		Repo: strings.Trim(c.RepoOwner+"/"+c.RepoName, "/"), Commit: c.CommitID, URL: c.URL(), Branch: c.Branch, Tag: c.Tag,
		Message: c.CommitMessage, Author: c.AuthorName, PullRequests: []PullRequest{},
	}
	for _, pr := range c.PullRequests() {
		commit.PullRequests = append(commit.PullRequests, NewPullRequest(pr))
	}
	return commit
}

// Commits returns the records of the commits of an artifact.
func Commits(a *artifact.Artifact) []Commit {
	commits := []Commit{}
	for _, c := range a.Commits() {
		commits = append(commits, NewCommit(c))
	}
	return commits
}

// NewPullRequest returns the record of a pull request.
func NewPullRequest(pr core.PullRequest) PullRequest {
	return PullRequest{strings.Trim(pr.RepoOwner+"/"+pr.RepoName, "/"), pr.Number, pr.URL()}
}

// Name returns the number as the code host writes it: #7, and !7 on GitLab.
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
func (c Commit) Ref() string {
	if c.Tag != "" {
		return c.Tag
	}
	return c.Branch
}

// Pulls returns the names of the pull requests, in one text.
func (c Commit) Pulls() string {
	var names []string
	for _, pr := range c.PullRequests {
		names = append(names, pr.Name())
	}
	return strings.Join(slices.Compact(names), ", ")
}
