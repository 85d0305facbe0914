package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html"
	"image/png"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// browser is the Chromium of this machine. Without one the test is skipped,
// unless ZADIG_BROWSER_TEST=1 says that there has to be one; 0 skips it
// anyway. ZADIG_SCREENSHOTS names a folder that keeps the pictures.
func browser(t *testing.T) string {
	t.Helper()
	wanted := os.Getenv("ZADIG_BROWSER_TEST")
	if wanted == "0" {
		t.Skip("ZADIG_BROWSER_TEST=0")
	}
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	if wanted == "1" {
		t.Fatal("ZADIG_BROWSER_TEST=1, and there is no chromium on PATH")
	}
	t.Skip("there is no chromium on PATH")
	return ""
}

type look struct {
	name          string
	dark          bool
	width, height int
}

// chromium runs the browser headless, as a new user.
func chromium(t *testing.T, path string, l look, args ...string) (stdout, stderr string) {
	t.Helper()
	scheme := 1 // light
	if l.dark {
		scheme = 0
	}
	cmd := exec.CommandContext(t.Context(), path, append([]string{
		"--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-dev-shm-usage", "--no-first-run",
		"--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-extensions",
		"--hide-scrollbars", "--enable-logging=stderr", "--user-data-dir=" + t.TempDir(),
		fmt.Sprintf("--blink-settings=preferredColorScheme=%d", scheme),
		fmt.Sprintf("--window-size=%d,%d", max(l.width, 500), l.height), // no window is narrower than 500
	}, args...)...)
	cmd.WaitDelay = 5 * time.Second
	var out, log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &log
	require.NoError(t, cmd.Run(), log.String())
	return out.String(), log.String()
}

// seen is what testdata/harness.html leaves.
type seen struct {
	Errors                                     []string
	Overflow                                   map[string]float64
	Dark                                       bool
	Ground, Ink                                string
	Rows, Details, Listed, Bars, Dots, Charts  int
	Shown                                      string
	OpenBefore                                 int
	Opened                                     []string
	OpenedByLink, Panel, Older                 string
	PanelWidth                                 float64
	Inert, FocusInside                         bool
	OpenAfterEscape                            int
	InertAfterEscape, FocusBack, Linked        bool
	ListedAfterReveal                          int
	Found, FoundNothing, ByPerson, PersonCount int
	FoundText                                  string
	SaysNothing, GroupInView                   bool
	Nameless, DeadLinks, Loaded                []string
	DoubleIDs                                  int
}

func TestInABrowser(t *testing.T) {
	t.Parallel()
	path := browser(t)
	var page, log bytes.Buffer
	require.Equal(t, exitOK, run(t.Context(), []string{"-project", "shop", "-o", "-"}, demo, &page, &log), log.String())
	releases := rows(page.String())
	harness, err := os.ReadFile("testdata/harness.html")
	require.NoError(t, err)

	for _, l := range []look{
		{"laptop-light", false, 1280, 900},
		{"laptop-dark", true, 1280, 900},
		{"phone-light", false, 390, 844},
		{"phone-dark", true, 390, 844},
	} {
		t.Run(l.name, func(t *testing.T) {
			t.Parallel()
			var mu sync.Mutex
			var asked []string
			files := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				mu.Lock()
				asked = append(asked, r.URL.Path)
				mu.Unlock()
				w.Header().Set("Content-Type", "text/html; charset=utf-8")
				switch r.URL.Path {
				case "/harness.html":
					w.Write(harness)
				case "/report.html":
					w.Write(page.Bytes())
				case "/frame.html":
					fmt.Fprintf(w, `<!doctype html><style>body{margin:0}iframe{border:0;width:%dpx;height:%dpx}</style><iframe src="report.html#%s"></iframe>`,
						l.width, l.height, r.URL.Query().Get("hash"))
				default:
					http.NotFound(w, r)
				}
			}))
			defer files.Close()

			dom, console := chromium(t, path, l, "--dump-dom", "--virtual-time-budget=8000", fmt.Sprintf("%s/harness.html?width=%d&height=%d", files.URL, l.width, l.height))
			assert.NotContains(t, console, "CONSOLE", "no error, warning or refused request")
			mu.Lock()
			slices.Sort(asked)
			assert.Equal(t, []string{"/harness.html", "/report.html"}, asked, "nothing else is asked for")
			mu.Unlock()

			_, result, _ := strings.Cut(dom, `<pre id="result">`)
			result, _, _ = strings.Cut(result, "</pre>")
			var s seen
			require.NoError(t, json.Unmarshal([]byte(html.UnescapeString(result)), &s), result)
			s.check(t, l, releases)

			shoot := func(name, hash string) {
				file := filepath.Join(screenshots(t), name+".png")
				chromium(t, path, l, "--screenshot="+file, "--virtual-time-budget=1000", files.URL+"/frame.html?hash="+hash)
				light := brightness(t, file, l)
				assert.Equal(t, l.dark, light < 0.25, "%s is %.2f bright", file, light)
			}
			shoot(l.name, "")
			if os.Getenv("ZADIG_SCREENSHOTS") != "" {
				shoot(l.name+"-details", strings.TrimPrefix(s.OpenedByLink, "#"))
			}
		})
	}
}

