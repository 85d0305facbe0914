package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig/artifact"
	"github.com/zadig-go/zadig/examples/internal/cli"
	"github.com/zadig-go/zadig/examples/internal/cli/clitest"
	"github.com/zadig-go/zadig/zadigtest"
)

func TestMain(m *testing.M) { clitest.Main(m) }

func TestReadme(t *testing.T) {
	t.Parallel()
	clitest.Program(run).Readme(t, name, 2)
}

// whatsrunning runs the program against a server.
func whatsrunning(t *testing.T, srv *zadigtest.Server, stdin string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	return clitest.Program(run).Run(t, srv, stdin, args...)
}

var (
	digestA = "sha256:" + strings.Repeat("a", 64)
	digestB = "sha256:" + strings.Repeat("b", 64)
)

const cart = "registry.example.com/shop/cart:1"

// made are the artifacts of two images, one without a digest and without more.
func made() zadigtest.Option {
	build := &artifact.Activity{
		Type: artifact.ActivityBuild, StartTime: 1709546400, EndTime: 1709546460, CreatedBy: "李雷", Issues: []string{"https://jira.example.com/browse/SHOP-1"},
		Commits: []*artifact.Commit{
			{
				Address: "https://github.com", Source: "github", RepoOwner: "shop", RepoName: "cart", Branch: "main", PR: 7,
				CommitID: strings.Repeat("c", 40), CommitMessage: "fix | it\n\nbody", AuthorName: "alice",
			},
			{Address: "https://git.example.com", RepoOwner: "shop", RepoName: "base", Tag: "v1", CommitID: "short", AuthorName: "韩梅梅"},
		},
	}
	return zadigtest.WithArtifacts(
		&artifact.Artifact{Type: "image", Name: "cart", Image: cart, ImageSize: 1, ImageDigest: digestA, Activities: []*artifact.Activity{build}},
		&artifact.Artifact{Type: "image", Image: "registry.example.com/shop/bare:1", CreatedTime: 1709546460},
	)
}

// pods is a list of pods of one container each, given as namespace, image and
// imageID.
func pods(t *testing.T, lines ...[3]string) string {
	t.Helper()
	list := map[string]any{"apiVersion": "v1", "kind": "List", "metadata": map[string]any{"resourceVersion": ""}}
	items := []any{}
	for _, line := range lines {
		p := pod{Kind: "Pod"}
		p.Metadata.Namespace = line[0]
		p.Spec.Containers = []container{{"main", line[1]}}
		p.Status.Phase = "Running"
		if line[2] != "" {
			p.Status.ContainerStatuses = []containerStatus{{"main", line[2]}}
		}
		items = append(items, p)
	}
	list["items"] = items
	text, err := json.Marshal(list)
	require.NoError(t, err)
	return string(text)
}

func records(t *testing.T, stdout string) []record {
	t.Helper()
	var all []record
	for line := range strings.Lines(stdout) {
		var r record
		require.NoError(t, json.Unmarshal([]byte(line), &r))
		all = append(all, r)
	}
	return all
}

func TestStatus(t *testing.T) {
	t.Parallel()
	srv := zadigtest.NewServer(t, made())
	for name, row := range map[string]struct{ image, imageID, want string }{
		"docker's":             {cart, "docker-pullable://registry.example.com/shop/cart@" + digestA, built},
		"containerd's":         {cart, "registry.example.com/shop/cart@" + digestA, built},
		"from a mirror":        {cart, "mirror.example.com/shop/cart@" + digestA, built},
		"bare and the same":    {cart, digestA, built},
		"pushed again":         {cart, "registry.example.com/shop/cart@" + digestB, drifted},
		"pushed again, docker": {cart, "docker-pullable://registry.example.com/shop/cart@" + digestB, drifted},
		"loaded into the node": {cart, digestB, unverified}, // the image's own id, which says nothing of the registry
		"docker's own id":      {cart, "docker://" + digestB, unverified},
		"not pulled yet":       {cart, "", pending},
		"digest in the spec":   {cart + "@" + digestA, "registry.example.com/shop/cart@" + digestA, built},
		"no digest recorded":   {"registry.example.com/shop/bare:1", "registry.example.com/shop/bare@" + digestA, unverified},
		"somebody else's":      {"nginx", "docker.io/library/nginx@" + digestA, unknown},
		"no reference at all":  {"::", "", unknown},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stdout, stderr, code := whatsrunning(t, srv, pods(t, [3]string{"prod", row.image, row.imageID}), "-format", "json")
			assert.Zero(t, code)
			assert.Empty(t, stderr)
			all := records(t, stdout)
			require.Len(t, all, 1)
			assert.Equal(t, row.want, all[0].Status)
		})
	}
}

