package cli_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig/examples/internal/cli"
)

func TestShorten(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		text        string
		most        int
		end, middle string
	}{
		{"abcdef", 6, "abcdef", "abcdef"},
		{"abcdef", 5, "abcd…", "ab…ef"},
		{"abcdef", 1, "…", "…"},
		{"支付服务", 8, "支付服务", "支付服务"},
		{"支付服务", 7, "支付服…", "支付…务"},
		{"支付服务", 2, "…", "…"},
		{"e\u0301a", 2, "e\u0301a", "e\u0301a"},
	} {
		assert.Equal(t, row.end, cli.Shorten(row.text, row.most))
		assert.Equal(t, row.middle, cli.ShortenMiddle(row.text, row.most))
	}
}

func TestPullRequest(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "#7", cli.PullRequest(7, "https://github.com/shop/cart/pull/7"))
	assert.Equal(t, "!7", cli.PullRequest(7, "https://gitlab.example.com/shop/cart/-/merge_requests/7"))
	assert.Equal(t, "#7", cli.PullRequest(7, ""))
}

// Columns go in the order of Optional, and only as many as must; then the
// widest are made narrower.
func TestRowsFit(t *testing.T) {
	t.Parallel()
	for width, want := range map[int]string{
		0:  "NAME                  LIST           N\n支付服务-12345678901  a, b, c, d, e  1\nx                     f              22\n",
		40: "NAME                  LIST           N\n支付服务-12345678901  a, b, c, d, e  1\nx                     f              22\n",
		30: "NAME          LIST          N\n支付服务-12…  5 of them     1\nx             f             22\n",
		20: "NAME     LIST     N\n支付服…  5 of t…  1\nx        f        22\n",
		15: "NAME    LIST\n支付…   5 of t…\nx       f\n",
		8:  "NAME   …\n支付…  …\nx      f\n",
	} {
		var out strings.Builder
		rows := cli.NewRows(&out, cli.Table, "NAME", "LIST", "N")
		rows.Fit(cli.Fit{Width: width, Least: map[string]int{"NAME": 5, "LIST": 5}, Optional: []string{"N"}})
		rows.Add(cli.Cell{Text: "支付服务-12345678901"}, cli.Cell{Text: "a, b, c, d, e", Shorter: func(int) string { return "5 of them" }}, cli.Cell{Text: "1"})
		rows.Add(cli.Cells("x", "f", "22")...)
		require.NoError(t, rows.Flush())
		assert.Equal(t, want, out.String(), width)
		if width > 0 {
			for line := range strings.Lines(out.String()) {
				assert.LessOrEqual(t, cli.Width(strings.TrimSuffix(line, "\n")), width)
			}
		}
		leftOut, shortened := rows.Cut()
		assert.Equal(t, width > 0 && width < 40, shortened, width)
		assert.Equal(t, width > 0 && width < 20, len(leftOut) > 0, width)
	}
}

func TestRowsThatFitWaitForAll(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	rows := cli.NewRows(&out, cli.Table, "A", "B")
	rows.Fit(cli.Fit{Width: 80})
	for range 300 {
		rows.Add(cli.Cells("a", "b")...)
	}
	rows.Add(cli.Cells("longer", "b")...)
	require.NoError(t, rows.Flush())
	assert.True(t, strings.HasPrefix(out.String(), "A       B\n"))
}
