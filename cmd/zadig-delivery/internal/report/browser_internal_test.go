package report

import (
	"fmt"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/zadig-go/zadig/cmd/zadig-delivery/internal/cli"
	"github.com/zadig-go/zadig/zadigtest"
)

// seen is what testdata/harness.html sends.
type seen struct {
	Errors                             []string
	ListAfter, AllAfter                float64 // ms
	Nodes                              map[string]int
	Axe                                map[string][]string
	Overflow                           map[string]float64
	Dark                               bool
	Ground, Ink                        string
	Shown                              string
	Rows, Bars, Charts                 int
	RowHeights                         []int
	Order                              []float64
	OpenBefore, FocusInside, FocusBack bool
	Opened, OpenedName, Title, Panel   string
	PanelWidth                         float64
	Older, Closed                      string
	Reopened, Compared, Sorted         bool
	Pulls                              []int
	Steps                              []string
	Digests                            int
	Failed, FailedBadges               int
	FailedURL                          string
	Found                              int
	SaysNothing                        bool
	Cleared                            string
	ByPerson, ChipOn                   bool
	Week, InWeek                       int
	LastDrawn                          int
	Linked, LinkedOld                  struct {
		Title string
		On    int
	}
	Printed, AfterPrint int
	DoubleIDs, Scripts  int
	Loaded, Links       []string
	Markup              int
	Hacked              bool
}

// Limits of a page with 8,500 releases. That of the time is generous, because
// machines are busy; the tests log what they measure.
const (
	maxBytes = 3_000_000
	maxNodes = 6_000
	maxWait  = 20_000 // ms to the list
)

// manyReleases is a Zadig with data like those of the demo.
func manyReleases(t *testing.T, n int) *zadigtest.Server {
	t.Helper()
	data := zadigtest.Generate(7, n)
	varyBuilds(data)
	return zadigtest.NewServer(t, zadigtest.WithServerVersion("v3.4.1"), zadigtest.WithData(data)) // its lists have the images
}

func TestBrowser(t *testing.T) {
	t.Parallel()
	path := browser(t)
	script := axe(t)
	for _, releases := range []int{60, 1000, 8500} {
		t.Run(strconv.Itoa(releases), func(t *testing.T) {
			t.Parallel()
			args := []string{"--limit", "0"}
			if releases == 8500 { // tracing takes the server in memory minutes
				args = append(args, "--no-trace")
			}
			page := mustReport(t, manyReleases(t, releases), args...)
			t.Logf("%d releases: %.2f MB", releases, float64(len(page))/1e6)
			assert.Less(t, len(page), maxBytes)
			for _, l := range looks {
				t.Run(l.name, func(t *testing.T) {
					t.Parallel()
					query := ""
					if releases == 1000 {
						query = "&print=1"
					}
					got := serve(t, []byte(page), script).use(t, path, l, query)
					t.Logf("list after %.0f ms, all after %.0f ms, nodes %v", got.ListAfter, got.AllAfter, got.Nodes)
					got.check(t, l, releases)
				})
			}
		})
	}
}

