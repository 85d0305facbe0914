package report

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestPacked(t *testing.T) {
	t.Parallel()
	for id, want := range map[string]string{
		"":                         "",
		"65e13f00aa00000000000001": "ZeE_AKoAAAAAAAAB",
		"0":                        "~0", // half a byte
		"AB":                       "~AB",
		"v1.2.0":                   "~v1.2.0",
	} {
		assert.Equal(t, want, packed(id))
	}
}

func TestFrontCoded(t *testing.T) {
	t.Parallel()
	var e encoder
	for _, row := range []struct{ tag, want string }{
		{"20240301-7-main", "020240301-7-main"},
		{"20240301-7-fix", "bfix"},
		{"", "0"},
		{"一二", "0一二"},
		{"一三", "0一三"}, // characters of several bytes stay whole
		{strings.Repeat("a", 50), "0" + strings.Repeat("a", 50)},
		{strings.Repeat("a", 50), "z" + strings.Repeat("a", 15)},
	} {
		assert.Equal(t, row.want, e.frontCoded(row.tag))
	}
}

func TestTimes(t *testing.T) {
	t.Parallel()
	newest := time.Date(2024, 3, 1, 12, 0, 0, 0, time.FixedZone("CST", 8*3600))
	e := &encoder{payload: payload{Newest: wallMinutes(newest)}}
	assert.Equal(t, "2024-03-01 12:00", time.Unix(e.Newest*60, 0).UTC().Format("2006-01-02 15:04"), "as its clock shows it")
	assert.Equal(t, int64(1), e.time(newest))
	assert.Equal(t, int64(61), e.time(newest.Add(-time.Hour)))
	assert.Equal(t, int64(-60), e.time(newest.Add(time.Hour)))
	assert.Zero(t, e.time(time.Time{}))
}

func TestRowsEndWithWhatIsNotZero(t *testing.T) {
	t.Parallel()
	assert.Equal(t, []any{1, 0, "x"}, trim([]any{1, []int(nil), "x", "", 0, []int{}}))
	assert.Empty(t, trim([]any{0, ""}))
}

func TestSplitReference(t *testing.T) {
	t.Parallel()
	for ref, want := range map[string][2]string{
		"":                           {"", ""},
		"redis":                      {"redis", ""},
		"redis:7":                    {"redis", ":7"},
		"example.com:5000/redis":     {"example.com:5000/redis", ""},
		"example.com:5000/redis:7":   {"example.com:5000/redis", ":7"},
		"redis@sha256:0123":          {"redis", "@sha256:0123"},
		"redis:7@sha256:0123":        {"redis", ":7@sha256:0123"},
		"example.com:5000/r@sha256:": {"example.com:5000/r", "@sha256:"},
	} {
		repository, version := splitReference(ref)
		assert.Equal(t, want, [2]string{repository, version}, ref)
	}
}

// A page is small without a browser to tell.
func TestWeight(t *testing.T) {
	t.Parallel()
	page, log, code := report(t, manyReleases(t, 1000), "--limit", "0")
	require.Zero(t, code, log)
	t.Logf("1,000 releases are %d kB", len(page)/1000)
	assert.Less(t, len(page), 450_000)
}
