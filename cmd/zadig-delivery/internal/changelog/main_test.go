package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig/artifact"
	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/examples/internal/cli"
	"github.com/zadig-go/zadig/examples/internal/cli/clitest"
	"github.com/zadig-go/zadig/zadigtest"
)

func TestMain(m *testing.M) { clitest.Main(m) }

func TestReadme(t *testing.T) {
	t.Parallel()
	clitest.Program(run).Readme(t, name, 2)
}

// changelog runs the program against a server.
func changelog(t *testing.T, srv *zadigtest.Server, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	return clitest.Program(run).Run(t, srv, "", args...)
}

// release is a release of shop with images of services, given as "service
// image".
func release(n int, version string, images ...string) *delivery.Release {
	r := &delivery.Release{VersionInfo: &delivery.VersionInfo{
		ID: fmt.Sprintf("%024x", n), Version: version, ProductName: "shop", WorkflowName: fmt.Sprint("ops-", n%2), TaskID: n,
		CreatedBy: "李雷", CreatedAt: 1709546400 + int64(n)*3600, Desc: "# 紧急 <b>\nsecond",
	}}
	for i, text := range images {
		service, image, _ := strings.Cut(text, " ")
		r.DeployInfo = append(r.DeployInfo, &delivery.DeployInfo{
			ID: fmt.Sprintf("%024x", 1000*n+i), ServiceName: service + "/main", ContainerName: "main", Image: image,
			YAMLContents: []string{"kind: Deployment # " + image},
		})
		r.BuildInfo = append(r.BuildInfo, &delivery.BuildInfo{
			ID: fmt.Sprintf("%024x", 1000*n+500+i), ServiceName: service, ImageName: image,
			Issues: []*delivery.Issue{{Key: "SHOP-1", URL: "https://jira.example.com/browse/SHOP-1", Summary: "Cart | forgets"}},
		})
	}
	return r
}

func built(image string, issues []string, commits ...*artifact.Commit) *artifact.Artifact {
	return &artifact.Artifact{Type: "image", Image: image, Activities: []*artifact.Activity{
		{Type: artifact.ActivityBuild, Commits: commits, Issues: issues, EndTime: 1709546400},
	}}
}

func change(letter, message, author string, pr int) *artifact.Commit {
	return &artifact.Commit{
		Address: "https://github.com", Source: "github", RepoOwner: "shop", RepoName: "code", Branch: "main", PR: pr,
		CommitID: strings.Repeat(letter, 40), CommitMessage: message, AuthorName: author,
	}
}

// shop has two versions: cart changed, order came, redis is not Zadig's, gone
// went away, base was built again from the same commit.
func shop(t *testing.T, opts ...zadigtest.Option) *zadigtest.Server {
	t.Helper()
	return zadigtest.NewServer(t, append(opts,
		zadigtest.WithServerVersion("v1.11.0"), // issues have titles there
		zadigtest.WithReleases(
			release(1, "v1.2.0", "cart r/cart:1", "redis r/redis:6", "gone r/gone:1", "base r/base:1", "same r/same:1"),
			release(2, "v1.3.0", "cart r/cart:2", "redis r/redis:7", "order r/order:1", "base r/base:2", "same r/same:1"),
			release(3, "v1.3.1"),
		),
		zadigtest.WithArtifacts(
			built("r/cart:1", []string{"SHOP-OLD"}, change("a", "old", "bob", 1)),
			built("r/cart:2", []string{"https://jira.example.com/browse/SHOP-1"}, change("b", "fix | *it*\n\nbody", "alice", 7)),
			built("r/order:1", []string{"SHOP-2"}, change("b", "fix | *it*\n\nbody", "alice", 7), change("c", "new", "韩梅梅", 0), change("a", "old", "bob", 1)),
			built("r/gone:1", nil, change("d", "gone", "carol", 0)),
			built("r/base:1", nil, change("e", "base", "dave", 0)),
			built("r/base:2", []string{"SHOP-OLD"}, change("e", "base", "dave", 0)),
			built("r/same:1", nil, change("f", "same", "eve", 0)),
		))...)
}

