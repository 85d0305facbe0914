package cli_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/examples/internal/cli"
	"github.com/zadig-go/zadig/zadigtest"
)

func TestFlagsAndArgumentsInAnyOrder(t *testing.T) {
	t.Parallel()
	f := cli.NewFlags("x", cli.Markdown, "Usage: x")
	project := f.String("project", "", "")
	arguments, err := f.Parse([]string{"v1", "-project", "shop", "v2", "-format=json"}, &strings.Builder{})
	require.NoError(t, err)
	assert.Equal(t, []string{"v1", "v2"}, arguments)
	assert.Equal(t, "shop", *project)
	assert.Equal(t, cli.JSON, f.Format)
}

func TestHelp(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	_, err := cli.NewFlags("x", cli.Markdown, "Usage: x").Parse([]string{"-h"}, &out)
	require.ErrorIs(t, err, flag.ErrHelp)
	for _, fact := range []string{"Usage: x", "-format", "default markdown", "-demo", "-version", "ZADIG_CA_FILE", "Exit codes"} {
		assert.Contains(t, out.String(), fact)
	}
}

func TestExit(t *testing.T) {
	t.Parallel()
	refused := zadigtest.NewServer(t, zadigtest.WithToken("right-token"))
	client, err := zadig.NewClient(refused.URL, zadig.WithToken("wrong-token"))
	require.NoError(t, err)
	_, unauthorized := client.Artifact.Trace(t.Context(), "x")

	refused.Down()
	_, unreachable := refused.Client(zadig.WithRetry(zadig.RetryPolicy{MaxAttempts: 1})).Artifact.Trace(t.Context(), "x")
	require.Error(t, unreachable)

	_, wrongFlag := cli.NewFlags("x", cli.Table, "").Parse([]string{"-format", "xml"}, &strings.Builder{})
	for name, row := range map[string]struct {
		err  error
		code int
		text string // begins with
	}{
		"nothing":        {nil, 0, ""},
		"help":           {flag.ErrHelp, 0, ""},
		"usage":          {cli.Usage("no %s", "luck"), 2, "x: no luck (see x -h)\n"},
		"usage in lines": {cli.Usage("a\nb"), 2, "x: a b ("},
		"wrong flag":     {wrongFlag, 2, `x: invalid value "xml" for flag -format: it is table, json or markdown (`},
		"interrupt":      {fmt.Errorf("GET /: %w", context.Canceled), 130, "x: interrupted\n"},
		"token":          {unauthorized, 1, "x: Zadig does not accept the API token: check ZADIG_TOKEN; the token is in Zadig's user settings\n  GET /api/"},
		"no server":      {unreachable, 1, "x: Zadig cannot be reached: nothing listens at " + strings.TrimPrefix(refused.URL, "http://") + "; check ZADIG_URL\n  GET \"http"},
		"full disk":      {&fs.PathError{Op: "write", Path: "/dev/stdout", Err: syscall.ENOSPC}, 1, "x: the disk is full\n  write /dev/stdout: no space left on device\n"},
		"program's own":  {cli.Explained(unauthorized, "no %s", "luck"), 1, "x: no luck\n  GET /api/"},
		"program's, interrupted": {
			cli.Explained(fmt.Errorf("GET /: %w", context.Canceled), "no luck"), 130, "x: interrupted\n",
		},
		"anything else": {errors.New("luck is out"), 1, "x: luck is out\n"},
		"hostile":       {errors.New("a\nb\x1b[31m"), 1, "x: a b[31m\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var stderr strings.Builder
			assert.Equal(t, row.code, cli.Exit("x", row.err, &stderr))
			assert.True(t, strings.HasPrefix(stderr.String(), row.text), stderr.String())
			assert.LessOrEqual(t, strings.Count(stderr.String(), "\n"), 2)
		})
	}
}

func TestWrongFlagIsSuggested(t *testing.T) {
	t.Parallel()
	for args, want := range map[string]string{
		"-projct=x":    "; is -project meant?",
		"--Project x":  "; is -project meant?",
		"-fromat json": "; is -format meant?",
		"-nonsense":    "",
		"-x":           "",
	} {
		f := cli.NewFlags("x", cli.Table, "")
		f.String("project", "", "")
		_, err := f.Parse(strings.Fields(args), io.Discard)
		require.Error(t, err)
		name, _, _ := strings.Cut(strings.TrimLeft(strings.Fields(args)[0], "-"), "=")
		assert.Equal(t, "flag provided but not defined: -"+name+want, err.Error())
	}
}

func TestVersion(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	_, err := cli.NewFlags("x", cli.Table, "").Parse([]string{"-version"}, &out)
	require.ErrorIs(t, err, flag.ErrHelp)
	assert.Regexp(t, `^x v[0-9]+\.[0-9]+\.[0-9]+\S*\n$`, out.String())
}

