package docs_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig/artifact"
	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/zadigtest"
)

// shop is a project whose newest release is of today.
func shop() zadigtest.Data {
	release := func(id, version, by string, created time.Time, services ...string) *delivery.Release {
		r := &delivery.Release{VersionInfo: &delivery.VersionInfo{
			ID: id, ProductName: "shop", Version: version, CreatedBy: by, CreatedAt: created.Unix(),
		}}
		for _, name := range services {
			r.DeployInfo = append(r.DeployInfo, &delivery.DeployInfo{
				ServiceName: name + "/" + name, ContainerName: name,
				Image: "registry.example.com/shop/" + name + ":" + strings.TrimPrefix(version, "v"),
			})
		}
		return r
	}
	build := &artifact.Activity{Type: "build", Commits: []*artifact.Commit{{
		Source: "github", Address: "https://github.com", RepoOwner: "shop-team", RepoName: "cart", PR: 736,
		CommitID: "4b15c43b012e7a4a901fdcfe33736ad1c3b53f48", AuthorName: "alice",
	}}}
	return zadigtest.Data{
		Releases: []*delivery.Release{
			release("65e13f00aa00000000000002", "v1.3.0", "alice", time.Now().Add(-time.Hour), "cart", "web"),
			release("65e13f00aa00000000000001", "v1.2.0", "李雷", time.Now().AddDate(0, 0, -7), "cart"),
		},
		Artifacts: []*artifact.Artifact{{
			Type: "image", Image: "registry.example.com/shop/cart:1.3.0",
			Activities: []*artifact.Activity{build}, SortedActivities: map[string][]*artifact.Activity{"build": {build}},
		}},
	}
}

// longest is how many lines a program of the cookbook has at the most.
const longest = 40

// The program that appends new releases to a file writes each once, however
// often it runs.
func TestCookbookSync(t *testing.T) {
	t.Parallel()
	srv := zadigtest.NewServer(t, zadigtest.WithData(shop()))
	dir := newModule(t)
	for i, b := range readPage(t, "docs/cookbook.md").goBlocks() {
		if b.heading == "What is new since the last run" {
			source, _, err := b.source(b.path, i)
			require.NoError(t, err)
			dir.write(t, "main.go", source)
		}
	}
	var versions []string
	for _, added := range []string{"", "", "v1.4.0"} {
		if added != "" {
			srv.AddRelease(&delivery.Release{VersionInfo: &delivery.VersionInfo{
				ID: "65e13f00aa00000000000004", ProductName: "shop", Version: added, CreatedAt: time.Now().Unix(),
			}})
		}
		run := exec.CommandContext(t.Context(), "go", "run", ".")
		run.Dir, run.Env = dir.path, append(dir.env(), "ZADIG_URL="+srv.URL)
		output, err := run.CombinedOutput()
		require.NoError(t, err, string(output))
		assert.Empty(t, string(output))
		written, err := os.ReadFile(filepath.Join(dir.path, "releases.jsonl"))
		require.NoError(t, err)
		versions = nil
		for line := range strings.Lines(string(written)) {
			var release delivery.Release
			require.NoError(t, json.Unmarshal([]byte(line), &release))
			versions = append(versions, release.VersionInfo.Version)
		}
	}
	assert.Equal(t, []string{"v1.2.0", "v1.3.0", "v1.4.0"}, versions)
}

// The cookbook's programs do what the text around them says, and its tests
// pass.
func TestCookbookPrograms(t *testing.T) {
	t.Parallel()
	rows := map[string]struct {
		stdin string
		want  []string // of the output
		code  int
	}{
		"The newest release of each project": {want: []string{
			"shop v1.3.0\n  cart: 4b15c43b by alice\n  web: Zadig has no record of this\npay v0.1.0\n",
		}},
		"What is new since the last run": {},
		"What is in production": {
			stdin: "registry.example.com/shop/cart:1.3.0\nredis:7\nredis:7\n",
			want: []string{
				"registry.example.com/shop/cart:1.3.0 4b15c43b012e7a4a901fdcfe33736ad1c3b53f48 alice " +
					"https://github.com/shop-team/cart/commit/4b15c43b012e7a4a901fdcfe33736ad1c3b53f48\n",
				"redis:7 not built by Zadig\n",
			},
		},
		"A release without a pull request": {
			want: []string{"shop v1.3.0 (65e13f00aa00000000000002, ", "web/web: registry.example.com/shop/web:1.3.0\n"},
			code: 1,
		},
		"Testing with zadigtest": {want: []string{"ok"}},
		"Testing with httpmock":  {want: []string{"ok"}},
	}
	data := shop()
	data.Releases = append(data.Releases, &delivery.Release{VersionInfo: &delivery.VersionInfo{
		ID: "65e13f00aa00000000000003", ProductName: "pay", Version: "v0.1.0", CreatedAt: 1,
	}})
	srv := zadigtest.NewServer(t, zadigtest.WithData(data))
	dir := newModule(t)

	cookbook := readPage(t, "docs/cookbook.md")
	for i, b := range cookbook.goBlocks() {
		source, program, err := b.source(b.path, i)
		if err != nil || !program {
			continue
		}
		row, ok := rows[b.heading]
		require.True(t, ok, "%s: a program that no row runs", b.at())
		delete(rows, b.heading)
		assert.LessOrEqual(t, strings.Count(b.code, "\n"), longest, b.at())

		folder := fmt.Sprintf("program%d", i)
		dir.write(t, folder+"/"+b.fileName(), source)
		run := exec.CommandContext(t.Context(), "go", "run", "./"+folder)
		if b.fileName() != "main.go" {
			run = exec.CommandContext(t.Context(), "go", "test", "./"+folder)
		}
		run.Dir, run.Env, run.Stdin = dir.path, append(dir.env(), "ZADIG_URL="+srv.URL), strings.NewReader(row.stdin)
		output, err := run.CombinedOutput()
		exit, failed := errors.AsType[*exec.ExitError](err)
		require.True(t, err == nil || failed, "%s: %v", b.at(), err)
		code := 0
		if failed {
			code = exit.ExitCode()
		}
		assert.Equal(t, row.code, code, "%s: %s", b.at(), output)
		for _, want := range row.want {
			assert.Contains(t, string(output), want, b.at())
		}
		assert.NotContains(t, string(output), "cart:1.2.0", "%s: an older release", b.at())
	}
	assert.Empty(t, rows, "rows without a program")
}
