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

	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/examples/internal/cli"
	"github.com/zadig-go/zadig/examples/internal/cli/clitest"
	"github.com/zadig-go/zadig/zadigtest"
)

func TestMain(m *testing.M) { clitest.Main(m) }

func TestReadme(t *testing.T) {
	t.Parallel()
	clitest.Program(run).Readme(t, name, 4)
}

// releases runs the program against a server.
func releases(t *testing.T, srv *zadigtest.Server, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	return clitest.Program(run).Run(t, srv, "", args...)
}

// made are releases of two projects, the newest first.
func made() []*delivery.Release {
	at := time.Date(2024, 3, 4, 12, 0, 0, 0, time.UTC)
	var all []*delivery.Release
	for i := range 6 {
		project := []string{"shop", "bank"}[i%2]
		r := release(i, project, at.Add(-time.Duration(i)*time.Hour), fmt.Sprintf("v1.%d", 6-i))
		if i == 2 {
			r.VersionInfo.Labels = []string{"hotfix"}
			r.DeployInfo[0].ServiceName = "order/order"
			r.DeployInfo[0].ContainerName = "order"
		}
		all = append(all, r)
	}
	return all
}

func release(n int, project string, at time.Time, version string) *delivery.Release {
	return &delivery.Release{
		VersionInfo: &delivery.VersionInfo{
			ID: fmt.Sprintf("%024x", n+1), Version: version, ProductName: project, WorkflowName: project + "-ops", TaskID: 100 - n,
			CreatedBy: "李雷", CreatedAt: at.Unix(), Desc: "a | \x1b[31mb\nsecond line",
		},
		BuildInfo: []*delivery.BuildInfo{{
			ID: fmt.Sprintf("%024x", 900+n), ServiceName: "cart",
			Commits: []*delivery.Commit{{RepoName: "cart", OAuthToken: "secret-1", Password: "secret-2", SSHKey: "secret-3", PrivateAccessToken: "secret-4"}},
		}},
		DeployInfo: []*delivery.DeployInfo{{
			ID: fmt.Sprintf("%024x", 800+n), ServiceName: "cart/cart", ContainerName: "cart", Image: "registry.example.com/" + project + "/cart:" + version,
			YAMLContents: []string{"kind: Deployment"},
		}},
	}
}

func TestFilters(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"v1.7.1", "v1.11.0", "v3.4.1", "v4.0.0", "v5.0.0"} {
		srv := zadigtest.NewServer(t, zadigtest.WithServerVersion(version), zadigtest.WithReleases(made()...))
		for args, want := range map[string]string{
			"":                                     "v1.6 v1.5 v1.4 v1.3 v1.2 v1.1",
			"-project shop":                        "v1.6 v1.4 v1.2",
			"-project shop -limit 2":               "v1.6 v1.4",
			"-workflow bank-ops":                   "v1.5 v1.3 v1.1",
			"-workflow shop-ops -task 98":          "v1.4",
			"-label hotfix":                        "v1.4",
			"-service order":                       "v1.4",
			"-project shop -service cart -limit 1": "v1.6",
			"-since 2024-03-04T09:30:00Z":          "v1.6 v1.5 v1.4",
			"-since 2024-03-05":                    "",
			"-since 7d":                            "",
			"-images":                              "v1.6 v1.5 v1.4 v1.3 v1.2 v1.1",
			"-full":                                "v1.6 v1.5 v1.4 v1.3 v1.2 v1.1",
		} {
			t.Run(version+" "+args, func(t *testing.T) {
				t.Parallel()
				stdout, stderr, code := releases(t, srv, append(strings.Fields(args), "-format", "json")...)
				assert.Zero(t, code)
				assert.Empty(t, stderr)
				var got []string
				for line := range strings.Lines(stdout) {
					var r struct {
						Version     string `json:"version"` // also of a flat release
						VersionInfo struct {
							Version string `json:"version"`
						} `json:"versionInfo"`
					}
					require.NoError(t, json.Unmarshal([]byte(line), &r))
					got = append(got, r.Version+r.VersionInfo.Version)
				}
				assert.Equal(t, want, strings.Join(got, " "))
			})
		}
	}
}

