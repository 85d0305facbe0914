package main

import (
	"crypto/sha256"
	"flag"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/rogpeppe/go-internal/txtar"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/zadigtest"
)

var update = flag.Bool("update", false, "write what the program prints into the scripts and README.md")

func TestMain(m *testing.M) { testscript.Main(m, map[string]func(){"zadig-delivery": main}) }

// params returns how scripts run: with ZADIG_URL of a server of a version.
func params(dir, version string) testscript.Params {
	return testscript.Params{
		Dir: dir, UpdateScripts: *update, RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			srv, err := zadigtest.Start(zadigtest.WithServerVersion(version), zadigtest.WithData(zadigtest.Generate(1, 60)))
			if err != nil {
				return err
			}
			env.Defer(srv.Close)
			env.Setenv("ZADIG_URL", srv.URL)
			env.Setenv("HOST", strings.TrimPrefix(srv.URL, "http://"))
			env.Setenv("TZ", "UTC")
			env.Values["server"], env.Values["created"] = srv, make(map[string]int64)
			return nil
		},
		Condition: func(name string) (bool, error) { return name == version, nil },
		Cmds:      map[string]func(*testscript.TestScript, bool, []string){"inject": inject, "release": addRelease, "looked": looked},
	}
}

func server(ts *testscript.TestScript) *zadigtest.Server {
	return ts.Value("server").(*zadigtest.Server)
}

// inject makes requests fail, or takes all faults back.
func inject(ts *testscript.TestScript, _ bool, args []string) {
	faults := map[string]zadigtest.Fault{
		"forbidden": zadigtest.NoPermission(), "unauthorized": zadigtest.ExpiredToken(), "login": zadigtest.HTML(200),
		"trace-forbidden": zadigtest.NoPermission().On(zadigtest.TraceArtifact, zadigtest.FindArtifact, zadigtest.GetArtifact),
		"trace-fails": zadigtest.Status(500, "").When(func(r *http.Request) bool {
			return strings.Contains(r.URL.Query().Get("image"), "checkout")
		}),
		"trace-odd": zadigtest.Status(200, `{"id":7}`).When(func(r *http.Request) bool {
			return strings.Contains(r.URL.Query().Get("image"), "checkout")
		}),
		"history-forbidden": zadigtest.NoPermission().On(zadigtest.ListDeployments),
		"details-forbidden": zadigtest.NoPermission().On(zadigtest.GetRelease),
		"all-forbidden": zadigtest.NoPermission().On(zadigtest.ListReleases).When(func(r *http.Request) bool {
			return !r.URL.Query().Has("projectName")
		}),
	}
	if args[0] == "nothing" {
		server(ts).ClearFaults()
		return
	}
	fault, ok := faults[args[0]]
	if !ok {
		ts.Fatalf("no fault %q", args[0])
	}
	server(ts).Inject(fault)
}

// addRelease adds a release of a project with a version, environment and status,
// or changes its status.
func addRelease(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 4 {
		ts.Fatalf("usage: release project version env status")
	}
	id := fmt.Sprintf("%x", sha256.Sum256([]byte(args[1])))[:24]
	created := ts.Value("created").(map[string]int64)
	if _, again := created[id]; !again {
		created[id] = time.Now().Unix() + int64(len(created)) // unique, as on a real server
	}
	server(ts).SetRelease(&delivery.Release{EnvName: args[2], VersionInfo: &delivery.VersionInfo{ID: id, ProductName: args[0],
		Version: args[1], Type: delivery.TypeK8SYAML, Status: args[3], CreatedBy: "alice", CreatedAt: created[id],
		ProductEnvInfo: &delivery.ProductEnvInfo{EnvName: args[2]}}})
}

// looked waits until the program has written what there is to see now. It requests the
// list at most twice to see it, and may be between these two requests now. So when the
// fourth request from now arrives, what there was has been read and written.
func looked(ts *testscript.TestScript, _ bool, _ []string) {
	from := len(server(ts).RequestsTo(zadigtest.ListReleases))
	for range 1000 {
		if len(server(ts).RequestsTo(zadigtest.ListReleases)) >= from+4 {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	ts.Fatalf("the program did not look")
}

// The same on three generations of Zadig.
func TestVersions(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"v1.11.0", "v3.4.1", "v5.0.0"} {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			testscript.Run(t, params("testdata/versions", version))
		})
	}
}

func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, params("testdata/script", "v5.0.0"))
}

// Each command has an example that needs no Zadig.
func TestExamples(t *testing.T) {
	t.Parallel()
	for _, cmd := range root().Commands() {
		t.Run(cmd.Name(), func(t *testing.T) {
			t.Parallel()
			examples := regexp.MustCompile(`(?m)^  zadig-delivery (.*--demo.*)$`).FindAllStringSubmatch(cmd.Example, -1)
			require.True(t, len(examples) > 0 || cmd.Name() == "mcp")
			for _, example := range examples {
				run := exec.Command("zadig-delivery", strings.Fields(example[1])...)
				run.Dir, run.Stdin = t.TempDir(), strings.NewReader("")
				output, err := run.CombinedOutput()
				require.NoError(t, err, "%s", output)
			}
		})
	}
}

// The sessions of README.md are scripts.
func TestReadme(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	text, dir := string(readme), t.TempDir()
	session := regexp.MustCompile("(?m)^```console\n\\$ (?:(COLUMNS=\\d+) )?(zadig-delivery .*)\n((?s:.*?))```$")
	sessions := session.FindAllStringSubmatch(text, -1)
	require.Greater(t, len(sessions), 5)
	for i, s := range sessions {
		script := "exec " + s[2] + "\ncmp stdout want\n-- want --\n" + s[3]
		if s[1] != "" {
			script = "env " + s[1] + "\n" + script
		}
		require.NoError(t, os.WriteFile(filepath.Join(dir, fmt.Sprintf("%02d.txtar", i)), []byte(script), 0o600))
	}
	t.Run("sessions", func(t *testing.T) { testscript.Run(t, params(dir, "v5.0.0")) })
	for i, s := range sessions {
		script, err := txtar.ParseFile(filepath.Join(dir, fmt.Sprintf("%02d.txtar", i)))
		require.NoError(t, err)
		whole, _ := strings.CutSuffix(s[0], s[3]+"```")
		text = strings.Replace(text, s[0], whole+string(script.Files[0].Data)+"```", 1)
	}
	if text != string(readme) {
		require.NoError(t, os.WriteFile("README.md", []byte(text), 0o644))
	}
}
