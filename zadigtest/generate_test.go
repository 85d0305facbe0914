package zadigtest_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/zadigtest"
)

func TestGenerateIsTheSameForTheSameSeed(t *testing.T) {
	t.Parallel()
	asJSON := func(seed uint64, n int) string {
		data, err := json.Marshal(zadigtest.Generate(seed, n))
		require.NoError(t, err)
		return string(data)
	}
	first, second := asJSON(1, 50), asJSON(1, 50)
	assert.Equal(t, first, second)
	assert.NotEqual(t, first, asJSON(2, 50))
	assert.Empty(t, zadigtest.Generate(1, 0))
	assert.Empty(t, zadigtest.Generate(1, -1))
}

func TestGenerateIsRealistic(t *testing.T) {
	t.Parallel()
	data := zadigtest.Generate(1, 300)
	require.Len(t, data.Releases, 300)
	srv := zadigtest.NewServer(t, zadigtest.WithData(data)) // ids are unique, images are there
	client := once(srv)

	images := make(map[string]bool)
	for _, a := range data.Artifacts {
		images[a.Image] = true
	}
	seen := make(map[string]int)
	last := data.Releases[0].VersionInfo.CreatedAt + 1
	for _, r := range data.Releases {
		v := r.VersionInfo
		assert.Less(t, v.CreatedAt, last, "newest first, none in the same second")
		last = v.CreatedAt
		seen["project "+v.ProductName]++
		seen["type "+v.Type]++
		if v.Status == delivery.StatusFailed {
			seen["failed"]++
		}
		if len(r.BuildInfo) == 0 && len(r.DistributeInfo) == 0 {
			seen["with nothing"]++
		}
		if len(r.TestInfo) > 0 {
			seen["tested"]++
		}
		for _, b := range r.BuildInfo {
			c := b.Commits[0]
			switch {
			case c.PR > 0:
				seen["pull requests"]++
			case c.Tag != "":
				seen["tags"]++
			}
			if len(b.Issues) > 0 {
				seen["issues"]++
			}
			if strings.ContainsAny(c.CommitMessage, "修优急") {
				seen["Chinese"]++
			}
		}
		for _, d := range r.DeployInfo {
			assert.True(t, images[d.Image], "no artifact of %s", d.Image)
			if len(d.YAMLContents[0]) > 64<<10 {
				seen["large manifests"]++
			}
		}
		for _, d := range r.DistributeInfo {
			for _, sub := range d.SubDistributes {
				assert.True(t, images[sub.RegistryName], "no artifact of %s", sub.RegistryName)
			}
		}
	}
	for _, what := range []string{
		"project shop", "project user-center", "project voting-helm", "project data-platform", "project infra-charts",
		"type ", "type HelmChart", "failed", "with nothing", "tested", "pull requests", "tags", "issues", "Chinese", "large manifests",
	} {
		assert.Positive(t, seen[what], what)
	}

	// From a release to its commit: the way that users go.
	page, err := client.Delivery.List(t.Context(), delivery.ListOptions{ProjectName: "shop"})
	require.NoError(t, err)
	for _, release := range page.Releases {
		for i, d := range release.DeployInfo {
			a, err := client.Artifact.Trace(t.Context(), d.Image)
			require.NoError(t, err)
			assert.Equal(t, release.BuildInfo[i].Commits[0].CommitID, a.SortedActivities["build"][0].Commits[0].CommitID)
		}
	}
}