const notesOfShop = `# shop v1.3.0

Released by 李雷 on 2024-03-04 12:00. Changes since v1.2.0 of 2024-03-04 11:00.

> \# 紧急 &lt;b&gt; second

## Images

|  | Service | From | To |  |
|---|---|---|---|---|
| changed | base/main | 'r/base:1' | 'r/base:2' |  |
| changed | cart/main | 'r/cart:1' | 'r/cart:2' | [compare](https://github.com/shop/code/compare/AAAA...BBBB) |
| changed | redis/main | 'r/redis:6' | 'r/redis:7' |  |
| added | order/main |  | 'r/order:1' |  |
| removed | gone/main | 'r/gone:1' |  |  |

Added is what only v1.3.0 delivered, removed what only v1.2.0 did.

Manifests differ, be it in the image alone: base, cart, redis

## Commits

Those that the new images were built from; others may lie between them and the old ones.

- ['bbbbbbbb'](https://github.com/shop/code/commit/BBBB) fix \| \*it\* (shop/code 'main', [#7](https://github.com/shop/code/pull/7)) by alice: cart, order
- ['cccccccc'](https://github.com/shop/code/commit/CCCC) new (shop/code 'main') by 韩梅梅: order

## Pull requests

- [shop/code #7](https://github.com/shop/code/pull/7)

## Issues

- [SHOP-1](https://jira.example.com/browse/SHOP-1) Cart \| forgets
- SHOP-2

## Authors

alice, 韩梅梅

## Not traced

- 'r/redis:6' (redis): not known to Zadig; commits that the old version had too could not be left out
- 'r/redis:7' (redis): not known to Zadig
`

func TestMarkdown(t *testing.T) {
	t.Parallel()
	want := strings.NewReplacer("'", "`", "AAAA", strings.Repeat("a", 40), "BBBB", strings.Repeat("b", 40), "CCCC", strings.Repeat("c", 40)).Replace(notesOfShop)
	stdout, stderr, code := changelog(t, shop(t), "-project", "shop", "v1.2.0", "v1.3.0")
	assert.Zero(t, code)
	assert.Empty(t, stderr)
	assert.Equal(t, want, stdout)
}

// Since v4.0 servers send neither builds nor, since v4.2, services in lists.
func TestFlatReleases(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"v2.3.1", "v4.0.0", "v5.0.0"} {
		stdout, stderr, code := changelog(t, shop(t, zadigtest.WithServerVersion(version)), "-project", "shop", "v1.2.0", "v1.3.0")
		assert.Zero(t, code, stderr)
		assert.Contains(t, stdout, "| changed | cart/main | `r/cart:1` | `r/cart:2` |")
		assert.Contains(t, stdout, "by alice: cart, order")
	}
}

func TestTable(t *testing.T) {
	t.Parallel()
	stdout, stderr, code := changelog(t, shop(t), "-format", "table", "v1.2.0", "-project", "shop", "v1.3.0")
	assert.Zero(t, code)
	assert.Empty(t, stderr)
	assert.Equal(t, `shop v1.3.0, released by 李雷 on 2024-03-04 12:00; changes since v1.2.0 of 2024-03-04 11:00

CHANGE   SERVICE     FROM       TO
changed  base/main   r/base:1   r/base:2
changed  cart/main   r/cart:1   r/cart:2
changed  redis/main  r/redis:6  r/redis:7
added    order/main             r/order:1
removed  gone/main   r/gone:1

MANIFESTS DIFFER
base, cart, redis

COMMIT    REPOSITORY  FROM  PR  AUTHOR  SERVICES     MESSAGE
bbbbbbbb  shop/code   main  #7  alice   cart, order  fix | *it*
cccccccc  shop/code   main      韩梅梅  order        new

ISSUE   TITLE
SHOP-1  Cart | forgets
SHOP-2

NOT TRACED  SERVICE  WHY
r/redis:6   redis    not known to Zadig; commits that the old version had too could not be left out
r/redis:7   redis    not known to Zadig
`, stdout)
}

func TestJSON(t *testing.T) {
	t.Parallel()
	stdout, _, code := changelog(t, shop(t), "-format", "json", "-project", "shop", "v1.2.0", "v1.3.0")
	assert.Zero(t, code)
	assert.Equal(t, 1, strings.Count(stdout, "\n"))
	var n notes
	require.NoError(t, json.Unmarshal([]byte(stdout), &n))
	assert.Equal(t, version{"v1.3.0", "李雷", time.Unix(1709546400+2*3600, 0).UTC(), "# 紧急 <b>\nsecond", false, ""}, n.To)
	assert.Len(t, n.Images, 5)
	assert.Len(t, n.Commits, 2)
	assert.Equal(t, []pullRequest{{"shop/code", 7, "https://github.com/shop/code/pull/7"}}, n.PullRequests)
	assert.Equal(t, []string{"alice", "韩梅梅"}, n.Authors)
	assert.Equal(t, []untraced{{"redis", "r/redis:6", true, "not known to Zadig"}, {"redis", "r/redis:7", false, "not known to Zadig"}}, n.Untraced)
}

