package artifact_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/zadig-go/zadig/artifact"
	"github.com/zadig-go/zadig/core"
)

func TestLinks(t *testing.T) {
	t.Parallel()
	c := &artifact.Commit{Source: "gitlab", Address: "https://me:s3cret@git.example.com?token=s3cret", RepoOwner: "o", RepoName: "r",
		CommitID: "0123", PR: 7, PRs: []int{8}}
	assert.Equal(t, "https://git.example.com/o/r/-/commit/0123", c.URL())
	assert.Equal(t, "https://git.example.com/o/r/-/merge_requests/7", c.PullRequests()[0].URL())
	assert.Equal(t, core.PullRequest{Address: "https://git.example.com", Source: "gitlab", RepoOwner: "o", RepoName: "r", Number: 8},
		c.PullRequests()[1], "without credentials")
}
