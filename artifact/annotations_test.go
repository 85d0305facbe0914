package artifact_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/zadig-go/zadig/artifact"
)

func TestAnnotations(t *testing.T) {
	t.Parallel()
	const (
		created  = "org.opencontainers.image.created"
		revision = "org.opencontainers.image.revision"
		source   = "org.opencontainers.image.source"
	)
	a := &artifact.Artifact{CreatedTime: 1709260083, Activities: []*artifact.Activity{{Type: artifact.ActivityBuild}}}
	a.Activities[0].Commits = []*artifact.Commit{
		{Source: "github", Address: "https://github.com", RepoOwner: "shop", RepoName: "cart", CommitID: "2f1c9e0"},
		{Source: "github", Address: "https://github.com", RepoOwner: "shop", RepoName: "cart", CommitID: "2f1c9e0"},
		{Source: "gerrit", Address: "https://review.example.com", RepoOwner: "default", RepoName: "lib", CommitID: "77aa01b"},
		{Source: "gitlab", Address: "https://git.example.com", RepoOwner: "a/b", RepoName: "docs"},
	}
	assert.Equal(t, []map[string]string{
		{created: "2024-03-01T02:28:03Z", revision: "2f1c9e0", source: "https://github.com/shop/cart"},
		{created: "2024-03-01T02:28:03Z", revision: "77aa01b"},
		{created: "2024-03-01T02:28:03Z", source: "https://git.example.com/a/b/docs"},
	}, a.Annotations())
	a.CreatedTime = 0
	assert.Equal(t, map[string]string{revision: "77aa01b"}, a.Annotations()[1])
	assert.Nil(t, (*artifact.Artifact)(nil).Annotations())
}
