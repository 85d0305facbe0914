package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig/artifact"
	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/zadigtest"
)

func failed(r *delivery.Release, reason string) *delivery.Release {
	r.VersionInfo.Type, r.VersionInfo.Status = delivery.TypeHelmChart, delivery.StatusFailed
	r.VersionInfo.Progress = &delivery.Progress{Error: reason}
	return r
}

// four releases, of which v3 failed; v1 and v2 have a namesake each.
func four(t *testing.T, server string) *zadigtest.Server {
	t.Helper()
	return zadigtest.NewServer(t, zadigtest.WithServerVersion(server), zadigtest.WithReleases(
		release(1, "v1", "cart r/cart:1"),
		release(2, "v2", "cart r/cart:2", "order r/order:2"),
		failed(release(3, "v3", "cart r/cart:3"), "push failed:\nconnection timed out"),
		release(4, "v4", "cart r/cart:4", "order r/order:4"),
	))
}

func TestLatestAndPrevious(t *testing.T) {
	t.Parallel()
	for args, want := range map[string][2]string{
		"previous latest":                 {"v2", "v4"},
		"v1 latest":                       {"v1", "v4"},
		"previous v3":                     {"v2", "v3"},
		"latest v1":                       {"v4", "v1"},
		"-workflow ops-0 previous latest": {"v2", "v4"},
	} {
		for _, server := range []string{"v1.11.0", "v5.0.0"} {
			t.Run(server+" "+args, func(t *testing.T) {
				t.Parallel()
				if server == "v5.0.0" && strings.Contains(args, "-workflow") {
					t.Skip("releases name no workflow since v4.0")
				}
				stdout, stderr, code := changelog(t, four(t, server), append(strings.Fields(args), "-project", "shop", "-format", "json")...)
				require.Zero(t, code&^1, stderr) // 1: nothing here can be traced
				var n notes
				require.NoError(t, json.Unmarshal([]byte(stdout), &n))
				assert.Equal(t, want, [2]string{n.From.Version, n.To.Version})
			})
		}
	}
	_, stderr, code := changelog(t, four(t, "v1.11.0"), "-project", "shop", "previous", "v1")
	assert.Equal(t, 1, code)
	assert.Equal(t, "changelog: project \"shop\" has no release before version \"v1\" that did not fail\n", stderr)
	_, stderr, code = changelog(t, four(t, "v1.11.0"), "-project", "none", "previous", "latest")
	assert.Equal(t, 1, code)
	assert.Contains(t, stderr, `project "none" has no releases`)
}

// A version's name can be taken twice; the one before is meant all the same.
func TestPreviousWithTheSameName(t *testing.T) {
	t.Parallel()
	srv := zadigtest.NewServer(t, zadigtest.WithServerVersion("v1.11.0"), zadigtest.WithReleases(
		release(2, "v1", "cart r/cart:1"), release(4, "v1", "cart r/cart:2"),
	))
	stdout, _, _ := changelog(t, srv, "-project", "shop", "-format", "json", "previous", "latest")
	assert.Contains(t, stdout, `"from":"r/cart:1","to":"r/cart:2"`)
}

func TestFailedReleases(t *testing.T) {
	t.Parallel()
	srv := four(t, "v1.11.0")
	stdout, _, _ := changelog(t, srv, "-project", "shop", "v2", "v3")
	assert.Contains(t, stdout, "\n\n**This release failed**: push failed: connection timed out\n\n")
	assert.Contains(t, stdout, "removed what only v2 did.\n\nv3 failed: what looks removed may only not have been delivered.\n")

	stdout, _, _ = changelog(t, srv, "-project", "shop", "v3", "v4")
	assert.Contains(t, stdout, "\n\n**v3 failed**: push failed: connection timed out\n\n")
	assert.Contains(t, stdout, "v3 failed: what looks added may have been delivered before it.\n")
	assert.NotContains(t, stdout, "This release failed")

	stdout, _, _ = changelog(t, srv, "-project", "shop", "-format", "table", "v2", "v3")
	assert.Contains(t, stdout, "\nthis release failed: push failed: connection timed out\n")
	assert.Contains(t, stdout, "\nv3 failed: what looks removed may only not have been delivered.\n")

	stdout, _, _ = changelog(t, srv, "-project", "shop", "-format", "json", "v2", "v3")
	assert.Contains(t, stdout, `"failed":true,"failure":"push failed:\nconnection timed out"`)

	stdout, _, _ = changelog(t, srv, "-project", "shop", "v1", "v2")
	assert.NotContains(t, stdout, "failed**")
}

func TestFailedWithoutReason(t *testing.T) {
	t.Parallel()
	srv := zadigtest.NewServer(t, zadigtest.WithServerVersion("v1.11.0"), zadigtest.WithReleases(
		release(1, "v1", "cart r/cart:1"), failed(release(2, "v2"), ""),
	))
	stdout, _, _ := changelog(t, srv, "-project", "shop", "v1", "v2")
	assert.Contains(t, stdout, "**This release failed**: Zadig gives no reason\n")
}

// An image of several repositories has a page for each that both builds have
// one commit of.
func TestCompareEachRepository(t *testing.T) {
	t.Parallel()
	commit := func(repo, letter string) *artifact.Commit {
		c := change(letter, "m", "alice", 0)
		c.RepoName = repo
		return c
	}
	srv := zadigtest.NewServer(t, zadigtest.WithServerVersion("v1.11.0"),
		zadigtest.WithReleases(release(1, "v1", "cart r/cart:1"), release(2, "v2", "cart r/cart:2")),
		zadigtest.WithArtifacts(
			built("r/cart:1", nil, commit("code", "a"), commit("lib", "b"), commit("same", "c"), commit("twice", "d"), commit("gone", "e")),
			built("r/cart:2", nil, commit("code", "1"), commit("lib", "2"), commit("same", "c"), commit("twice", "4"), commit("twice", "5"), commit("new", "6")),
		))
	stdout, stderr, code := changelog(t, srv, "-project", "shop", "v1", "v2")
	assert.Zero(t, code, stderr)
	page := func(repo, from, to string) string {
		return "[compare shop/" + repo + "](https://github.com/shop/" + repo + "/compare/" + strings.Repeat(from, 40) + "..." + strings.Repeat(to, 40) + ")"
	}
	assert.Contains(t, stdout, "| `r/cart:2` | "+page("code", "a", "1")+", "+page("lib", "b", "2")+" |\n")
}
