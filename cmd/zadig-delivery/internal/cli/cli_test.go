package cli_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig/cmd/zadig-delivery/internal/cli"
)

// What is pasted into GitHub or GitLab shows as it is and mentions nobody.
func TestEscape(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"@alice fixes #7":       "@&#8203;alice fixes #&#8203;7",
		"owner/repo#7, GH-7":    "owner/repo#&#8203;7, GH-&#8203;7",
		"see !12":               "see !&#8203;12",
		"a@b.example.com, #":    "a@&#8203;b.example.com, #",
		"# heading":             `\# heading`,
		"<b>*x*</b> `y` [z](w)": `&lt;b&gt;\*x\*&lt;/b&gt; ` + "\\`y\\`" + ` \[z\](w)`,
		"two\nlines\u202e":      "two lines",
	} {
		assert.Equal(t, want, cli.Escape(text))
	}
	assert.Equal(t, "[#7](https://example.com/7)", cli.Link("#7", "https://example.com/7"), "a link leads where it says")
	assert.Equal(t, "[a](https://example.com/%28x%29)", cli.Link("a", "https://example.com/(x)"))
}

func TestParseSince(t *testing.T) {
	t.Parallel()
	now := time.Date(2024, 3, 10, 12, 0, 0, 0, time.Local)
	for text, want := range map[string]time.Time{
		"90m": now.Add(-90 * time.Minute), "7d": now.AddDate(0, 0, -7), "1w": now.AddDate(0, 0, -7), "0s": now,
		"2024-03-01":                time.Date(2024, 3, 1, 0, 0, 0, 0, time.Local),
		"2024-03-01T12:00:00+08:00": time.Date(2024, 3, 1, 4, 0, 0, 0, time.UTC),
	} {
		got, err := cli.ParseSince(text, now)
		require.NoError(t, err)
		assert.WithinDuration(t, want, got, 0, text)
	}
	for _, text := range []string{"", "yesterday", "-1h", "7", "d"} {
		_, err := cli.ParseSince(text, now)
		assert.Error(t, err, text)
	}
}

func TestTimeHasItsOffset(t *testing.T) { //nolint:paralleltest // it sets the zone
	zone := time.Local
	t.Cleanup(func() { time.Local = zone })
	at := time.Date(2024, 3, 1, 12, 0, 0, 0, time.UTC)
	for offset, want := range map[int]string{0: "2024-03-01 12:00Z", 8 * 3600: "2024-03-01 20:00+08", 19800: "2024-03-01 17:30+0530"} {
		time.Local = time.FixedZone("", offset)
		assert.Equal(t, want, cli.Time(at))
	}
	assert.Empty(t, cli.Time(time.Time{}))
}

func TestNearest(t *testing.T) {
	t.Parallel()
	assert.Equal(t, []string{"shop", "shops", "cart"}, cli.Nearest("Shpo", []string{"cart", "shop", "shops"}))
}

// A table fits its terminal: columns go, texts are cut, and wide characters
// take two columns.
func TestTableFits(t *testing.T) { //nolint:paralleltest // t.Setenv forbids it
	columns := []cli.Column{{Name: "A", Once: true, Least: 4}, {Name: "B", Drop: 1, Least: 4}, {Name: "C"}, {Name: "D", Wide: true}}
	write := func(width string, format cli.Format) string {
		t.Setenv("COLUMNS", width)
		var out strings.Builder
		table := cli.NewOutput(&out, format, columns...)
		require.NoError(t, table.Add(map[string]int{"n": 1}, cli.Texts("商城商城商城", "some text", "c", "d"),
			cli.Texts("商城商城商城", "more", "e|f", "@x")))
		require.NoError(t, table.Flush())
		return out.String()
	}
	assert.Equal(t, "A             B          C\n商城商城商城  some text  c\n              more       e|f\n", write("", cli.Table))
	for line := range strings.Lines(write("20", cli.Table)) {
		assert.LessOrEqual(t, cli.Width(strings.TrimSuffix(line, "\n")), 20, line)
	}
	assert.NotContains(t, write("12", cli.Table), "B")
	assert.Contains(t, write("12", cli.Wide), "some text  c    d\n")
	assert.Equal(t, "A,B,C,D\n商城商城商城,some text,c,d\n商城商城商城,more,e|f,'@x\n", write("", cli.CSV), "each row is complete")
	assert.Contains(t, write("", cli.Markdown), "\n|  | more | e\\|f |\n")
	assert.Equal(t, "{\"n\":1}\n", write("", cli.JSON))
}