func TestFormats(t *testing.T) {
	t.Parallel()
	srv := zadigtest.NewServer(t, made())
	stdin := pods(t,
		[3]string{"prod", cart, "registry.example.com/shop/cart@" + digestA},
		[3]string{"prod", cart, "docker-pullable://registry.example.com/shop/cart@" + digestA},
		[3]string{"pre", cart, "registry.example.com/shop/cart@" + digestA},
		[3]string{"pre", cart, "registry.example.com/shop/cart@" + digestB},
		[3]string{"kube-system", "nginx", ""},
	)
	for args, want := range map[string]string{
		"": `STATUS   IMAGE                                                   PODS  COMMIT                  PR  AUTHOR  BUILT             NAMESPACES
drifted  registry.example.com/shop/cart:1@sha256:bbbbbbbbbbbb…  1     shop/cart@cccccccccccc  #7  alice   2024-03-04 10:01  pre
                                                                      shop/base@short             韩梅梅
built    registry.example.com/shop/cart:1                        3     shop/cart@cccccccccccc  #7  alice   2024-03-04 10:01  pre, prod (2)
                                                                      shop/base@short             韩梅梅
unknown  nginx                                                   1                                                           kube-system

1 drifted, 1 built, 1 unknown.
Drifted: the tag was pushed again; commit and author are those of the build
that Zadig knows, not of what runs.
`,
		"-format markdown -known-only": `| STATUS | IMAGE | PODS | COMMIT | PR | AUTHOR | BUILT | NAMESPACES |
|---|---|---|---|---|---|---|---|
| drifted | ` + "`registry.example.com/shop/cart:1@sha256:bbbbbbbbbbbb…`" + ` | 1 | [shop/cart@cccccccccccc](https://github.com/shop/cart/commit/cccccccccccccccccccccccccccccccccccccccc) | [#7](https://github.com/shop/cart/pull/7) | alice | 2024-03-04 10:01 | pre |
|  |  |  | shop/base@short |  | 韩梅梅 |  |  |
| built | ` + "`registry.example.com/shop/cart:1`" + ` | 3 | [shop/cart@cccccccccccc](https://github.com/shop/cart/commit/cccccccccccccccccccccccccccccccccccccccc) | [#7](https://github.com/shop/cart/pull/7) | alice | 2024-03-04 10:01 | pre, prod (2) |
|  |  |  | shop/base@short |  | 韩梅梅 |  |  |

1 drifted, 1 built, 1 unknown.
Drifted: the tag was pushed again; commit and author are those of the build
that Zadig knows, not of what runs.
`,
	} {
		stdout, stderr, code := whatsrunning(t, srv, stdin, strings.Fields(args)...)
		assert.Zero(t, code)
		assert.Empty(t, stderr)
		assert.Equal(t, squeeze(want), squeeze(stdout))
	}
	stdout, _, code := whatsrunning(t, srv, stdin, "-format", "json")
	assert.Zero(t, code)
	all := records(t, stdout)
	require.Len(t, all, 3)
	assert.Equal(t, record{
		Status: built, Image: cart, ImageID: "registry.example.com/shop/cart@" + digestA, Pods: 3, Namespaces: map[string]int{"prod": 2, "pre": 1},
		Places:     []place{{"prod", "", "", "main"}, {"prod", "", "", "main"}, {"pre", "", "", "main"}},
		BuiltImage: cart, BuiltDigest: digestA, BuiltAt: new(time.Unix(1709546460, 0).UTC()), Issues: []string{"https://jira.example.com/browse/SHOP-1"},
		Commits: []commit{
			{
				Repo: "shop/cart", Commit: strings.Repeat("c", 40), URL: "https://github.com/shop/cart/commit/" + strings.Repeat("c", 40), Branch: "main",
				Message: "fix | it\n\nbody", Author: "alice", PullRequests: []pullRequest{{7, "https://github.com/shop/cart/pull/7"}},
			},
			{Repo: "shop/base", Commit: "short", Tag: "v1", Author: "韩梅梅", PullRequests: []pullRequest{}},
		},
	}, all[1])
	assert.Equal(t, record{
		Status: unknown, Image: "nginx", Pods: 1, Namespaces: map[string]int{"kube-system": 1},
		Places: []place{{"kube-system", "", "", "main"}}, Commits: []commit{}, Issues: []string{},
	}, all[2])
}

