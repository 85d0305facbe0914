package artifact_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/zadig-go/zadig/artifact"
	"github.com/zadig-go/zadig/core"
)

func TestHistory(t *testing.T) {
	t.Parallel()
	var none *artifact.Artifact
	assert.Nil(t, none.Builds())
	assert.Nil(t, none.Commits())
	assert.Nil(t, none.PullRequests())
	commit := func(repo, author string, pr int, prs ...int) *artifact.Commit {
		return &artifact.Commit{
			Address: "https://h", Source: "github", RepoOwner: "o", RepoName: repo, CommitID: "c", AuthorName: author, PR: pr, PRs: prs,
		}
	}
	pull := func(repo string, number int) core.PullRequest {
		return core.PullRequest{Address: "https://h", Source: "github", RepoOwner: "o", RepoName: repo, Number: number}
	}
	build := func(issues []string, commits ...*artifact.Commit) *artifact.Activity {
		return &artifact.Activity{Type: artifact.ActivityBuild, Issues: issues, Commits: commits}
	}
	type (
		list  = []*artifact.Activity
		pulls = []core.PullRequest
	)
	for name, test := range map[string]struct {
		activities list
		pulls      pulls
		authors    []string
		issues     []string
	}{
		"never built": {},
		"only deployed": {activities: list{nil,
			{Type: artifact.ActivityDeploy, Issues: []string{"no"}, Commits: []*artifact.Commit{commit("r", "no", 1)}}}},
		"built once": {
			list{nil, build([]string{"A-1", "A-2", "A-1", ""}, commit("r", "lin", 7), nil, commit("lib", "", 0), commit("s", "mei", 0, 9, 8))},
			pulls{pull("r", 7), pull("s", 9), pull("s", 8)}, []string{"lin", "mei"}, []string{"A-1", "A-2"}},
		"the same commit for another pull request, newest first": {
			list{build([]string{"A-3"}, commit("r", "lin", 8)), build([]string{"A-1", "A-3"}, commit("r", "lin", 7), commit("r", "mei", 8))},
			pulls{pull("r", 8), pull("r", 7)}, []string{"lin", "mei"}, []string{"A-3", "A-1"}},
	} {
		a := &artifact.Artifact{Activities: test.activities}
		assert.Equal(t, test.pulls, a.PullRequests(), name)
		assert.Equal(t, test.authors, a.Authors(), name)
		assert.Equal(t, test.issues, a.Issues(), name)
	}
}