func TestSince(t *testing.T) {
	t.Parallel()
	since := func(text string) (at time.Time, err error) {
		f := cli.NewFlags("x", cli.Table, "")
		f.Since(&at, "what")
		_, err = f.Parse([]string{"-since", text}, io.Discard)
		return at, err
	}
	for text, want := range map[string]func(now time.Time) time.Time{
		"90m":                       func(now time.Time) time.Time { return now.Add(-90 * time.Minute) },
		"0s":                        func(now time.Time) time.Time { return now },
		"7d":                        func(now time.Time) time.Time { return now.AddDate(0, 0, -7) },
		"2w":                        func(now time.Time) time.Time { return now.AddDate(0, 0, -14) },
		"2024-03-01":                func(time.Time) time.Time { return time.Date(2024, 3, 1, 0, 0, 0, 0, time.Local) },
		"2024-03-01 08:30":          func(time.Time) time.Time { return time.Date(2024, 3, 1, 8, 30, 0, 0, time.Local) },
		"2024-03-01T12:00:00+08:00": func(time.Time) time.Time { return time.Date(2024, 3, 1, 4, 0, 0, 0, time.UTC) },
	} {
		before := time.Now()
		got, err := since(text)
		require.NoError(t, err, text)
		assert.False(t, got.Before(want(before)), text)
		assert.False(t, got.After(want(time.Now())), text)
	}
	for _, text := range []string{"yesterday", "-3h", "", "d", "-1d", "1.5w"} {
		_, err := since(text)
		assert.ErrorContains(t, err, "neither a length of time, such as 12h, 7d or 1w, nor a date", text)
	}
}

func TestConnect(t *testing.T) {
	client, closeServer, err := cli.Connect(t.Context(), true, func() zadigtest.Data { return zadigtest.Generate(1, 1) })
	require.NoError(t, err)
	defer closeServer()
	for _, err := range client.Delivery.All(t.Context(), delivery.ListOptions{}) {
		require.NoError(t, err)
	}

	t.Setenv("ZADIG_URL", "")
	_, _, err = cli.Connect(t.Context(), false, nil)
	assert.ErrorContains(t, err, "ZADIG_URL is not set")

	t.Setenv("ZADIG_URL", "https://zadig.example.com")
	t.Setenv("ZADIG_CA_FILE", "testdata/missing.pem")
	_, _, err = cli.Connect(t.Context(), false, nil)
	assert.ErrorContains(t, err, "ZADIG_CA_FILE")

	given, _, err := cli.Connect(cli.WithClient(t.Context(), client), false, nil)
	require.NoError(t, err)
	assert.Same(t, client, given)
}

func TestText(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "a b c", cli.Clean(" a\n\tb\x07 \u202ec\x7f"))
	assert.Equal(t, "a b", cli.FirstLine("\na\tb\nc"))
	assert.Empty(t, cli.Time(time.Time{}))
	assert.Equal(t, `a\|b \*c\* &lt;b&gt; \[x\](y)`, cli.Escape("a|b\n*c* <b> [x](y)"))
	assert.Equal(t, `!\[x\](y)`, cli.Escape("![x](y)"), "no image")
	assert.Equal(t, `\# a`, cli.Escape("# a"))
	assert.Equal(t, `\- a`, cli.Escape("- a"))
	assert.Equal(t, "`a_b`", cli.Code("a_b"))
	assert.Equal(t, "a\\|\\`b", cli.Code("a|`b"), "a code span in a table cannot hold them")
	assert.Equal(t, "[#7](https://x/7%28a%29%7C)", cli.Link("#7", "https://x/7(a)|"))
	assert.Equal(t, "a", cli.Link("a", ""))
	assert.Equal(t, "[`a`](https://x)", cli.CodeLink("a", "https://x"))
}

func TestRows(t *testing.T) {
	t.Parallel()
	for format, want := range map[cli.Format]string{
		cli.Table:    "A       B\n支付 e\u0301  x|\ny\nz       w\n",
		cli.Markdown: "| A | B |\n|---|---|\n| [支付 e\u0301](https://x) | `x` |\n| y |  |\n| z | w |\n",
	} {
		var out strings.Builder
		rows := cli.NewRows(&out, format, "A", "B")
		second := cli.Cell{Text: "x", Code: true}
		if format == cli.Table {
			second.Text = "x|"
		}
		rows.Add(cli.Cell{Text: "支付\ne\u0301", URL: "https://x"}, second)
		rows.Add(cli.Cells("y")...)
		rows.Add(cli.Cells("z", "w")...)
		require.NoError(t, rows.Flush())
		assert.Equal(t, want, out.String())
	}
}

func TestRowsSayThatTheyCouldNotBeWritten(t *testing.T) {
	t.Parallel()
	for _, format := range []cli.Format{cli.Table, cli.Markdown} {
		rows := cli.NewRows(full{}, format, "A")
		for range 300 {
			rows.Add(cli.Cells("a")...)
		}
		assert.ErrorContains(t, rows.Flush(), "disk full")
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("disk full") }

func TestProgress(t *testing.T) {
	t.Parallel()
	var plain strings.Builder
	p := cli.NewProgress(&plain)
	p.Show("%d", 1)
	p.Clear()
	assert.Empty(t, plain.String(), "no terminal")

	terminal := &device{}
	p = cli.NewProgress(terminal)
	p.Clear()
	assert.Empty(t, terminal.String())
	p.Show("%d of 2", 1)
	p.Show("%d of 2", 2)
	assert.Equal(t, "\r\x1b[K1 of 2", terminal.String(), "the second came too soon")
	p.Clear()
	assert.Equal(t, "\r\x1b[K1 of 2\r\x1b[K", terminal.String())
}

// device is a terminal as far as its mode tells.
type device struct{ strings.Builder }

func (*device) Stat() (fs.FileInfo, error) { return mode{}, nil }

type mode struct{ fs.FileInfo }

func (mode) Mode() fs.FileMode { return fs.ModeDevice | fs.ModeCharDevice }
