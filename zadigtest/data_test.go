package zadigtest_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig/artifact"
	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/zadigtest"
)

// TestShop follows the sample from the release in prod to its pull request, on
// every version.
func TestShop(t *testing.T) {
	t.Parallel()
	for _, version := range zadigtest.Versions() {
		srv := zadigtest.NewServer(t, zadigtest.WithServerVersion(version))
		listed := collectAll(t, once(srv).Delivery.All(t.Context(), delivery.ListOptions{ProjectName: "shop"}))
		require.NotEmpty(t, listed, version)
		assert.Equal(t, "v1.3.0", listed[0].VersionInfo.Version, version)
		require.Len(t, listed[0].Images(), 2, version)
		cart := listed[0].Images()[0].Image
		assert.Equal(t, "registry.example.com/shop/cart:1.3.0", cart, version)
		if version == "v1.7.1" {
			continue // it has no trace
		}
		assertParts(t, ask(t, srv, tracePath+"?image="+cart).body, `"pr":736`, `"author_name":"alice"`)
	}
}

func TestDataOfOneKindReplacesTheSample(t *testing.T) {
	t.Parallel()
	srv := zadigtest.NewServer(t, zadigtest.WithReleases(k8s("p", 1)), zadigtest.WithReleases(k8s("p", 2)))
	assert.Equal(t, "0", ask(t, srv, artifactsPath).header.Get("X-Total"))
	assert.Equal(t, "2", ask(t, srv, releasesPath).header.Get("X-Total"))
	srv = zadigtest.NewServer(t, zadigtest.WithData(zadigtest.Data{}))
	assert.Equal(t, "[]", ask(t, srv, releasesPath).body)
}

func TestChangesWhileItRuns(t *testing.T) {
	t.Parallel()
	mine := k8s("p", 1)
	srv := zadigtest.NewServer(t, zadigtest.WithReleases(mine), zadigtest.WithArtifacts(image(1, "i")))
	mine.VersionInfo.Desc = "changed afterwards"
	assert.NotContains(t, ask(t, srv, releasesPath).body, "changed afterwards")

	deleted, upper := k8s("p", 4), k8s("p", 5)
	deleted.VersionInfo.DeletedAt = 1700000000
	upper.VersionInfo.ID = "65E1000000000000000000AB"
	srv.AddRelease(k8s("p", 3), k8s("p", 2), deleted, upper)
	body := ask(t, srv, releasesPath).body
	assert.Less(t, strings.Index(body, idOf(3)), strings.Index(body, idOf(2)))
	assert.Less(t, strings.Index(body, idOf(2)), strings.Index(body, idOf(1)))
	assert.NotContains(t, body, idOf(4))
	assert.Contains(t, ask(t, srv, releasesPath+"/"+upper.VersionInfo.ID+"?projectName=p").body, strings.ToLower(upper.VersionInfo.ID))
	assert.True(t, srv.DeleteRelease(strings.ToUpper(idOf(2))))
	assert.False(t, srv.DeleteRelease(idOf(2)))
	assert.NotContains(t, ask(t, srv, releasesPath).body, idOf(2))

	srv.AddArtifact(image(2, "j"))
	assert.Equal(t, idOf(2), ask(t, srv, artifactsPath+"/image?image=j").body)
	assert.True(t, srv.DeleteArtifact(idOf(2)))
	assert.False(t, srv.DeleteArtifact(idOf(2)))
	assert.Equal(t, 400, ask(t, srv, artifactsPath+"/image?image=j").status)
}

func TestArtifactsWithoutIDGetOne(t *testing.T) {
	t.Parallel()
	traced := image(1, "registry.example.com/a:1")
	traced.ID, traced.Activities = "", []*artifact.Activity{{Type: "build"}, nil}
	srv := zadigtest.NewServer(t, zadigtest.WithArtifacts(traced, &artifact.Artifact{Type: "file", Name: "pkg"}))
	id := ask(t, srv, artifactsPath+"/image?image="+traced.Image).body
	assert.Len(t, id, 24)
	assert.Contains(t, ask(t, srv, artifactsPath+"/"+id).body, `"activities":[{"artifact_id":"`+id+`"`)
	assert.Empty(t, traced.ID, "the caller's stays as it is")
}