func TestGoingBackAndNothing(t *testing.T) {
	t.Parallel()
	srv := shop(t)
	for _, format := range []string{"markdown", "table"} {
		stdout, _, code := changelog(t, srv, "-format", format, "-project", "shop", "v1.3.0", "v1.2.0")
		assert.Zero(t, code)
		assert.Contains(t, stdout, "v1.2.0 is older than v1.3.0: this is what going back changes")
		assert.Contains(t, stdout, "carol")
		assert.NotContains(t, stdout, "alice")

		stdout, _, code = changelog(t, srv, "-format", format, "-project", "shop", "v1.3.0", "v1.3.0")
		assert.Zero(t, code)
		assert.Contains(t, strings.ToLower(stdout), "no image changed")
		assert.NotContains(t, stdout, "Commits")
	}
}

// A packaged chart and its environment tell of the same image.
func TestChartsAreToldOnce(t *testing.T) {
	t.Parallel()
	var stdout, stderr strings.Builder
	assert.Zero(t, run(t.Context(), []string{"-demo", "-format", "table", "-project", "voting-helm", "v1.0.13", "v1.0.14"}, nil, &stdout, &stderr))
	assert.Equal(t, 1, strings.Count(stdout.String(), "\nchanged  redis"), stdout.String())
}

func TestUnknownVersion(t *testing.T) {
	t.Parallel()
	srv := shop(t)
	for args, want := range map[string]string{
		"-project shop v1.3 v1.3.1":                   `project "shop" has no version "v1.3"; the nearest: v1.3.1, v1.3.0, v1.2.0`,
		"-project shop v1.2.0 V1.2.0":                 `project "shop" has no version "V1.2.0"; the nearest: v1.2.0, v1.3.0, v1.3.1`,
		"-project shop -workflow ops-1 v1.2.0 v1.3.0": `project "shop", workflow "ops-1", has no version "v1.3.0"; the nearest: v1.3.1, v1.2.0`,
		"-project Shop v1.2.0 v1.3.0":                 `project "Shop" has no releases, so no version "v1.3.0" (names are case-sensitive)`,
	} {
		stdout, stderr, code := changelog(t, srv, strings.Fields(args)...)
		assert.Equal(t, 1, code)
		assert.Empty(t, stdout)
		assert.Equal(t, "changelog: "+want+"\n", stderr)
	}
}

func TestWrongFlags(t *testing.T) {
	t.Parallel()
	srv := zadigtest.NewServer(t)
	for args, reason := range map[string]string{
		"":                              "-project is missing",
		"-nope":                         "not defined: -nope",
		"-project shop":                 "two versions, the old and the new one, and got 0",
		"-project shop v1":              "and got 1",
		"-project shop v1 v2 v3":        "and got 3",
		"-project shop v1 previous":     `"previous" can only be the old version`,
		"-project shop v1 v2 -format x": "table, json or markdown",
	} {
		stdout, stderr, code := changelog(t, srv, strings.Fields(args)...)
		assert.Equal(t, 2, code, args)
		assert.Empty(t, stdout)
		assert.Contains(t, stderr, reason)
		assert.Equal(t, 1, strings.Count(stderr, "\n"), stderr)
	}
	srv.ExpectNoRequests(t)

	stdout, _, code := changelog(t, srv, "-h")
	assert.Zero(t, code)
	assert.Contains(t, stdout, "Usage: changelog -project project")
}

func TestFailures(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		arrange func(*zadigtest.Server)
		reason  string
	}{
		"no server":            {(*zadigtest.Server).Down, "changelog: Zadig cannot be reached: nothing listens at "},
		"wrong token":          {func(s *zadigtest.Server) { s.Inject(zadigtest.ExpiredToken()) }, "check ZADIG_TOKEN"},
		"token expires midway": {func(s *zadigtest.Server) { s.Inject(zadigtest.ExpiredToken().On(zadigtest.FindArtifact)) }, "check ZADIG_TOKEN"},
		"no permission":        {func(s *zadigtest.Server) { s.Inject(zadigtest.NoPermission()) }, "does not let the token's user read this"},
		"no license":           {func(s *zadigtest.Server) { s.Inject(zadigtest.LicenseExpired()) }, "this Zadig has no valid license"},
		"login page":           {func(s *zadigtest.Server) { s.Inject(zadigtest.HTML(200)) }, "a web page came in place of data"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := shop(t)
			row.arrange(srv)
			stdout, stderr, code := changelog(t, srv, "-project", "shop", "v1.2.0", "v1.3.0")
			assert.Equal(t, 1, code)
			assert.Empty(t, stdout)
			assert.Contains(t, stderr, row.reason)
			assert.Equal(t, 2, strings.Count(stderr, "\n"), "a sentence and the detail: %s", stderr)
		})
	}
}

