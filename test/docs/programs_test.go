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
	"github.com/zadig-go/zadig/environment"
	"github.com/zadig-go/zadig/zadigtest"
)

// shop is a project whose newest release is of today. It pushed its images to
// another registry, from which prod runs one.
func shop() zadigtest.Data {
	release := func(id, version, by string, created time.Time, services ...string) *delivery.Release {
		env := &delivery.ProductEnvInfo{EnvName: "prod"}
		r := &delivery.Release{VersionInfo: &delivery.VersionInfo{ID: id, ProductName: "shop", Version: version, CreatedBy: by,
			CreatedAt: created.Unix(), Type: delivery.TypeK8SYAML, Status: delivery.StatusSuccess, ProductEnvInfo: env}}
		for _, name := range services {
			image := "/" + name + ":" + strings.TrimPrefix(version, "v")
			r.DeployInfo = append(r.DeployInfo, &delivery.DeployInfo{
				ServiceName: name + "/" + name, ContainerName: name, Image: "registry.example.com/released" + image,
			})
			env.Services = append(env.Services, []*delivery.EnvService{{
				ServiceName: name, Containers: []*delivery.Container{{Name: name, Image: "registry.example.com/shop" + image}},
			}})
		}
		return r
	}
	build := &artifact.Activity{Type: "build", Commits: []*artifact.Commit{{Source: "github", Address: "https://github.com",
		RepoOwner: "shop-team", RepoName: "cart", PR: 736, CommitID: "4b15c43b012e7a4a901fdcfe33736ad1c3b53f48", AuthorName: "alice"}}}
	return zadigtest.Data{
		Releases: []*delivery.Release{
			release("65e13f00aa00000000000002", "v1.3.0", "alice", time.Now().Add(-time.Hour), "cart", "web"),
			release("65e13f00aa00000000000001", "v1.2.0", "李雷", time.Now().AddDate(0, 0, -7), "cart"),
			release("65e13f00aa00000000000003", "v0.1.0", "alice", time.Now().AddDate(0, 0, -8)),
		},
		Artifacts: []*artifact.Artifact{{Type: "image", Image: "registry.example.com/shop/cart:1.3.0", Activities: []*artifact.Activity{build},
			SortedActivities: map[string][]*artifact.Activity{"build": {build}}}},
		Environments: []*environment.Environment{{
			ProjectName: "shop", Name: "prod", Production: true, Status: environment.StatusSuccess,
			Services: []*environment.EnvService{{ServiceName: "cart", Containers: []*environment.Container{
				{Name: "cart", Image: "registry.example.com/released/cart:1.3.0"},
			}}},
		}},
	}
}

// longest is how many lines a program of the cookbook has at the most.
const longest = 40

// run runs a program of the cookbook in a folder, and returns its output and exit
// code.
func run(t *testing.T, binary, dir, url, stdin string) (string, int) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), binary)
	cmd.Dir, cmd.Env, cmd.Stdin = dir, append(os.Environ(), "ZADIG_URL="+url, "ZADIG_TOKEN="), strings.NewReader(stdin)
	output, err := cmd.CombinedOutput()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return string(output), exit.ExitCode()
	}
	require.NoError(t, err)
	return string(output), 0
}

// testedOn are the versions of Zadig on which the programs run: the documented one,
// the last before the flat release, and the newest.
var testedOn = []string{"v1.11.0", "v3.4.1", "v5.0.0"}

// The cookbook's programs print the same on every version, and its tests pass.
func TestCookbookPrograms(t *testing.T) {
	t.Parallel()
	rows := map[string]struct {
		stdin string
		want  string // regular expression of the output
		code  int
		on    []string // testedOn
	}{
		"The newest release of each project": {
			want: `shop v1\.3\.0
  cart: 4b15c43b by alice
  web: Zadig has no record of this
pay v0\.1\.0
`,
		},
		"What is in production": {
			stdin: "registry.example.com/shop/cart:1.3.0\nredis:7\nredis:7\n",
			want: `registry\.example\.com/shop/cart:1\.3\.0 4b15c43b012e7a4a901fdcfe33736ad1c3b53f48 alice ` +
				`https://github\.com/shop-team/cart/commit/4b15c43b012e7a4a901fdcfe33736ad1c3b53f48
redis:7 not built by Zadig
`,
		},
		"What runs in an environment": {
			want: `shop v1\.3\.0 \(65e13f00aa00000000000002, success, by alice, .*\)
  cart/cart: registry\.example\.com/shop/cart:1\.3\.0 \[shop-team/cart@4b15c43b.*\] \[shop-team/cart#736\] \[alice\]
`,
			on: []string{"v2.3.1", "v3.4.1", "v5.0.0"},
		},
		"A release without a pull request": {
			want: `shop v1\.3\.0 \(65e13f00aa00000000000002, success, by alice, .*\) web/web: registry\.example\.com/shop/web:1\.3\.0
`,
			code: 1,
		},
	}
	programs := cookbookPrograms(t)
	for heading, row := range rows {
		t.Run(heading, func(t *testing.T) {
			t.Parallel()
			if row.on == nil {
				row.on = testedOn
			}
			for _, version := range row.on {
				data := shop()
				data.Releases[2].VersionInfo.ProductName = "pay"
				srv := zadigtest.NewServer(t, zadigtest.WithData(data), zadigtest.WithServerVersion(version))
				output, code := run(t, programs[heading], t.TempDir(), srv.URL, row.stdin)
				assert.Regexp(t, "^"+row.want+"$", output, version)
				assert.Equal(t, row.code, code, version)
			}
		})
	}
	t.Run("What is new since the last run", func(t *testing.T) {
		t.Parallel()
		for _, version := range testedOn {
			testSync(t, programs["What is new since the last run"], version)
		}
	})
	assert.Len(t, programs, len(rows)+1, "programs")
}

