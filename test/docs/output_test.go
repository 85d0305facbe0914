package docs_test

import (
	"fmt"
	"go/version"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
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

// shop is the project of the README's example.
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

// The README's blocks of Go print what the block behind them shows.
func TestReadmeOutput(t *testing.T) {
	t.Parallel()
	readme := readPage(t, "README.md")
	srv := zadigtest.NewServer(t, zadigtest.WithData(shop()), zadigtest.WithToken("the-token"))
	dir := newModule(t)
	ran := 0
	for i, b := range readme.blocks[1:] {
		code := readme.blocks[i]
		if code.language != "go" || b.language != "text" {
			continue
		}
		ran++
		source, program, err := code.source(code.path, i)
		require.NoError(t, err)
		folder := fmt.Sprintf("output%d", i)
		if program {
			dir.write(t, folder+"/main.go", source)
		} else {
			dir.write(t, folder+"/block.go", strings.Replace(source, "package page", "package main", 1))
			dir.write(t, folder+"/names.go", "package main\n"+namesOfBlocks)
			dir.write(t, folder+"/main.go", fmt.Sprintf(mainOfBlocks, i))
		}
		run := exec.CommandContext(t.Context(), "go", "run", "./"+folder)
		run.Dir, run.Env = dir.path, append(dir.env(), "ZADIG_URL="+srv.URL, "ZADIG_TOKEN=the-token")
		output, err := run.CombinedOutput()
		require.NoError(t, err, "%s: %s", code.at(), output)
		assert.Equal(t, b.code, string(output), b.at())
	}
	assert.Equal(t, 2, ran, "blocks of Go with their output")
}

// mainOfBlocks runs a block of statements.
const mainOfBlocks = `package main

import (
	"context"
	"log"

	"github.com/zadig-go/zadig"
)

func main() {
	var err error
	if client, err = zadig.NewClientFromEnv(); err != nil {
		log.Fatal(err)
	}
	ctx = context.Background()
	if err := block%d(); err != nil {
		log.Fatal(err)
	}
}
`

// The README's session of whatsrunning is what the program prints on a
// terminal of 100 columns. A line "…" in it stands for others.
func TestReadmeSession(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("script"); err != nil || runtime.GOOS != "linux" {
		t.Skip("needs the script of util-linux, which makes a terminal")
	}
	sessions := readPage(t, "README.md").blocks
	sessions = slices.DeleteFunc(sessions, func(b *block) bool { return b.language != "console" })
	require.Len(t, sessions, 1)
	command, shown, _ := strings.Cut(strings.TrimPrefix(sessions[0].code, "$ "), "\n")
	name, args, _ := strings.Cut(command, " ")

	binary := filepath.Join(t.TempDir(), name)
	build := exec.CommandContext(t.Context(), "go", "build", "-o", binary, "./examples/"+name)
	build.Dir = root
	output, err := build.CombinedOutput()
	require.NoError(t, err, string(output))
	run := exec.CommandContext(t.Context(), "script", "-qec", binary+" "+args, "/dev/null")
	run.Env = append(os.Environ(), "COLUMNS=100")
	output, err = run.Output()
	require.NoError(t, err)

	rest := strings.ReplaceAll(string(output), "\r\n", "\n")
	_, rest, _ = strings.Cut(rest, "\x1b[K"+strings.SplitN(shown, "\n", 2)[0][:1]) // behind the progress
	for part := range strings.SplitSeq(shown[1:], "…\n") {
		at := strings.Index(rest, part)
		require.NotEqual(t, -1, at, "%s: not in the output of %s:\n%s\nwhich is\n%s", sessions[0].at(), command, part, output)
		rest = rest[at+len(part):]
	}
}

// What the README says of Go is what go.mod and CI say.
func TestReadmeVersionsOfGo(t *testing.T) {
	t.Parallel()
	mod, err := os.ReadFile(filepath.Join(root, "go.mod"))
	require.NoError(t, err)
	ci, err := os.ReadFile(filepath.Join(root, ".ci/run"))
	require.NoError(t, err)
	oldest := regexp.MustCompile(`(?m)^go (\S+)$`).FindSubmatch(mod)
	newest := regexp.MustCompile(`(?m)^newer=(\S+)`).FindSubmatch(ci)
	require.NotNil(t, oldest)
	require.NotNil(t, newest)
	short := func(name string) string { return strings.TrimPrefix(version.Lang(name), "go") }
	badge := fmt.Sprintf("https://img.shields.io/badge/go-%s%%20%%7C%%20%s-00ADD8", short("go"+string(oldest[1])), short(string(newest[1])))
	for _, name := range []string{"README.md", "README.zh-CN.md"} {
		assert.Contains(t, readPage(t, name).links, badge, name)
	}
}