// squeeze takes runs of spaces for one: how columns are aligned is tested in cli.
func squeeze(s string) string {
	var lines []string
	for line := range strings.Lines(s) {
		lines = append(lines, strings.Join(strings.Fields(line), " "))
	}
	return strings.Join(lines, "\n")
}

func TestPodsOfKubectl(t *testing.T) {
	t.Parallel()
	stdout := func(args ...string) []record {
		var out, stderr strings.Builder
		assert.Zero(t, run(t.Context(), append(args, "-demo", "-format", "json"), nil, &out, &stderr))
		return records(t, out.String())
	}
	byStatus := make(map[string]int)
	namespaces := make(map[string]map[string]int)
	for _, r := range stdout() {
		byStatus[r.Status]++
		namespaces[r.Image] = r.Namespaces
	}
	assert.Equal(t, map[string]int{drifted: 1, built: 5, unverified: 1, pending: 2, unknown: 2}, byStatus)
	assert.Equal(t, map[string]int{"shop-env-pre": 1, "shop-env-prod": 6}, namespaces["docker.io/istio/proxyv2:1.20.3"],
		"init container and sidecar of one pod count once")
	assert.Len(t, stdout("-finished"), 12, "with the job")
	assert.Len(t, stdout("-known-only"), 9)
}

func TestInputs(t *testing.T) {
	t.Parallel()
	srv := zadigtest.NewServer(t, made())
	one := pods(t, [3]string{"prod", cart, digestA})
	for name, row := range map[string]struct {
		stdin  string
		images int
	}{
		"two clusters":      {one + "\n" + strings.ReplaceAll(one, cart, "nginx"), 2},
		"API's list":        {`{"kind":"PodList","apiVersion":"v1","items":[{"spec":{"containers":[{"name":"a","image":"nginx"}]}}]}`, 1},
		"one pod":           {`{"kind":"Pod","spec":{"containers":[{"name":"a","image":"nginx"}],"ephemeralContainers":[{"name":"b","image":"busybox"}]}}`, 2},
		"kubectl get all":   {`{"kind":"List","items":[{"kind":"Service","spec":{"containers":7}},{"kind":"Pod","spec":{"containers":[{"name":"a","image":"nginx"}]}}]}`, 1},
		"empty":             {`{"kind":"List","items":[]}`, 0},
		"null":              {`{"kind":"PodList","items":null}`, 0},
		"pod without image": {`{"kind":"Pod","spec":{"containers":[{"name":"a"}]}}`, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stdout, stderr, code := whatsrunning(t, srv, row.stdin, "-format", "json")
			assert.Zero(t, code, stderr)
			assert.Len(t, records(t, stdout), row.images)
		})
	}
	stdout, _, code := whatsrunning(t, srv, `{"kind":"List","items":[]}`)
	assert.Zero(t, code)
	assert.Equal(t, "No images run.\n", stdout)
}

func TestImages(t *testing.T) {
	t.Parallel()
	srv := zadigtest.NewServer(t, made())
	list := "# comment\n\n" + cart + "\n  " + cart + "@" + digestB + "\r\nnginx\n" + cart + "\n"
	file := filepath.Join(t.TempDir(), "images.txt")
	require.NoError(t, os.WriteFile(file, []byte(list), 0o600))
	for _, from := range []string{"-", file} {
		stdout, stderr, code := whatsrunning(t, srv, list, "-images", from, "-format", "json")
		assert.Zero(t, code, stderr)
		var statuses []string
		for _, r := range records(t, stdout) {
			statuses = append(statuses, r.Status)
		}
		assert.Equal(t, []string{drifted, unverified, unknown}, statuses)
	}
}