func TestFormats(t *testing.T) {
	t.Parallel()
	one := made()[2:3]
	one[0].VersionInfo.Status = delivery.StatusSuccess
	for _, version := range []string{"v1.11.0", "v5.0.0"} {
		srv := zadigtest.NewServer(t, zadigtest.WithServerVersion(version), zadigtest.WithReleases(one...))
		for args, want := range map[string]string{
			"": `CREATED           PROJECT  VERSION  WORKFLOW  TASK  STATUS   BY    LABELS  DESCRIPTION
2024-03-04 10:00  shop     v1.4     shop-ops  98    success  李雷  hotfix  a | [31mb
`,
			"-format markdown": `| CREATED | PROJECT | VERSION | WORKFLOW | TASK | STATUS | BY | LABELS | DESCRIPTION |
|---|---|---|---|---|---|---|---|---|
| 2024-03-04 10:00 | shop | v1.4 | shop-ops | 98 | success | 李雷 | hotfix | a \| \[31mb |
`,
			"-format json": `{"id":"000000000000000000000003","project":"shop","version":"v1.4","workflow":"shop-ops","task":98,"type":"TYPE","status":"success","labels":["hotfix"],` +
				`"created_by":"李雷","created_at":"2024-03-04T10:00:00Z","description":"a | \u001b[31mb\nsecond line"}` + "\n",
			"-images": `CREATED           PROJECT  VERSION  WORKFLOW  TASK  STATUS   BY    LABELS  SERVICE  IMAGE
2024-03-04 10:00  shop     v1.4     shop-ops  98    success  李雷  hotfix  order    registry.example.com/shop/cart:v1.4
`,
			"-format markdown -images": `| CREATED | PROJECT | VERSION | WORKFLOW | TASK | STATUS | BY | LABELS | SERVICE | IMAGE |
|---|---|---|---|---|---|---|---|---|---|
| 2024-03-04 10:00 | shop | v1.4 | shop-ops | 98 | success | 李雷 | hotfix | order | ` + "`registry.example.com/shop/cart:v1.4`" + ` |
`,
		} {
			t.Run(version+" "+args, func(t *testing.T) {
				t.Parallel()
				stdout, stderr, code := releases(t, srv, strings.Fields(args)...)
				assert.Zero(t, code)
				assert.Empty(t, stderr)
				if strings.HasSuffix(args, "json") { // what the server says since v4.0 is its own
					var r record
					require.NoError(t, json.Unmarshal([]byte(stdout), &r))
					want = strings.NewReplacer("TYPE", r.Type).Replace(want)
				}
				assert.Equal(t, want, stdout)
			})
		}
	}
}

// What failed is seen to have failed, and why as far as the server says it:
// up to v3.4 not in brief lists.
func TestFailedRelease(t *testing.T) {
	t.Parallel()
	const reason = "failed to push chart cart:\n连接超时"
	for version, inList := range map[string]bool{"v1.11.0": false, "v5.0.0": true} {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			all := made()[:2]
			all[1].VersionInfo.Status = delivery.StatusSuccess
			failed := all[0].VersionInfo
			failed.Type, failed.Status, failed.Progress = delivery.TypeHelmChart, delivery.StatusFailed, &delivery.Progress{Error: reason}
			if inList {
				all[0] = &delivery.Release{VersionInfo: failed, Error: reason, Services: []*delivery.FlatService{}}
			}
			srv := zadigtest.NewServer(t, zadigtest.WithServerVersion(version), zadigtest.WithReleases(all...))
			stdout, _, code := releases(t, srv)
			assert.Zero(t, code)
			assert.Regexp(t, `v1\.6 .* failed  `, stdout)
			assert.Regexp(t, `v1\.5 .* success `, stdout)
			assert.Equal(t, inList, strings.Contains(stdout, "  failed to push chart cart: 连接超时\n"), stdout)

			stdout, _, code = releases(t, srv, "-format", "json", "-images")
			assert.Zero(t, code)
			assert.Contains(t, stdout, `"status":"failed","failure":"failed to push chart cart:\n连接超时"`)
			assert.Equal(t, 1, strings.Count(stdout, `"failure"`))
		})
	}
}

// Builds carry credentials, which have no business in a file.
func TestFullHasEverythingButCredentials(t *testing.T) {
	t.Parallel()
	data := made()
	data[0].BuildInfo[0].Commits[0].Address = "https://bob:secret-of-the-address@git.example.com"
	data[0].DeployInfo[0].Envs = []*delivery.DeployEnv{{Key: "DB_PASSWORD", Value: "secret-of-a-variable"}}
	srv := zadigtest.NewServer(t, zadigtest.WithServerVersion("v1.11.0"), zadigtest.WithReleases(data...))
	stdout, _, code := releases(t, srv, "-format", "json", "-full")
	assert.Zero(t, code)
	assert.Contains(t, stdout, `"address":"https://git.example.com"`)
	assert.Contains(t, stdout, `{"key":"DB_PASSWORD","value":""}`)
	assert.Equal(t, 6, strings.Count(stdout, "\n"))
	assert.Contains(t, stdout, `"yamlContents":["kind: Deployment"]`)
	assert.Contains(t, stdout, `"oauth_token":""`)
	assert.NotContains(t, stdout, "secret-")
}

func TestNothingMatches(t *testing.T) {
	t.Parallel()
	srv := zadigtest.NewServer(t, zadigtest.WithReleases())
	stdout, stderr, code := releases(t, srv, "-project", "none")
	assert.Zero(t, code)
	assert.Empty(t, stdout)
	assert.Equal(t, "releases: no releases match\n", stderr)
}

func TestOneOddReleaseIsLeftOut(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"v1.11.0", "v5.0.0"} {
		srv := zadigtest.NewServer(t, zadigtest.WithServerVersion(version), zadigtest.WithReleases(made()...))
		srv.Inject(zadigtest.BrokenRecord("000000000000000000000002"))
		stdout, stderr, code := releases(t, srv, "-images")
		assert.Equal(t, 1, code)
		assert.Equal(t, 6, strings.Count(stdout, "\n"), stdout)
		assert.Contains(t, stderr, "releases: left out: ")
		assert.True(t, strings.HasSuffix(stderr, "releases: releases that could not be read: 1\n"), stderr)
	}
}

