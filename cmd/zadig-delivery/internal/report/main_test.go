package report

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/cmd/zadig-delivery/internal/cli"
	"github.com/zadig-go/zadig/examples/internal/cli/clitest"
	"github.com/zadig-go/zadig/zadigtest"
)

// The session writes report.html, so it runs in a folder of its own.
func TestReadme(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	t.Chdir(t.TempDir())
	require.NoError(t, os.WriteFile("README.md", readme, 0o600))
	clitest.Program(run).Readme(t, name, 1)
	assert.FileExists(t, "report.html")
}

func TestSinceAndLimit(t *testing.T) {
	t.Parallel()
	data := zadigtest.Generate(1, 30)
	srv := serverWith(t, data)
	page, log, code := report(t, srv, "-no-trace", "-limit", "12")
	require.Zero(t, code, log)
	assert.Equal(t, 12, rows(t, page))
	assert.Contains(t, page, "These are the newest 12 releases; there are more.")

	page, _, _ = report(t, srv, "-no-trace", "-limit", "30")
	assert.Equal(t, 30, rows(t, page))
	assert.NotContains(t, page, "there are more.")

	day := data.Releases[0].VersionInfo.Created().Format(time.DateOnly)
	page, _, _ = report(t, srv, "-no-trace", "-since", day)
	var want []string
	for _, r := range data.Releases {
		if r.VersionInfo.Created().Format(time.DateOnly) >= day {
			want = append(want, r.VersionInfo.ID)
		}
	}
	assert.Equal(t, want, dataOf(t, page).ids(t))

	page, log, code = report(t, srv, "-project", "shop", "-since", "1d")
	require.Zero(t, code, log)
	assert.Contains(t, page, "No releases", "the project is there, only not lately")
}

// Servers since v4.2 leave the images out of lists.
func TestVersions(t *testing.T) {
	t.Parallel()
	for _, version := range zadigtest.Versions() {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			srv := zadigtest.NewServer(t, zadigtest.WithServerVersion(version), zadigtest.WithData(zadigtest.Generate(3, 30)))
			args := []string{"-project", "shop"}
			if version == "v1.7.1" { // which cannot trace
				_, log, code := report(t, srv, args...)
				assert.Equal(t, 1, code)
				assert.Contains(t, log, "-no-trace")
				args = append(args, "-no-trace")
			}
			page, log, code := report(t, srv, args...)
			require.Zero(t, code, log)
			wellFormed(t, page)
			assert.Greater(t, rows(t, page), 5)
			texts := dataOf(t, page).Strings
			assert.Contains(t, texts, "registry.example.com/shop/cart")
			assert.Contains(t, page, "Now in each environment")
			if version != "v1.7.1" {
				assert.Contains(t, texts, "shop-team/shop", "the repository of commits")
				assert.Contains(t, page, "How long services build")
			}
		})
	}
}

func TestFailures(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name    string
		trouble func(*zadigtest.Server)
		args    []string
		code    int
		says    string
		page    bool
	}{
		{"no server", func(srv *zadigtest.Server) { srv.Down() }, nil, 1, "report: Zadig cannot be reached", false},
		{"no permission", func(srv *zadigtest.Server) { srv.Inject(zadigtest.NoPermission()) }, []string{"-project", "shop"}, 1, "does not let the token's user read this", false},
		{"no permission for all projects", func(srv *zadigtest.Server) { srv.Inject(zadigtest.NoPermission()) }, nil, 1, "name a project with -project", false},
		{"expired token", func(srv *zadigtest.Server) { srv.Inject(zadigtest.ExpiredToken()) }, nil, 1, "check ZADIG_TOKEN", false},
		{"login page", func(srv *zadigtest.Server) { srv.Inject(zadigtest.HTML(200)) }, nil, 1, "a web page came in place of data", false},
		{"unknown project", func(*zadigtest.Server) {}, []string{"-project", "shpo"}, 1, `project "shpo" does not exist or has no releases; there are releases of shop`, false},
		{"one image is forbidden", func(srv *zadigtest.Server) {
			srv.Inject(zadigtest.NoPermission().On(zadigtest.TraceArtifact).Times(1))
		}, nil, 1, "the page lacks the origin of 1 image: ", true},
		{"one image fails", func(srv *zadigtest.Server) { // the page is written, the failure is told
			srv.Inject(zadigtest.Status(500, "").On(zadigtest.TraceArtifact).Times(1))
		}, nil, 1, "the page lacks the origin of 1 image: ", true},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			srv := serverWith(t, *oneRelease(unchanged))
			row.trouble(srv)
			page, log, code := report(t, srv, row.args...)
			assert.Equal(t, row.code, code, log)
			assert.Contains(t, log, row.says)
			assert.Equal(t, row.page, page != "", log)
			if row.page {
				wellFormed(t, page)
			}
		})
	}
}

