package main

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig/artifact"
	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/zadigtest"
)

// An image that a release pushed to another registry is traced as Zadig built it, and
// shown as it was pushed.
func TestPushedImages(t *testing.T) {
	t.Parallel()
	data := zadigtest.Data{}
	for n := 1; n <= 2; n++ {
		built, commit := fmt.Sprintf("build.example.com/cart:%d", n), fmt.Sprintf("%040d", n)
		data.Artifacts = append(data.Artifacts, &artifact.Artifact{
			ID: fmt.Sprintf("%024x", 100+n), Name: "cart", Type: "image", Image: built, ImageSize: 1, CreatedTime: int64(1_700_000_000 + n),
			Activities: []*artifact.Activity{{Type: artifact.ActivityBuild, Commits: []*artifact.Commit{{
				Address: "https://github.com", Source: "github", RepoOwner: "shop", RepoName: "cart", CommitID: commit,
				CommitMessage: fmt.Sprint("Change ", n), AuthorName: "alice",
			}}}},
		})
		data.Releases = append(data.Releases, &delivery.Release{
			VersionInfo: &delivery.VersionInfo{ID: fmt.Sprintf("%024x", n), Version: fmt.Sprint("v", n), ProductName: "shop",
				Type: delivery.TypeK8SYAML, Status: delivery.StatusSuccess, CreatedAt: int64(1_700_000_000 + 3600*n)},
			EnvName: "qa",
			Services: []*delivery.FlatService{{ServiceName: "cart", Images: []*delivery.ServiceImage{{
				ContainerName: "cart", SourceImage: built, TargetImage: fmt.Sprintf("prod.example.com/cart:%d", n), PushImage: true,
			}}}},
		})
	}
	srv := zadigtest.NewServer(t, zadigtest.WithData(data))
	s := &raw{t: t, url: srv.URL}
	file := filepath.Join(t.TempDir(), "images")
	require.NoError(t, os.WriteFile(file, []byte("prod.example.com/cart:2\n"), 0o600))
	for command, out := range map[string]string{
		"release":   s.exitZero("release", "--project", "shop", "v2"),
		"changelog": s.exitZero("changelog", "--project", "shop", "v1", "v2"),
		"running":   s.exitZero("running", "--project", "shop", "--env", "prod", "--images", file),
		"report":    s.unpack(s.exitZero("report", "--project", "shop", "--file", "-")),
	} {
		assert.Contains(t, out, "0000000", command)
		assert.Contains(t, out, "alice", command)
		assert.NotContains(t, out, "build.example.com", command)
	}
	assert.Contains(t, s.exitZero("changelog", "--project", "shop", "v1", "v2"), "by alice, shop/cart: cart", "the service")
}
