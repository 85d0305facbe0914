package report

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Every text of the page is in zh.json, and nothing else is.
func TestChineseIsComplete(t *testing.T) {
	t.Parallel()
	used := map[string]bool{ // put together from two
		"{} release": true, "{} image": true, "{} build": true, "{} service": true,
		"a week": true, "a month": true, "week of {}": true, "month of {}": true,
		", not a whole week": true, ", not a whole month": true,
		"d": true, "h": true, "m": true, "s": true,
		"creating": true, "retrying": true, "success": true, "failed": true, // the server's
		"chart": true, "file": true, "image": true, noCommits: true, notTraced: true, foreign: true, failed: true,
	}
	for files, call := range map[string]string{
		"page/*.gohtml": `\.T "([^"]+)"`,
		"page/*.js":     `\b(?:t|fact)\('([^']+)'[,)]`,
		"*.go":          `(?:\.text|\badd)\("([^"]+)"[,)]`,
	} {
		names, err := filepath.Glob(files)
		require.NoError(t, err)
		require.NotEmpty(t, names)
		for _, name := range names {
			source, err := os.ReadFile(name)
			require.NoError(t, err)
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			for _, found := range regexp.MustCompile(call).FindAllStringSubmatch(string(source), -1) {
				used[found[1]] = true
			}
		}
	}
	var texts map[string]string
	require.NoError(t, json.Unmarshal(chinese, &texts))
	assert.Equal(t, slices.Sorted(maps.Keys(used)), slices.Sorted(maps.Keys(texts)))
	for english, text := range texts {
		assert.Equal(t, strings.Count(english, "{}"), strings.Count(text, "{}"), english)
	}
}

func TestNumbers(t *testing.T) {
	t.Parallel()
	for n, want := range map[float64]string{0: "0", 0.42: "0.4", 3: "3", 9.96: "10", 12.4: "12", 1000: "1,000", 1234567: "1,234,567"} {
		assert.Equal(t, want, rate(n))
	}
	assert.Equal(t, "1 release", counted(1, "release"))
	assert.Equal(t, "8,500 releases", counted(8500, "release"))
	assert.Equal(t, "12.5 %", percent(0.125))
	assert.Equal(t, "0 %", percent(0))
}

func TestDurations(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		0: "0s", 42 * time.Second: "42s", 60 * time.Second: "1m", 252 * time.Second: "4m 12s",
		time.Hour: "1h", 90*time.Minute + 5*time.Second: "1h 30m", 1499 * time.Millisecond: "1s",
		time.Hour + 5*time.Second: "1h", 50 * time.Hour: "2d 2h",
	} {
		assert.Equal(t, want, language{}.duration(d))
	}
	var zh language
	require.NoError(t, zh.set("zh"))
	assert.Equal(t, "4 分 12 秒", zh.duration(252*time.Second))
	assert.Equal(t, "8,500 个版本", zh.count(8500, "release"))
	assert.Error(t, zh.set("fr"))
}