// Where the token's user may not trace, the page has no commits, and says so.
func TestTracingIsForbidden(t *testing.T) {
	t.Parallel()
	srv := zadigtest.NewServer(t, zadigtest.WithData(zadigtest.Generate(3, 100)))
	srv.Inject(zadigtest.NoPermission().On(zadigtest.TraceArtifact))
	page, log, code := report(t, srv, "-project", "shop")
	require.Zero(t, code, log)
	assert.Contains(t, log, "the page lacks commits, and says so")
	assert.Less(t, len(srv.RequestsTo(zadigtest.TraceArtifact)), 25, "the other images are not asked for")
	wellFormed(t, page)
	assert.Contains(t, page, "Zadig does not let the token&#39;s user trace images: commits, pull requests and authors are missing.")
	texts := dataOf(t, page).Strings
	assert.Contains(t, texts, "registry.example.com/shop/cart", "the images are there")
	assert.NotContains(t, texts, "shop-team/shop", "the repository of commits")
}

func TestBrokenRecordIsLeftOut(t *testing.T) {
	t.Parallel()
	data := zadigtest.Generate(1, 20)
	srv := serverWith(t, data)
	srv.Inject(zadigtest.BrokenRecord(data.Releases[19].VersionInfo.ID)) // the last of the walk
	page, log, code := report(t, srv, "-no-trace")
	assert.Equal(t, 1, code)
	assert.Contains(t, log, "the page lacks 1 release: ")
	assert.Equal(t, 19, rows(t, page))
	assert.Contains(t, page, "1 release could not be read.")
}

func TestUsage(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"-h"}, 0, "Usage: report"},
		{[]string{"-version"}, 0, "report v"},
		{[]string{"-x"}, 2, "-x"},
		{[]string{"-projct", "shop"}, 2, "is -project meant?"},
		{[]string{"-format", "json"}, 2, "not defined: -format"},
		{[]string{"shop"}, 2, `"shop"`},
		{[]string{"-limit", "many"}, 2, "many"},
		{[]string{"-limit", "-1"}, 2, "negative"},
		{[]string{"-since", "yesterday"}, 2, "7d"},
		{[]string{"-lang", "fr"}, 2, "it is en or zh"},
		{[]string{"-o", ""}, 2, "-o is empty"},
		{[]string{"-demo", "-o", filepath.Join(t.TempDir(), "missing", "x.html")}, 1, "there is no such folder"},
	} {
		t.Run(strings.Join(row.args, " "), func(t *testing.T) {
			t.Parallel()
			var out, log bytes.Buffer
			assert.Equal(t, row.code, run(t.Context(), row.args, nil, &out, &log))
			assert.Contains(t, out.String()+log.String(), row.says)
			if row.code != 0 {
				assert.Empty(t, out.String())
			}
		})
	}
}

// Made-up data are shown where they are asked for, and the page says so.
func TestDemo(t *testing.T) {
	t.Setenv("ZADIG_URL", "")
	var out, log bytes.Buffer
	require.Equal(t, 1, run(t.Context(), []string{"-o", "-"}, nil, &out, &log))
	assert.Contains(t, log.String(), "ZADIG_URL is not set")
	assert.Contains(t, log.String(), "-demo")
	assert.Empty(t, out.String())

	log.Reset()
	name := filepath.Join(t.TempDir(), "report.html")
	require.Zero(t, run(t.Context(), []string{"-demo", "-project", "shop", "-o", name}, nil, &out, &log), log.String())
	written, err := os.ReadFile(name)
	require.NoError(t, err)
	page := string(written)
	wellFormed(t, page)
	assert.Greater(t, rows(t, page), 300)
	assert.Contains(t, page, `class="banner" role="note"><b>Made-up data.</b>`)
	assert.Contains(t, dataOf(t, page).Strings, "shop-team/shop", "the repository of commits")
	assert.Empty(t, log.String(), "no progress where there is no terminal")
	for _, reference := range regexp.MustCompile(`<([a-z]+)[^>]* (?:src|href|srcset|data|action|poster)="[^#]`).FindAllStringSubmatch(page, -1) {
		assert.Contains(t, reference[0], `<link rel="icon" href="d`, "nothing is loaded") // data:,
	}
}

func TestAsksTheServerOfTheEnvironment(t *testing.T) {
	const token = "token-of-the-report"
	srv := zadigtest.NewServer(t, zadigtest.WithToken(token), zadigtest.WithData(*oneRelease(unchanged)))
	t.Setenv("ZADIG_URL", srv.URL)
	t.Setenv("ZADIG_TOKEN", token)
	var out, log bytes.Buffer
	require.Zero(t, run(t.Context(), []string{"-o", "-"}, nil, &out, &log), log.String())
	assert.Contains(t, out.String(), strings.TrimPrefix(srv.URL, "http://"))
	assert.Equal(t, 1, rows(t, out.String()))
	assert.NotContains(t, out.String(), "Made-up data")
	assert.NotContains(t, out.String(), token)
	assert.Empty(t, log.String())
}

func TestInterrupted(t *testing.T) {
	t.Parallel()
	srv := zadigtest.NewServer(t)
	ctx, cancel := context.WithCancel(cli.WithClient(t.Context(), srv.Client(zadig.WithRetry(zadig.RetryPolicy{MaxAttempts: 1}))))
	srv.Inject(zadigtest.Delay(time.Minute))
	time.AfterFunc(50*time.Millisecond, cancel)
	var log bytes.Buffer
	name := filepath.Join(t.TempDir(), "report.html")
	assert.Equal(t, 130, run(ctx, []string{"-o", name}, nil, io.Discard, &log))
	assert.Equal(t, "report: interrupted\n", log.String())
	assert.NoFileExists(t, name)
}