func TestWrongInput(t *testing.T) {
	t.Parallel()
	srv := zadigtest.NewServer(t)
	for name, row := range map[string]struct {
		stdin  string
		args   []string
		reason string
	}{
		"flag":              {"", []string{"-nope"}, "not defined: -nope"},
		"format":            {"", []string{"-format", "yaml"}, "table, json or markdown"},
		"argument":          {"", []string{"pods.json"}, `no arguments, but "pods.json"`},
		"nothing":           {"", nil, "stdin is empty"},
		"no JSON":           {"pods are well\n", nil, "stdin is no JSON"},
		"table":             {"NAME   READY   STATUS\ncart   1/1     Running\n", nil, "stdin is a table: give kubectl -o json, in place of -o wide if that is there"},
		"table of all":      {"NAMESPACE   NAME   READY\n", nil, "stdin is a table: give kubectl -o json"},
		"YAML":              {"apiVersion: v1\nitems:\n- apiVersion: v1\n", nil, "stdin is YAML: give kubectl -o json in place of -o yaml"},
		"YAML document":     {"\n---\nkind: Pod\n", nil, "stdin is YAML: give kubectl -o json"},
		"names":             {"pod/cart-1\npod/cart-2\n", nil, "stdin is a list of names: give kubectl -o json in place of -o name"},
		"negative":          {"", []string{"-concurrency", "-1"}, "-concurrency must not be negative (got -1)"},
		"mirror":            {"", []string{"-mirror", "mirror.example.com"}, "it is from=to, such as mirror.example.com=registry.example.com"},
		"mirror of nothing": {"", []string{"-mirror", "/=x"}, "it is from=to"},
		"cut":               {`{"kind":"List","items":[{"kind":"Pod"`, nil, "not all of it"},
		"cut between":       {`{"kind":"List","items":[`, nil, "not all of it"},
		"rubbish behind":    {`{"kind":"List","items":[]} x`, nil, "stdin is no JSON"},
		"no object":         {`[]`, nil, "it is no object"},
		"another kind":      {`{"kind":"Deployment","spec":{"replicas":1}}`, nil, "its kind is Deployment"},
		"another list":      {`{"kind":"DeploymentList","items":[{"spec":{}}]}`, nil, "its kind is DeploymentList"},
		"list of others":    {`{"kind":"List","items":[{"kind":"Deployment"}]}`, nil, "its items are no pods"},
		"no kind":           {`{"a":1}`, nil, "its kind is not given"},
		"items no array":    {`{"kind":"List","items":{}}`, nil, "its items are no array"},
		"item no object":    {`{"kind":"List","items":[1]}`, nil, "stdin is no list of pods"},
		"pod of nonsense":   {`{"kind":"Pod","spec":{"containers":7}}`, nil, "stdin is no list of pods"},
		"kind of nonsense":  {`{"kind":7}`, nil, "stdin is no list of pods"},
		"no file":           {"", []string{"-images", "testdata/none"}, "-images: "},
		"empty file":        {"# nothing\n", []string{"-images", "-"}, "no image in it"},
		"pods for images":   {`{"kind": "List"}`, []string{"-images", "-"}, "is no image"},
		"endless for lines": {strings.Repeat("a", 1<<20), []string{"-images", "-"}, "too long"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stdout, stderr, code := whatsrunning(t, srv, row.stdin, row.args...)
			assert.Equal(t, 2, code)
			assert.Empty(t, stdout)
			assert.Contains(t, stderr, row.reason)
			assert.Equal(t, 1, strings.Count(stderr, "\n"), stderr)
			srv.ExpectNoRequests(t)
		})
	}
	stdout, _, code := whatsrunning(t, srv, "", "-h")
	assert.Zero(t, code)
	assert.Contains(t, stdout, "kubectl get pods -A -o json | whatsrunning")
}

func TestTerminalAndBrokenStdin(t *testing.T) {
	t.Parallel()
	null, err := os.Open(os.DevNull) // a device of characters, as a terminal
	require.NoError(t, err)
	defer null.Close()
	for stdin, reason := range map[io.Reader]string{null: "nothing on stdin", broken{}: "input/output error"} {
		var stderr strings.Builder
		assert.Equal(t, 2, run(t.Context(), nil, stdin, io.Discard, &stderr))
		assert.Contains(t, stderr.String(), reason)
	}
}

type broken struct{}

func (broken) Read([]byte) (int, error)  { return 0, errors.New("input/output error") }
func (broken) Write([]byte) (int, error) { return 0, errors.New("disk full") }

