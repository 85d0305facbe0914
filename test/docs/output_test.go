package docs_test

import (
	"fmt"
	"go/version"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig/zadigtest"
)

// The README's blocks of Go print what the block after them shows, on every version
// of Zadig that can: the first needs Trace, the second environments.
func TestReadmeOutput(t *testing.T) {
	t.Parallel()
	versions := zadigtest.Versions()
	since := []string{"v1.11.0", "v1.18.0"}
	readme := readPage(t, "README.md")
	dir := newModule(t)
	for i, b := range readme.blocks[1:] {
		code := readme.blocks[i]
		if code.language != "go" || b.language != "text" {
			continue
		}
		require.NotEmpty(t, since, "%s: more blocks of Go with their output than expected", b.at())
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
		binary := filepath.Join(t.TempDir(), folder)
		build := exec.CommandContext(t.Context(), "go", "build", "-o", binary, "./"+folder)
		build.Dir, build.Env = dir.path, dir.env()
		output, err := build.CombinedOutput()
		require.NoError(t, err, "%s: %s", code.at(), output)
		for _, version := range versions[slices.Index(versions, since[0]):] {
			srv := zadigtest.NewServer(t, zadigtest.WithServerVersion(version), zadigtest.WithToken("the-token"))
			run := exec.CommandContext(t.Context(), binary)
			run.Env = append(os.Environ(), "ZADIG_URL="+srv.URL, "ZADIG_TOKEN=the-token")
			output, err := run.CombinedOutput()
			require.NoError(t, err, "%s on %s: %s", code.at(), version, output)
			assert.Equal(t, b.code, string(output), "%s on %s", b.at(), version)
		}
		since = since[1:]
	}
	assert.Empty(t, since, "blocks of Go with their output")
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
