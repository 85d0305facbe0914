package report

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// browser returns the Chromium of this machine. It skips the test unless
// ZADIG_BROWSER_TEST=1, because a browser takes minutes where go test takes
// seconds.
func browser(t *testing.T) string {
	t.Helper()
	if os.Getenv("ZADIG_BROWSER_TEST") != "1" {
		t.Skip("ZADIG_BROWSER_TEST is not 1")
	}
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Fatal("there is no chromium on PATH")
	return ""
}

// axe returns axe-core, which ZADIG_AXE names: axe.min.js of the package
// axe-core on npm. Without it the pages are not checked by it.
func axe(t *testing.T) []byte {
	t.Helper()
	name := os.Getenv("ZADIG_AXE")
	if name == "" {
		t.Log("NOT CHECKED by axe-core: ZADIG_AXE is not set")
		return nil
	}
	script, err := os.ReadFile(name)
	require.NoError(t, err)
	return script
}

// screen is what a page is looked at with.
type screen struct {
	name          string
	dark          bool
	width, height int
}

var looks = []screen{
	{"laptop-light", false, 1280, 900},
	{"laptop-dark", true, 1280, 900},
	{"phone-light", false, 390, 844},
	{"phone-dark", true, 390, 844},
}

// chromium returns a command that runs the browser headless, as a new user.
func chromium(ctx context.Context, t *testing.T, path string, l screen, args ...string) *exec.Cmd {
	t.Helper()
	scheme := 1 // light
	if l.dark {
		scheme = 0
	}
	profile, err := os.MkdirTemp("", "report-browser-")
	require.NoError(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(profile) }) // the browser's last process may still write into it
	cmd := exec.CommandContext(ctx, path, append([]string{
		"--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-dev-shm-usage", "--no-first-run",
		"--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-extensions",
		"--hide-scrollbars", "--enable-logging=stderr", "--user-data-dir=" + profile,
		fmt.Sprintf("--blink-settings=preferredColorScheme=%d", scheme),
		fmt.Sprintf("--window-size=%d,%d", max(l.width, 500), l.height), // no window is narrower than 500
	}, args...)...)
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 5 * time.Second
	return cmd
}

// site serves a page and testdata/harness.html, which uses it.
type site struct {
	*httptest.Server

	axe    bool // with axe-core
	result chan []byte
	mu     sync.Mutex
	asked  []string
}

func serve(t *testing.T, page []byte, axe []byte) *site {
	t.Helper()
	harness, err := os.ReadFile("testdata/harness.html")
	require.NoError(t, err)
	s := &site{axe: axe != nil, result: make(chan []byte, 1)}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.asked = append(s.asked, r.URL.Path)
		s.mu.Unlock()
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		switch r.URL.Path {
		case "/harness.html":
			w.Write(harness)
		case "/report.html":
			w.Write(page)
		case "/with-axe.html":
			open := bytes.Replace(page, []byte(`http-equiv="Content-Security-Policy"`), []byte(`name="no-policy"`), 1)
			w.Write(bytes.Replace(open, []byte("</head>"), []byte(`<script src="axe.js"></script></head>`), 1))
		case "/axe.js":
			w.Header().Set("Content-Type", "text/javascript")
			w.Write(axe)
		case "/frame.html": // a window as narrow as a phone
			query := r.URL.Query()
			fmt.Fprintf(w, `<!doctype html>`+
				`<style>body{margin:0}iframe{border:0;width:%spx;height:%spx}</style><iframe src="report.html%s"></iframe>`,
				query.Get("width"), query.Get("height"), query.Get("fragment"))
		case "/result":
			if body, err := io.ReadAll(r.Body); err == nil {
				s.result <- body
			}
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(s.Close)
	return s
}

// use opens the page in the browser and returns what the harness saw.
func (s *site) use(t *testing.T, path string, l screen, query string) seen {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	if s.axe {
		query += "&axe=1"
	}
	address := fmt.Sprintf("%s/harness.html?width=%d&height=%d%s", s.URL, l.width, l.height, query)
	cmd := chromium(ctx, t, path, l, address)
	var console bytes.Buffer
	cmd.Stderr = &console
	require.NoError(t, cmd.Start())
	var got seen
	select {
	case result := <-s.result:
		require.NoError(t, json.Unmarshal(result, &got), string(result))
	case <-ctx.Done():
	}
	cancel()
	_ = cmd.Wait() // it was told to end
	require.NotEmpty(t, got.Ground, "the browser saw nothing: %s", console.String())
	assert.NotContains(t, console.String(), "CONSOLE", "no error, warning or refused request")
	s.mu.Lock()
	defer s.mu.Unlock()
	slices.Sort(s.asked)
	allowed := []string{"/axe.js", "/harness.html", "/report.html", "/result", "/with-axe.html"}
	for _, asked := range s.asked {
		assert.Contains(t, allowed, asked, "nothing else is loaded")
	}
	return got
}

// shoot saves a picture of the page.
func (s *site) shoot(t *testing.T, path string, l screen, file, fragment string) {
	t.Helper()
	address := fmt.Sprintf("%s/frame.html?width=%d&height=%d&fragment=%s", s.URL, l.width, l.height,
		strings.ReplaceAll(strings.ReplaceAll(fragment, "#", "%23"), "&", "%26"))
	output, err := chromium(t.Context(), t, path, l, "--screenshot="+file, "--virtual-time-budget=2000", address).CombinedOutput()
	require.NoError(t, err, string(output))
}

// pages returns the number of pages that the page is on paper.
func (s *site) pages(t *testing.T, path string) int {
	t.Helper()
	file := filepath.Join(t.TempDir(), "report.pdf")
	output, err := chromium(t.Context(), t, path, looks[0], "--print-to-pdf="+file, "--virtual-time-budget=5000",
		s.URL+"/report.html").CombinedOutput()
	require.NoError(t, err, string(output))
	pdf, err := os.ReadFile(file)
	require.NoError(t, err)
	return bytes.Count(pdf, []byte("/Type /Page\n"))
}