// Who may see releases and no artifacts gets notes that say so, and an exit
// code that a pipeline sees.
func TestMayNotTrace(t *testing.T) {
	t.Parallel()
	srv := shop(t)
	srv.Inject(zadigtest.NoPermission().On(zadigtest.FindArtifact))
	stdout, stderr, code := changelog(t, srv, "-project", "shop", "v1.2.0", "v1.3.0")
	assert.Equal(t, 1, code)
	assert.Contains(t, stdout, "| changed | cart/main |")
	assert.Contains(t, stdout, "- `r/cart:2` (cart): Zadig does not let the token's user read this")
	assert.NotContains(t, stdout, "## Commits")
	assert.Contains(t, stderr, "some images could not be traced, the notes name them: Zadig does not let the token's user read this\n  GET ")
	assert.Equal(t, 2, strings.Count(stderr, "\n"))
}

func TestFullDisk(t *testing.T) {
	t.Parallel()
	ctx := cli.WithClient(t.Context(), shop(t).Client())
	for _, format := range []string{"table", "json", "markdown"} {
		var stderr strings.Builder
		assert.Equal(t, 1, run(ctx, []string{"-format", format, "-project", "shop", "v1.2.0", "v1.3.0"}, nil, full{}, &stderr))
		assert.Equal(t, "changelog: disk full\n", stderr.String())
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("disk full") }

func TestInterrupt(t *testing.T) {
	t.Parallel()
	for _, endpoint := range []zadigtest.Endpoint{zadigtest.ListReleases, zadigtest.FindArtifact} {
		srv := shop(t)
		ctx, interrupt := context.WithCancel(t.Context())
		srv.Inject(zadigtest.Hook(func(*http.Request) { interrupt() }).On(endpoint))
		srv.Inject(zadigtest.Delay(time.Hour).On(endpoint))
		var stderr strings.Builder
		assert.Equal(t, 130, run(cli.WithClient(ctx, srv.Client()), []string{"-project", "shop", "v1.2.0", "v1.3.0"}, nil, io.Discard, &stderr))
		assert.Equal(t, "changelog: interrupted\n", stderr.String())
	}
}

func TestEnvironment(t *testing.T) {
	srv := shop(t, zadigtest.WithToken("right-token"))
	args := []string{"-project", "shop", "v1.2.0", "v1.3.0"}
	t.Setenv("ZADIG_URL", srv.URL)
	t.Setenv("ZADIG_TOKEN", "right-token")
	var stdout, stderr strings.Builder
	assert.Zero(t, run(t.Context(), args, nil, &stdout, &stderr))
	assert.Contains(t, stdout.String(), "# shop v1.3.0")

	t.Setenv("ZADIG_TOKEN", "wrong-token")
	assert.Equal(t, 1, run(t.Context(), args, nil, &stdout, &stderr))
	assert.Contains(t, stderr.String(), "does not accept the API token")
	assert.NotContains(t, stderr.String(), "wrong-token")
}

// A build of several pull requests has them all, on servers whose trace leaves
// them out.
func TestPullRequestsOfABuildOfSeveral(t *testing.T) {
	t.Parallel()
	several := change("b", "merge", "alice", 0)
	several.PRs = []int{7, 8}
	srv := zadigtest.NewServer(t,
		zadigtest.WithReleases(release(1, "v1.2.0", "cart r/cart:1"), release(2, "v1.3.0", "cart r/cart:2")),
		zadigtest.WithArtifacts(built("r/cart:1", nil, change("a", "old", "bob", 1)), built("r/cart:2", nil, several)))
	stdout, _, code := changelog(t, srv, "-project", "shop", "v1.2.0", "v1.3.0")
	assert.Zero(t, code)
	assert.Contains(t, stdout, "[#7](https://github.com/shop/code/pull/7), [#8](https://github.com/shop/code/pull/8)")
}