func TestWrongFlags(t *testing.T) {
	t.Parallel()
	srv := zadigtest.NewServer(t)
	for args, reason := range map[string]string{
		"-nope":                              "not defined: -nope",
		"shop":                               `takes no arguments, but "shop"`,
		"-task x":                            "invalid value",
		"-task -1":                           "negative",
		"-limit -1":                          "negative",
		"-since yesterday":                   "neither a length of time",
		"-since -3h":                         "neither a length of time",
		"-interval 0s":                       "no time to wait",
		"-format yaml":                       "table, json or markdown",
		"-full":                              "-full goes with -format json",
		"-project":                           "needs an argument",
		"-follow -format json -interval -1s": "no time to wait",
	} {
		stdout, stderr, code := releases(t, srv, strings.Fields(args)...)
		assert.Equal(t, 2, code, args)
		assert.Empty(t, stdout, args)
		assert.Contains(t, stderr, reason)
		assert.Equal(t, 1, strings.Count(stderr, "\n"), stderr)
	}
	srv.ExpectNoRequests(t)

	stdout, stderr, code := releases(t, srv, "-h")
	assert.Zero(t, code)
	assert.Contains(t, stdout, "Usage: releases")
	assert.Empty(t, stderr)
}

func TestFailures(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		arrange func(*zadigtest.Server)
		reason  string
	}{
		"no server":     {(*zadigtest.Server).Down, "releases: Zadig cannot be reached: nothing listens at "},
		"wrong token":   {func(s *zadigtest.Server) { s.Inject(zadigtest.ExpiredToken()) }, "check ZADIG_TOKEN"},
		"no permission": {func(s *zadigtest.Server) { s.Inject(zadigtest.NoPermission()) }, "releases: without -project Zadig shows releases only to users who may see all projects: name a project with -project\n  GET "},
		"no license":    {func(s *zadigtest.Server) { s.Inject(zadigtest.LicenseExpired()) }, "this Zadig has no valid license\n  GET "},
		"login page":    {func(s *zadigtest.Server) { s.Inject(zadigtest.HTML(200)) }, "a web page came in place of data"},
		"database down": {func(s *zadigtest.Server) { s.Inject(zadigtest.DatabaseDown()) }, "Zadig cannot read its database"},
	} {
		for _, follow := range []string{"", "-follow"} {
			t.Run(name+follow, func(t *testing.T) {
				t.Parallel()
				srv := zadigtest.NewServer(t, zadigtest.WithServerVersion("v1.11.0"))
				row.arrange(srv)
				stdout, stderr, code := releases(t, srv, strings.Fields(follow)...)
				assert.Equal(t, 1, code)
				assert.Empty(t, stdout)
				assert.Contains(t, stderr, row.reason)
				assert.Equal(t, 2, strings.Count(stderr, "\n"), "a sentence and the detail: %s", stderr)
			})
		}
	}
}

func TestFullDisk(t *testing.T) {
	t.Parallel()
	srv := zadigtest.NewServer(t, zadigtest.WithReleases(made()...))
	ctx := cli.WithClient(t.Context(), srv.Client())
	for _, format := range []string{"table", "json", "markdown"} {
		var stderr strings.Builder
		assert.Equal(t, 1, run(ctx, []string{"-format", format}, nil, full{}, &stderr))
		assert.Equal(t, "releases: disk full\n", stderr.String())
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("disk full") }

func TestEnvironment(t *testing.T) {
	srv := zadigtest.NewServer(t, zadigtest.WithToken("right-token"), zadigtest.WithReleases(made()...))
	var stdout, stderr strings.Builder
	t.Setenv("ZADIG_URL", srv.URL)
	t.Setenv("ZADIG_TOKEN", "right-token")
	assert.Zero(t, run(t.Context(), nil, nil, &stdout, &stderr))
	assert.Contains(t, stdout.String(), "v1.6")

	t.Setenv("ZADIG_TOKEN", "wrong-token")
	assert.Equal(t, 1, run(t.Context(), nil, nil, &stdout, &stderr))
	assert.Contains(t, stderr.String(), "does not accept the API token")
	assert.NotContains(t, stderr.String(), "wrong-token")

	t.Setenv("ZADIG_URL", "")
	stderr.Reset()
	assert.Equal(t, 1, run(t.Context(), nil, nil, &stdout, &stderr))
	assert.Contains(t, stderr.String(), "ZADIG_URL is not set")
}

func TestInterrupt(t *testing.T) {
	t.Parallel()
	srv := zadigtest.NewServer(t)
	ctx, interrupt := context.WithCancel(t.Context())
	srv.Inject(zadigtest.Hook(func(*http.Request) { interrupt() }))
	srv.Inject(zadigtest.Delay(time.Hour))
	var stderr strings.Builder
	assert.Equal(t, 130, run(cli.WithClient(ctx, srv.Client()), nil, nil, io.Discard, &stderr))
	assert.Equal(t, "releases: interrupted\n", stderr.String())
}