func TestArtifactQueries(t *testing.T) {
	t.Parallel()
	built := image(1, "registry.example.com/a:1")
	built.Activities = []*artifact.Activity{
		{Type: "build", CreatedTime: 5, Commits: []*artifact.Commit{{RepoName: "api", Branch: "main"}, {RepoName: "web", Branch: "dev"}}},
		{Type: "build", CreatedTime: 9, Commits: []*artifact.Commit{{RepoName: "api", Branch: "main"}}},
	}
	unsized := image(2, "registry.example.com/b:1")
	unsized.ImageSize = 0
	srv := zadigtest.NewServer(t, zadigtest.WithArtifacts(built, unsized))
	for query, total := range map[string]string{
		"?repoName=api":             "2", // one for each build
		"?repoName=web&branch=main": "0", // one commit must have both
		"?branch=dev":               "1",
		"":                          "1", // images of unknown size are not listed
	} {
		assert.Equal(t, total, ask(t, srv, artifactsPath+query).header.Get("X-Total"), query)
	}
	assert.Contains(t, ask(t, srv, artifactsPath+"?repoName=api&page=0").body, `"code":6665`)
	assert.Contains(t, ask(t, srv, tracePath+"?image="+unsized.Image).body, unsized.Image)
}

func TestGenerate(t *testing.T) {
	t.Parallel()
	asJSON := func(seed uint64, n int) string {
		data, err := json.Marshal(zadigtest.Generate(seed, n))
		require.NoError(t, err)
		return string(data)
	}
	again := asJSON(1, 50)
	assert.Equal(t, again, asJSON(1, 50))
	assert.NotEqual(t, again, asJSON(2, 50))
	assert.Empty(t, zadigtest.Generate(1, -1))

	all := asJSON(1, 300)
	for _, part := range []string{
		`"HelmChart"`, `"K8SYaml"`, `"buildInfo"`, `"failed to push image`, `"failed to push chart`, `"testReports"`, `"pr":`, `"tag":"v1.`,
		`"issues"`, `@sha256:`, `"支付服务/payment"`, `/pipelines/multi/`, `"not-a-real-token"`, ` \u0026\u0026 more`,
	} {
		assert.Contains(t, all, part)
	}
}

// TestGenerateIsUniqueAndPast checks what servers since v4.0.0 require, that
// every image can be traced or pinned, and that no date is in the future.
func TestGenerateIsUniqueAndPast(t *testing.T) {
	t.Parallel()
	for _, n := range []int{1, 60, 2000} {
		ids, seconds, versions := make(map[string]bool), make(map[int64]bool), make(map[string]bool)
		images := make(map[string]bool)
		data := zadigtest.Generate(1, n)
		for _, a := range data.Artifacts {
			images[a.Image], images[a.ImageDigest] = true, true
		}
		for _, r := range data.Releases {
			v := r.VersionInfo
			ids[v.ID], seconds[v.CreatedAt], versions[v.ProductName+" "+v.Version] = true, true, true
			for _, d := range r.DeployInfo {
				assert.True(t, images[d.Image[strings.IndexByte(d.Image, '@')+1:]], "no artifact of %s", d.Image)
			}
		}
		assert.Len(t, ids, n)
		assert.Len(t, seconds, n)
		assert.Len(t, versions, n)
		newest := data.Releases[0].VersionInfo.Created()
		assert.True(t, newest.Before(time.Date(2025, 6, 1, 0, 0, 0, 0, time.UTC)), "%d releases reach %s", n, newest)
	}
}

// Only product workflows record where they deployed an image.
func TestArtifactsOfWorkflows(t *testing.T) {
	t.Parallel()
	for _, a := range slices.Concat(zadigtest.Shop().Artifacts, zadigtest.Generate(1, 100).Artifacts) {
		product := strings.Contains(a.Builds()[0].URL, "/pipelines/multi/")
		want, activities := "workflow_v4", 1
		if product {
			want, activities = "workflow", 2
		}
		assert.Equal(t, want, a.Source, a)
		assert.Len(t, a.Activities, activities, a)
	}
}
