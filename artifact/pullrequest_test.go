package artifact_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/zadig-go/zadig/artifact"
	"github.com/zadig-go/zadig/core"
)

func TestLinks(t *testing.T) {
	t.Parallel()
	c := &artifact.Commit{
		Source: "gitlab", Address: "https://me:s3cret@git.example.com", RepoOwner: "o", RepoName: "r", CommitID: "0123", PR: 7,
	}
	assert.Equal(t, "https://git.example.com/o/r/-/commit/0123", c.URL())
	assert.Equal(t, "https://git.example.com/o/r/-/merge_requests/7", c.PullRequests()[0].URL())
}

func TestCommitPullRequests(t *testing.T) {
	t.Parallel()
	pr := func(n int) core.PullRequest {
		return core.PullRequest{Address: "https://a", Source: "s", RepoOwner: "o", RepoName: "r", Number: n}
	}
	for name, test := range map[string]struct {
		pr   int
		prs  []int
		want []core.PullRequest
	}{
		"none":         {0, nil, nil},
		"one":          {7, nil, []core.PullRequest{pr(7)}},
		"several":      {0, []int{9, 8}, []core.PullRequest{pr(9), pr(8)}},
		"both":         {8, []int{9, 8, 9}, []core.PullRequest{pr(8), pr(9)}},
		"not a number": {-1, []int{0, -3}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := &artifact.Commit{Address: "https://a", Source: "s", RepoOwner: "o", RepoName: "r", PR: test.pr, PRs: test.prs}
			assert.Equal(t, test.want, c.PullRequests())
		})
	}
}