func (s seen) check(t *testing.T, l look, releases int) {
	assert.Empty(t, s.Errors)
	assert.Empty(t, s.Loaded, "the page loads nothing")
	for where, pixels := range s.Overflow {
		assert.LessOrEqual(t, pixels, 0.0, "%s is wider than the screen", where)
	}
	assert.Equal(t, l.dark, s.Dark)
	assert.Equal(t, l.dark, s.Ground == "rgb(14, 17, 22)", s.Ground)
	assert.NotEqual(t, s.Ground, s.Ink)

	assert.Equal(t, releases, s.Rows)
	assert.Equal(t, releases, s.Details)
	assert.Greater(t, s.Listed, 30)
	assert.Less(t, s.Listed, releases, "old weeks are folded")
	assert.Equal(t, fmt.Sprintf("%d of %d", s.Listed, releases), s.Shown)
	assert.Equal(t, 2, s.Charts, "those for this width")
	assert.Greater(t, s.Bars, 10)
	assert.Greater(t, s.Dots, releases)

	assert.Zero(t, s.OpenBefore)
	assert.Equal(t, []string{strings.TrimPrefix(s.OpenedByLink, "#")}, s.Opened)
	assert.Contains(t, s.Panel, "registry.example.com/shop/")
	assert.Contains(t, s.Panel, "Environment")
	assert.True(t, s.Inert)
	assert.True(t, s.FocusInside)
	assert.NotEqual(t, s.OpenedByLink, s.Older)
	assert.Contains(t, s.Older, "#r-")
	assert.Zero(t, s.OpenAfterEscape)
	assert.False(t, s.InertAfterEscape)
	assert.True(t, s.FocusBack, "where the keyboard was before")
	if l.width < 700 {
		assert.InDelta(t, l.width, s.PanelWidth, 1)
	}
	assert.True(t, s.Linked)
	assert.Equal(t, releases, s.ListedAfterReveal)

	assert.Positive(t, s.Found)
	assert.LessOrEqual(t, s.Found, 3)
	assert.Equal(t, fmt.Sprintf("%d of %d", s.Found, releases), s.FoundText)
	assert.Zero(t, s.FoundNothing)
	assert.True(t, s.SaysNothing)
	assert.GreaterOrEqual(t, s.ByPerson, s.PersonCount)
	assert.True(t, s.GroupInView)

	assert.Empty(t, s.Nameless)
	assert.Empty(t, s.DeadLinks)
	assert.Zero(t, s.DoubleIDs)
}

func screenshots(t *testing.T) string {
	if folder := os.Getenv("ZADIG_SCREENSHOTS"); folder != "" {
		return folder
	}
	return t.TempDir()
}

// brightness of the page in a picture, 0 to 1.
func brightness(t *testing.T, file string, l look) float64 {
	t.Helper()
	f, err := os.Open(file)
	require.NoError(t, err)
	defer f.Close()
	picture, err := png.Decode(f)
	require.NoError(t, err)
	require.GreaterOrEqual(t, picture.Bounds().Dx(), l.width)
	sum, n := 0.0, 0
	for x := 0; x < l.width; x += 7 {
		for y := 0; y < min(l.height, picture.Bounds().Dy())-100; y += 7 { // chromium leaves the bottom to a bar that is not there
			r, g, b, _ := picture.At(x, y).RGBA()
			sum += float64(r+g+b) / (3 * 0xffff)
			n++
		}
	}
	return sum / float64(n)
}