func (s seen) check(t *testing.T, l screen, releases int) {
	t.Helper()
	assert.Empty(t, s.Errors, s.Steps)
	assert.Empty(t, s.Loaded, "the page loads nothing")
	assert.Equal(t, 2, s.Scripts, "the data and the page's own")
	assert.Zero(t, s.DoubleIDs)
	for where, pixels := range s.Overflow {
		assert.LessOrEqual(t, pixels, 0.0, "%s is wider than the screen", where)
	}
	for where, violations := range s.Axe {
		assert.Empty(t, violations, where)
	}
	for where, nodes := range s.Nodes {
		assert.Less(t, nodes, maxNodes, where)
	}
	assert.Less(t, s.ListAfter, float64(maxWait))
	assert.Equal(t, l.dark, s.Dark)
	assert.Equal(t, l.dark, s.Ground == "rgb(14, 17, 22)", s.Ground)
	assert.NotEqual(t, s.Ground, s.Ink)

	assert.Equal(t, fmt.Sprintf("40 of %s", thousands(releases)), s.Shown)
	assert.Equal(t, 40, s.Rows)
	assert.Len(t, s.RowHeights, 1, "rows are equally high")
	assert.Equal(t, 2, s.Charts, "those for this width")
	assert.Positive(t, s.Bars)
	assert.IsIncreasing(t, s.Order, "what environments have and the list are above the charts")

	assert.False(t, s.OpenBefore)
	assert.Contains(t, s.Opened, "r=")
	assert.Contains(t, s.Title, s.OpenedName)
	assert.Contains(t, s.Panel, "registry.example.com/")
	assert.Contains(t, s.Panel, "Changes since")
	assert.Contains(t, s.Panel, "Environment")
	assert.True(t, s.FocusInside)
	assert.Contains(t, s.Older, "r=")
	assert.NotEqual(t, s.Opened, s.Older)
	assert.Empty(t, s.Closed)
	assert.True(t, s.FocusBack, "where the keyboard was before")
	if l.width < 700 {
		assert.InDelta(t, l.width, s.PanelWidth, 1)
	}

	assert.False(t, s.Reopened, "Back does not open again what was closed")
	assert.True(t, s.Compared)
	assert.True(t, s.Sorted)
	if releases < 8500 { // whose images have no known commits
		assert.Equal(t, 1, s.Found, "the release with this commit")
		assert.True(t, s.SaysNothing)
		assert.Positive(t, s.Digests)
	}
	for _, found := range s.Pulls {
		assert.Equal(t, s.Pulls[0], found, "!7, #7, PR 7 and pr7 are one")
		assert.Positive(t, found)
	}

	assert.Positive(t, s.Failed)
	assert.Equal(t, s.Failed, s.FailedBadges)
	assert.Equal(t, "#failed=1", s.FailedURL)
	assert.Empty(t, s.Cleared)
	assert.True(t, s.ByPerson)
	assert.True(t, s.ChipOn)
	assert.Positive(t, s.Week)
	assert.Equal(t, s.Week, s.InWeek, "a bar lists its releases")
	assert.Equal(t, releases-1, s.LastDrawn)
	assert.Equal(t, s.Title, s.Linked.Title)
	assert.Equal(t, 1, s.Linked.On)
	assert.Equal(t, s.Title, s.LinkedOld.Title)
	assert.Zero(t, s.LinkedOld.On)
	if releases == 1000 {
		assert.Equal(t, releases, s.Printed, "paper shows all rows")
		assert.Equal(t, 40, s.AfterPrint)
	}
}

// What anyone types into Zadig is text in the page, and turns nothing around.
func TestBrowserIsSafe(t *testing.T) {
	t.Parallel()
	path := browser(t)
	page := mustReport(t, serverWith(t, hostileData()))
	for _, l := range []screen{looks[0], looks[2]} {
		t.Run(l.name, func(t *testing.T) {
			t.Parallel()
			got := serve(t, []byte(page), nil).use(t, path, l, "&hostile=1")
			assert.Empty(t, got.Errors)
			assert.False(t, got.Hacked)
			assert.Equal(t, 2, got.Scripts, "the data and the page's own")
			assert.Zero(t, got.Markup)
			assert.Empty(t, got.Links, "no link but to the page itself")
			shown := cli.Clean(hostile)
			assert.NotContains(t, shown, "\u202e")
			assert.Equal(t, shown, got.OpenedName)
			assert.Contains(t, got.Panel, shown)
			for where, pixels := range got.Overflow {
				assert.LessOrEqual(t, pixels, 0.0, "%s is wider than the screen", where)
			}
		})
	}
}

// An empty page says why, without a script error.
func TestBrowserEmpty(t *testing.T) {
	t.Parallel()
	path, script := browser(t), axe(t)
	page := mustReport(t, manyReleases(t, 60), "--project", "shop", "--since", "1d")
	got := serve(t, []byte(page), script).use(t, path, looks[0], "&empty=1")
	assert.Empty(t, got.Errors)
	assert.Contains(t, got.Panel, "The project has releases, but none matches: --since")
	assert.Empty(t, got.Axe["empty"])
}

func TestBrowserPrints(t *testing.T) {
	t.Parallel()
	path := browser(t)
	page := mustReport(t, manyReleases(t, 1000), "--limit", "0")
	pages := serve(t, []byte(page), nil).pages(t, path)
	t.Logf("1000 releases are %d pages", pages)
	assert.Greater(t, pages, 1000/60, "all rows are on paper")
}
