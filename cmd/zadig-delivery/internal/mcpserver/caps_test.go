package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig/artifact"
	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/zadigtest"
)

const tooMany = maxElements + 5

// large holds more of everything than a result shows: releases of the project
// "long", images in v1 and v2 of "wide", all of them other ones, and commits
// and pull requests of one image.
func large(t *testing.T, version string) *zadigtest.Server {
	t.Helper()
	data := many(tooMany)
	for _, r := range data.Releases {
		r.VersionInfo.ProductName = "long"
	}
	for n := 1; n <= 2; n++ {
		r := releaseOf(500+n, fmt.Sprint("v", n), "r/cart:0", oldCommit)
		r.VersionInfo.ProductName, r.DeployInfo = "wide", nil
		for i := range tooMany {
			r.DeployInfo = append(r.DeployInfo,
				&delivery.DeployInfo{
					ID: fmt.Sprintf("%024x", 9000+1000*n+i), ServiceName: fmt.Sprint("both", i), ContainerName: "c",
					Image: fmt.Sprintf("r/both%d:%d", i, n),
				},
				&delivery.DeployInfo{
					ID: fmt.Sprintf("%024x", 5000+1000*n+i), ServiceName: fmt.Sprintf("v%d-only%d", n, i), ContainerName: "c",
					Image: fmt.Sprintf("r/only%d-%d:1", n, i),
				})
		}
		data.Releases = append(data.Releases, r)
	}
	monorepo := artifactOf("r/monorepo:1", oldCommit)
	commits := &monorepo.Activities[0].Commits
	for i := range tooMany {
		(*commits)[0].PRs = append((*commits)[0].PRs, 100+i)
		*commits = append(*commits, &artifact.Commit{RepoOwner: "shop", RepoName: fmt.Sprint("r", i), CommitID: newCommit})
	}
	data.Artifacts = append(data.Artifacts, monorepo)
	return zadigtest.NewServer(t, zadigtest.WithServerVersion(version), zadigtest.WithData(data))
}

func TestEachToolCapsItsResult(t *testing.T) {
	t.Parallel()
	var images []string
	for i := range tooMany {
		images = append(images, fmt.Sprint("r/cart:", i))
	}
	for _, version := range versions {
		srv := large(t, version)
		session := connected(t, srv)
		pullRequests, hiddenPRs := maxElements, tooMany+1-maxElements
		if version == "v1.11.0" { // which sends one for each commit
			pullRequests, hiddenPRs = 1, 0
		}
		for _, row := range []struct {
			tool    string
			args    map[string]any
			lists   []string // in the result, cut to maxElements
			omitted int      // -1: the result has more in its place
		}{
			{"list_releases", map[string]any{"project": "long", "limit": 1000}, []string{"releases"}, -1},
			{"list_releases", map[string]any{"project": "long"}, []string{"releases"}, -1},
			{"get_release", map[string]any{"project": "wide", "version": "v1"}, []string{"images"}, 2*tooMany - maxElements},
			{"latest_release", map[string]any{"project": "wide"}, []string{"images"}, 2*tooMany - maxElements},
			{"trace_image", map[string]any{"image": "r/monorepo:1"}, []string{"commits"}, tooMany + 1 - maxElements + hiddenPRs},
			{"trace_running", map[string]any{"images": images}, []string{"images"}, tooMany - maxElements},
			{"diff_releases", map[string]any{"project": "wide", "from": "v1", "to": "v2"}, []string{"added", "removed", "changed"}, 3 * (tooMany - maxElements)},
			{"find_commit", map[string]any{"project": "long", "commit": oldCommit, "limit": 1000}, []string{"releases"}, tooMany - maxElements},
		} {
			t.Run(version+" "+row.tool, func(t *testing.T) {
				t.Parallel()
				got, failed := call(t, session, row.tool, row.args)
				require.False(t, failed, got)
				var out map[string]any
				require.NoError(t, json.Unmarshal([]byte(got), &out))
				for _, list := range row.lists {
					assert.Len(t, out[list], maxElements, list)
				}
				if row.omitted < 0 {
					assert.Equal(t, true, out["more"])
				} else {
					assert.EqualValues(t, row.omitted, out["omitted"], "omitted")
				}
				if row.tool == "trace_image" {
					var one traced
					require.NoError(t, json.Unmarshal([]byte(got), &one))
					assert.Len(t, one.Commits[0].PullRequests, pullRequests)
				}
			})
		}
	}
}

func TestTraceRunningAsksForNoMoreThanItReturns(t *testing.T) {
	t.Parallel()
	srv := large(t, "v5.0.0")
	var pods strings.Builder
	for i := range tooMany {
		fmt.Fprintf(&pods, `,{"spec":{"containers":[{"image":"r/cart:%d"}]}}`, i)
	}
	got, failed := call(t, connected(t, srv), "trace_running", map[string]any{"pods": `{"items":[` + pods.String()[1:] + `]}`})
	require.False(t, failed, got)
	srv.ExpectRequests(t, zadigtest.FindArtifact, maxElements)
}

func TestFindCommitLooksAtNoMoreThan200Releases(t *testing.T) {
	t.Parallel()
	for _, version := range versions {
		srv := zadigtest.NewServer(t, zadigtest.WithServerVersion(version), zadigtest.WithData(many(maxSearched+3)))
		for limit, searched := range map[int]int{1000: maxSearched, maxSearched: maxSearched, 60: 60, 0: maxElements} {
			out, got := findCommit(t, srv, map[string]any{"limit": limit})
			assert.Equal(t, searched, out.Searched, got)
			assert.True(t, out.More)
		}
	}
}

// A pull request is named as its code host does.
func TestPullRequestNames(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ source, address, want string }{
		{"github", "https://github.com", "#7 https://github.com/shop/code/pull/7"},
		{"gitlab", "https://gitlab.example.com", "!7 https://gitlab.example.com/shop/code/-/merge_requests/7"},
		{"gitee", "https://gitee.com", "#7 https://gitee.com/shop/code/pulls/7"},
		{"other", "", "#7"},
	} {
		a := artifactOf("r/cart:1", oldCommit)
		a.Activities[0].Commits[0].Source, a.Activities[0].Commits[0].Address = row.source, row.address
		out := describe("r/cart:1", a)
		assert.Equal(t, []string{row.want}, out.Commits[0].PullRequests)
	}
}