func TestFailures(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		arrange func(*zadigtest.Server)
		reason  string
	}{
		"no server":     {(*zadigtest.Server).Down, "whatsrunning: Zadig cannot be reached: nothing listens at "},
		"wrong token":   {func(s *zadigtest.Server) { s.Inject(zadigtest.ExpiredToken()) }, "check ZADIG_TOKEN"},
		"no permission": {func(s *zadigtest.Server) { s.Inject(zadigtest.NoPermission()) }, "does not let the token's user read this"},
		"login page":    {func(s *zadigtest.Server) { s.Inject(zadigtest.HTML(200)) }, "a web page came in place of data"},
		"too old":       {func(s *zadigtest.Server) { s.SetServerVersion("v1.7.1") }, "trace"},
		"in trouble":    {func(s *zadigtest.Server) { s.Inject(zadigtest.Status(500, "")) }, "500"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := zadigtest.NewServer(t, made())
			row.arrange(srv)
			var lines [][3]string
			for _, tag := range "abcdefghij" {
				lines = append(lines, [3]string{"prod", "registry.example.com/shop/cart:" + string(tag), ""})
			}
			stdout, stderr, code := whatsrunning(t, srv, pods(t, lines...))
			assert.Equal(t, 1, code)
			assert.Empty(t, stdout)
			assert.Contains(t, stderr, row.reason)
			assert.Equal(t, 2, strings.Count(stderr, "\n"), "a sentence and the detail: %s", stderr)
		})
	}
}

func TestOneFailureAmongMany(t *testing.T) {
	t.Parallel()
	srv := zadigtest.NewServer(t, made())
	srv.Inject(zadigtest.Status(500, "").When(func(r *http.Request) bool { return r.URL.Query().Get("image") == "nginx" }))
	stdout, stderr, code := whatsrunning(t, srv, pods(t, [3]string{"prod", cart, digestA}, [3]string{"prod", "nginx", ""}))
	assert.Equal(t, 1, code)
	assert.Contains(t, stdout, "1 built, 1 failed.")
	assert.Contains(t, stderr, "whatsrunning: nginx: ")
	assert.Contains(t, stderr, "whatsrunning: images that Zadig could not be asked about: 1 of 2\n")
}

func TestFullDisk(t *testing.T) {
	t.Parallel()
	srv := zadigtest.NewServer(t, made())
	ctx := cli.WithClient(t.Context(), srv.Client())
	for _, format := range []string{"table", "json", "markdown"} {
		var stderr strings.Builder
		assert.Equal(t, 1, run(ctx, []string{"-format", format}, strings.NewReader(pods(t, [3]string{"prod", cart, digestA})), broken{}, &stderr))
		assert.Equal(t, "whatsrunning: disk full\n", stderr.String())
	}
}

func TestInterrupt(t *testing.T) {
	t.Parallel()
	srv := zadigtest.NewServer(t, made())
	ctx, interrupt := context.WithCancel(t.Context())
	srv.Inject(zadigtest.Hook(func(*http.Request) { interrupt() }))
	srv.Inject(zadigtest.Delay(time.Hour))
	var stderr strings.Builder
	assert.Equal(t, 130, run(cli.WithClient(ctx, srv.Client()), nil, strings.NewReader(pods(t, [3]string{"prod", cart, digestA})), io.Discard, &stderr))
	assert.Equal(t, "whatsrunning: interrupted\n", stderr.String())
}

func TestEnvironment(t *testing.T) {
	srv := zadigtest.NewServer(t, zadigtest.WithToken("right-token"), made())
	t.Setenv("ZADIG_URL", srv.URL)
	t.Setenv("ZADIG_TOKEN", "right-token")
	var stdout, stderr strings.Builder
	stdin := pods(t, [3]string{"prod", cart, digestA})
	assert.Zero(t, run(t.Context(), nil, strings.NewReader(stdin), &stdout, &stderr))
	assert.Contains(t, stdout.String(), "shop/cart@cccccccccccc")

	t.Setenv("ZADIG_TOKEN", "wrong-token")
	assert.Equal(t, 1, run(t.Context(), nil, strings.NewReader(stdin), &stdout, &stderr))
	assert.Contains(t, stderr.String(), "does not accept the API token")
	assert.NotContains(t, stderr.String(), "wrong-token")
}
