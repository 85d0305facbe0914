package artifact_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig/artifact"
	"github.com/zadig-go/zadig/core"
)

func codeCommit(repo, id, author string, pulls ...int) *artifact.Commit {
	return &artifact.Commit{
		Address: "https://github.com", Source: "github", RepoOwner: "o", RepoName: repo, CommitID: id, AuthorName: author, PRs: pulls,
	}
}

// buildOf is an image that was built once.
func buildOf(image string, issues []string, commits ...*artifact.Commit) *artifact.Artifact {
	return &artifact.Artifact{Image: image, Activities: []*artifact.Activity{
		nil, {Type: artifact.ActivityDeploy}, {Type: artifact.ActivityBuild, Issues: issues, Commits: commits},
	}}
}

func TestDiff(t *testing.T) {
	t.Parallel()
	pull := func(repo string, number int) core.PullRequest {
		return core.PullRequest{Address: "https://github.com", Source: "github", RepoOwner: "o", RepoName: repo, Number: number}
	}
	a, b, c := codeCommit("r", "a", "lin", 1), codeCommit("r", "b", "mei", 2, 3), codeCommit("s", "b", "mei")
	ofBranch := &artifact.Commit{Address: a.Address, RepoOwner: "o", RepoName: "r", CommitID: "a", Branch: "release"}
	noID := &artifact.Commit{Address: "https://p4", RepoName: "depot", Branch: "main", CommitMessage: "one"}
	noIDLater := &artifact.Commit{Address: "https://p4", RepoName: "depot", Branch: "main", CommitMessage: "two"}
	type (
		list    = []*artifact.Artifact
		changes = artifact.Changes
	)
	for name, test := range map[string]struct {
		from, to list
		want     changes
	}{
		"nothing":          {},
		"not traced":       {list{nil}, list{nil}, changes{}},
		"never built":      {nil, list{{Image: "i:1"}}, changes{}},
		"the same commits": {list{buildOf("i:1", nil, a)}, list{buildOf("i:2", []string{"A-1"}, a)}, changes{}},
		"removed":          {list{buildOf("i:1", nil, a)}, nil, changes{}},
		"from nothing": {nil, list{buildOf("i:1", []string{"A-1", "A-1"}, a)}, changes{
			Commits: []artifact.NewCommit{{a, []string{"i:1"}}}, PullRequests: []core.PullRequest{pull("r", 1)},
			Issues: []string{"A-1"}, Authors: []string{"lin"},
		}},
		"one commit in two images, one id in two repositories": {
			list{buildOf("i:1", []string{"A-0"}, a), nil},
			list{buildOf("i:2", []string{"A-2"}, b, a), nil, buildOf("j:1", []string{"A-1", "A-2"}, c, b, nil)},
			changes{
				Commits:      []artifact.NewCommit{{b, []string{"i:2", "j:1"}}, {c, []string{"j:1"}}},
				PullRequests: []core.PullRequest{pull("r", 2), pull("r", 3)}, Issues: []string{"A-2", "A-1"}, Authors: []string{"mei"},
			},
		},
		"what was its own image before":     {list{buildOf("i:1", nil, a), buildOf("j:1", nil, b)}, list{buildOf("i:2", nil, b)}, changes{}},
		"the same commit of another branch": {list{buildOf("i:1", nil, a)}, list{buildOf("i:2", nil, ofBranch)}, changes{}},
		"without ids": {list{buildOf("i:1", nil, noID)}, list{buildOf("i:2", nil, noID, noIDLater)},
			changes{Commits: []artifact.NewCommit{{noIDLater, []string{"i:2"}}}}},
		"a package has a name": {nil, list{{Name: "app.tar.gz", Activities: buildOf("", nil, c).Activities}},
			changes{Commits: []artifact.NewCommit{{c, []string{"app.tar.gz"}}}, Authors: []string{"mei"}}},
	} {
		assert.Equal(t, test.want, artifact.Diff(test.from, test.to), name)
	}
}

func TestChangesAsJSON(t *testing.T) {
	t.Parallel()
	data, err := json.Marshal(artifact.Diff(nil, []*artifact.Artifact{buildOf("i:1", []string{"A-1"}, codeCommit("r", "a", "lin", 1))}))
	require.NoError(t, err)
	assert.JSONEq(t, `{
		"commits": [{
			"address":"https://github.com","source":"github","repo_owner":"o","repo_name":"r","branch":"","prs":[1],
			"commit_id":"a","author_name":"lin","images":["i:1"]
		}],
		"pull_requests": [{"address":"https://github.com","source":"github","repo_owner":"o","repo_name":"r","number":1}],
		"issues": ["A-1"], "authors": ["lin"]
	}`, string(data))
}

func TestCompareURLs(t *testing.T) {
	t.Parallel()
	page := func(repo, from, to string) artifact.CompareURL {
		return artifact.CompareURL{RepoOwner: "o", RepoName: repo, URL: "https://github.com/o/" + repo + "/compare/" + from + "..." + to}
	}
	commit := func(repo, id string) *artifact.Commit { return codeCommit(repo, id, "") }
	one := func(commits ...*artifact.Commit) *artifact.Artifact { return buildOf("i:1", nil, commits...) }
	elsewhere := func(id string) *artifact.Artifact {
		return one(&artifact.Commit{Address: "https://h", RepoOwner: "o", RepoName: "r", CommitID: id})
	}
	for name, test := range map[string]struct {
		from, to *artifact.Artifact
		want     []artifact.CompareURL
	}{
		"no artifacts":    {nil, nil, nil},
		"no earlier one":  {nil, one(commit("r", "a")), nil},
		"one repository":  {one(commit("r", "a")), one(commit("r", "b")), []artifact.CompareURL{page("r", "a", "b")}},
		"the same commit": {one(commit("r", "a")), one(commit("r", "a")), nil},
		"two repositories": {one(commit("r", "a"), commit("s", "c")), one(commit("s", "d"), commit("r", "b")),
			[]artifact.CompareURL{page("s", "c", "d"), page("r", "a", "b")}},
		"another repository":        {one(commit("r", "a")), one(commit("s", "b")), nil},
		"two commits of one before": {one(commit("r", "a"), commit("r", "b")), one(commit("r", "c")), nil},
		"two commits of one after":  {one(commit("r", "a")), one(commit("r", "b"), commit("r", "c")), nil},
		"without an id":             {one(commit("r", "")), one(commit("r", "b")), nil},
		"a host whose pages differ": {elsewhere("a"), elsewhere("b"), nil},
	} {
		assert.Equal(t, test.want, artifact.CompareURLs(test.from, test.to), name)
	}
}
