package report

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/cmd/zadig-delivery/internal/cli"
	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/zadigtest"
)

func TestMain(m *testing.M) {
	time.Local = time.UTC
	os.Exit(m.Run())
}

// report runs the command against a server or for a demo, with one attempt for each request,
// and returns the page.
func report(t *testing.T, srv *zadigtest.Server, args ...string) (page, log string, code int) {
	t.Helper()
	var out, stderr bytes.Buffer
	cmd := Command()
	cmd.SetArgs(append(args, "--file", "-"))
	cmd.SetOut(&out)
	cmd.SetErr(&stderr)
	cmd.SilenceErrors, cmd.SilenceUsage = true, true
	ctx := t.Context()
	if srv != nil {
		ctx = cli.WithClient(ctx, srv.Client(zadig.WithRetry(zadig.RetryPolicy{MaxAttempts: 1})))
	}
	code = cli.Exit(cmd, cmd.ExecuteContext(ctx), &stderr)
	return out.String(), stderr.String(), code
}

// mustReport is report for a run that succeeds with a page that is well formed.
func mustReport(t *testing.T, srv *zadigtest.Server, args ...string) (page string) {
	t.Helper()
	page, log, code := report(t, srv, args...)
	require.Zero(t, code, log)
	wellFormed(t, page)
	return page
}

func TestSinceAndLimit(t *testing.T) {
	t.Parallel()
	data := zadigtest.Generate(1, 30)
	srv := serverWith(t, data)
	page := mustReport(t, srv, "--no-trace", "--limit", "12")
	assert.Equal(t, 12, rows(t, page))
	assert.Contains(t, page, "These are the newest 12 releases; there are more.")

	page = mustReport(t, srv, "--no-trace", "--limit", "30")
	assert.Equal(t, 30, rows(t, page))
	assert.NotContains(t, page, "there are more.")

	day := data.Releases[0].VersionInfo.Created().Format(time.DateOnly)
	page = mustReport(t, srv, "--no-trace", "--since", day)
	var want []string
	for _, r := range data.Releases {
		if r.VersionInfo.Created().Format(time.DateOnly) >= day {
			want = append(want, r.VersionInfo.ID)
		}
	}
	assert.Equal(t, want, dataOf(t, page).ids())
}

// One image that cannot be traced is missing in the page, and the exit code
// says so.
func TestOneImageFails(t *testing.T) {
	t.Parallel()
	srv := serverWith(t, *oneRelease(unchanged))
	srv.Inject(zadigtest.Status(500, "").On(zadigtest.TraceArtifact, zadigtest.FindArtifact).Times(1))
	page, log, code := report(t, srv)
	assert.Equal(t, 1, code)
	assert.Contains(t, log, "the page lacks the origin of 1 image: ")
	wellFormed(t, page)
}

// Where the token's user may not trace, the page has no commits, and says so.
func TestTracingIsForbidden(t *testing.T) {
	t.Parallel()
	srv := zadigtest.NewServer(t, zadigtest.WithData(zadigtest.Generate(3, 100)))
	srv.Inject(zadigtest.NoPermission().On(zadigtest.TraceArtifact, zadigtest.FindArtifact))
	page, log, code := report(t, srv, "--project", "shop")
	require.Zero(t, code, log)
	assert.Contains(t, log, "the page lacks commits, and says so")
	sent := len(srv.RequestsTo(zadigtest.TraceArtifact)) + len(srv.RequestsTo(zadigtest.FindArtifact))
	assert.Less(t, sent, 40, "the other images are not asked for")
	wellFormed(t, page)
	assert.Contains(t, page, "Zadig does not let the token&#39;s user trace images: commits, pull requests and authors are missing.")
	text := dataOf(t, page).text
	assert.Contains(t, text, "registry.example.com/shop/catalog", "the images are there")
	assert.NotContains(t, text, "shop-team/catalog", "the repository of commits")
}

func TestBrokenRecordIsLeftOut(t *testing.T) {
	t.Parallel()
	data := zadigtest.Generate(1, 20)
	ofWorkflow := func(r *delivery.Release) bool { return r.VersionInfo.Type == "" } // which v5.0.0 does not have
	data.Releases = slices.DeleteFunc(data.Releases, ofWorkflow)
	last := len(data.Releases) - 1
	for _, version := range []string{"v1.11.0", "v5.0.0"} {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			srv := zadigtest.NewServer(t, zadigtest.WithServerVersion(version), zadigtest.WithData(data))
			srv.Inject(zadigtest.BrokenRecord(data.Releases[last].VersionInfo.ID))
			page, log, code := report(t, srv, "--no-trace")
			assert.Equal(t, 1, code)
			assert.Contains(t, log, "the page lacks 1 release: ")
			assert.Equal(t, last, rows(t, page))
			assert.Contains(t, page, "1 release could not be read.")
		})
	}
}

// The next run continues with the cache of a run that broke off.
func TestCacheIsResumed(t *testing.T) {
	t.Parallel()
	srv := zadigtest.NewServer(t, zadigtest.WithServerVersion("v5.0.0"), zadigtest.WithData(zadigtest.Generate(3, 100)))
	file := filepath.Join(t.TempDir(), "cache")
	whole := mustReport(t, srv, "--cache", file)
	content, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.NotContains(t, string(content), "not-a-real-token")
	require.NoError(t, os.WriteFile(file, content[:len(content)/10], 0o600)) // in the middle of a line

	srv.ClearRequests()
	page := mustReport(t, srv, "--cache", file)
	first := len(srv.RequestsTo(zadigtest.GetRelease))
	assert.Positive(t, first)
	assert.Less(t, first, 100)
	withoutTime := func(page string) string { _, data, _ := strings.Cut(page, `id="data">`); return data }
	assert.Equal(t, withoutTime(whole), withoutTime(page))

	srv.ClearRequests()
	page = mustReport(t, srv, "--cache", file)
	assert.Equal(t, withoutTime(whole), withoutTime(page))
	assert.Empty(t, srv.RequestsTo(zadigtest.GetRelease))

	_, log, code := report(t, srv, "--cache", os.Args[0])
	assert.Equal(t, 2, code)
	assert.Contains(t, log, "is not a cache of this program")
}