// testSync runs the program that stores new releases: it stores each once, however
// often it runs, also if Zadig fails or a release cannot be read.
func testSync(t *testing.T, binary, version string) {
	t.Helper()
	srv, dir := zadigtest.NewServer(t, zadigtest.WithData(shop()), zadigtest.WithServerVersion(version)), t.TempDir()
	file := filepath.Join(dir, "synced.json")
	stored := func() (versions []string) {
		saved, err := os.ReadFile(file)
		require.NoError(t, err)
		var synced struct{ Releases []*delivery.Release }
		require.NoError(t, json.Unmarshal(saved, &synced))
		for _, r := range synced.Releases {
			versions = append(versions, r.VersionInfo.Version)
		}
		return versions
	}
	sync := func(wantCode int) {
		output, code := run(t, binary, dir, srv.URL, "")
		assert.Equal(t, wantCode, code, "%s: %s", version, output)
		assert.Equal(t, code == 0, output == "", "%s: %s", version, output)
	}
	sync(1) // there is no file
	require.NoError(t, os.WriteFile(file, []byte("{}\n"), 0o600))

	remove := srv.Inject(zadigtest.DatabaseDown())
	sync(1)
	assert.Empty(t, stored(), version)
	remove()
	remove = srv.Inject(zadigtest.BrokenRecord("65e13f00aa00000000000001"))
	sync(1)
	assert.Equal(t, []string{"v0.1.0", "v1.3.0"}, stored(), version)
	remove()
	for range 2 {
		sync(0)
		assert.Equal(t, []string{"v0.1.0", "v1.3.0", "v1.2.0"}, stored(), version)
	}
	add := func(name, status string) {
		srv.SetRelease(&delivery.Release{VersionInfo: &delivery.VersionInfo{ID: "65e13f00aa00000000000004", ProductName: "shop", Version: name,
			CreatedAt: time.Now().Unix(), Type: delivery.TypeK8SYAML, Status: status}})
	}
	add("v1.4.0", delivery.StatusCreating)
	sync(0)
	assert.Equal(t, []string{"v0.1.0", "v1.3.0", "v1.2.0"}, stored(), version)
	add("v1.4.0", delivery.StatusSuccess)
	for range 2 {
		sync(0)
		assert.Equal(t, []string{"v0.1.0", "v1.3.0", "v1.2.0", "v1.4.0"}, stored(), version)
	}
}

// cookbookPrograms builds the programs of the cookbook, by heading, and runs its
// tests, which choose their servers themselves.
func cookbookPrograms(t *testing.T) map[string]string {
	t.Helper()
	dir, programs := newModule(t), make(map[string]string)
	for i, b := range readPage(t, "docs/cookbook.md").goBlocks() {
		source, program, err := b.source(b.path, i)
		if err != nil || !program {
			continue
		}
		assert.LessOrEqual(t, strings.Count(b.code, "\n"), longest, b.at())
		folder := fmt.Sprintf("program%d", i)
		dir.write(t, folder+"/"+b.fileName(), source)
		args := []string{"test", "./" + folder}
		if b.fileName() == "main.go" {
			programs[b.heading] = filepath.Join(dir.path, folder, "program")
			args = []string{"build", "-o", programs[b.heading], "./" + folder}
		}
		build := exec.CommandContext(t.Context(), "go", args...)
		build.Dir, build.Env = dir.path, dir.env()
		output, err := build.CombinedOutput()
		require.NoError(t, err, "%s: %s", b.at(), output)
	}
	return programs
}
