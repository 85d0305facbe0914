package zadigtest_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

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

	images, digests := make(map[string]bool), make(map[string]bool)
	for _, a := range data.Artifacts {
		images[a.Image] = true
		digests[a.ImageDigest] = true
	}
	seen := make(map[string]int)
	last := data.Releases[0].VersionInfo.CreatedAt + 1
	for _, r := range data.Releases {
		v := r.VersionInfo
		assert.Less(t, v.CreatedAt, last, "newest first, none in the same second")
		last = v.CreatedAt
		seen["project "+v.ProductName]++
		seen["type "+v.Type]++
		seen["source "+r.Source]++
		if v.Status == delivery.StatusFailed {
			seen["failed "+v.Type]++
			assert.NotEmpty(t, v.Progress.Error)
		}
		if len(r.BuildInfo) == 0 && len(r.DistributeInfo) == 0 {
			seen["with nothing"]++
		}
		if len(r.TestInfo) > 0 {
			seen["tested"]++
		}
		for _, b := range r.BuildInfo {
			if len(b.Commits) > 1 {
				seen["several repositories"]++
			}
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
			if _, digest, pinned := strings.Cut(d.Image, "@"); pinned {
				seen["pinned"]++
				assert.True(t, digests[digest], "no artifact of %s", d.Image)
				continue
			}
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
		"type ", "type HelmChart", "type K8SYaml", "source ", "source manual", "source from_env", "source from_version",
		"failed HelmChart", "failed K8SYaml", "with nothing", "tested", "pull requests", "tags", "issues", "Chinese", "large manifests",
		"several repositories", "pinned",
	} {
		assert.Positive(t, seen[what], what)
	}

	// From a release to its commit: the way that users go.
	srv.SetServerVersion("v3.4.1")
	page, err := client.Delivery.List(t.Context(), delivery.ListOptions{ProjectName: "shop"})
	require.NoError(t, err)
	require.Len(t, page.Releases, 20)
	for _, release := range page.Releases {
		for i, d := range release.DeployInfo {
			if release.VersionInfo.Type != "" || strings.Contains(d.Image, "@") {
				continue
			}
			a, err := client.Artifact.Trace(t.Context(), d.Image)
			require.NoError(t, err)
			assert.Equal(t, release.BuildInfo[i].Commits[0].CommitID, a.SortedActivities["build"][0].Commits[0].CommitID)
		}
	}
}

// TestGenerateIsUniqueAndPast checks what servers since v4.0.0 require, and that
// nothing is made in the future, however much there is.
func TestGenerateIsUniqueAndPast(t *testing.T) {
	t.Parallel()
	for _, n := range []int{1, 60, 4000} {
		ids, seconds, versions := make(map[string]bool), make(map[int64]bool), make(map[string]bool)
		data := zadigtest.Generate(1, n)
		for _, r := range data.Releases {
			v := r.VersionInfo
			ids[v.ID], seconds[v.CreatedAt], versions[v.ProductName+" "+v.Version] = true, true, true
		}
		assert.Len(t, ids, n)
		assert.Len(t, seconds, n)
		assert.Len(t, versions, n)
		newest := data.Releases[0].VersionInfo.Created()
		assert.True(t, newest.Before(time.Date(2025, 6, 1, 0, 0, 0, 0, time.UTC)), "%d releases reach %s", n, newest)
		for _, a := range data.Artifacts {
			assert.False(t, a.Created().After(newest))
		}
	}
}

// TestGenerateOnV5 checks what the newest servers send of it.
func TestGenerateOnV5(t *testing.T) {
	t.Parallel()
	data := zadigtest.Generate(1, 200)
	srv := zadigtest.NewServer(t, zadigtest.WithData(data))
	for _, r := range data.Releases {
		v := r.VersionInfo
		got, err := once(srv).Delivery.Get(t.Context(), v.ID, delivery.GetOptions{ProjectName: v.ProductName})
		require.NoError(t, err)
		if v.Type == "" {
			assert.Equal(t, delivery.TypeK8SYAML, got.VersionInfo.Type)
			assert.Equal(t, delivery.SourceFromEnv, got.Source)
		} else {
			assert.Equal(t, v.Type, got.VersionInfo.Type)
			assert.Equal(t, r.Source, got.Source)
		}
		if v.Status == delivery.StatusFailed {
			assert.Equal(t, v.Progress.Error, got.Error)
		}
	}
}
