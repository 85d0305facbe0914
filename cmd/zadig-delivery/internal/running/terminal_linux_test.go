package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/examples/internal/cli"
	"github.com/zadig-go/zadig/examples/internal/cli/clitest"
	"github.com/zadig-go/zadig/zadigtest"
)

// onTerminal runs the program on a terminal.
func onTerminal(ctx context.Context, t *testing.T, columns uint16, stdin string, args ...string) string {
	t.Helper()
	return clitest.OnTerminal(t, columns, func(terminal *os.File) {
		var stderr strings.Builder
		assert.Zero(t, run(ctx, args, strings.NewReader(stdin), terminal, &stderr), stderr.String())
	})
}

func widest(output string) (columns int) {
	for line := range strings.Lines(output) {
		columns = max(columns, cli.Width(strings.TrimSuffix(line, "\n")))
	}
	return columns
}

func TestTerminal(t *testing.T) { //nolint:paralleltest // OnTerminal sets the environment
	for columns, rows := range map[uint16][]string{
		80: {
			"STATUS      IMAGE                           COMMIT      PR    AUTHOR  NAMESPACES",
			"drifted     cart:202403071…n@d41d8cd98f00…  478815bcef        lisi    shop-env-…",
			"built       gateway:202403…8-master-pr-495  938a687268  !495  alice   shop-…, +1",
			"Left out: BUILT, PODS; -wide shows all.",
		},
		200: {
			"drifted     …/shop/cart:20240307195445-18-main@sha256:d41d8cd98f00…                     1     shop-team/shop@478815bcefad               lisi    2024-03-07 19:53  shop-env-prod",
			"unknown     docker.io/istio/proxyv2:1.20.3                                              7                                                                         shop-env-pre, shop-env-prod (6)",
			"…/ stands for registry.example.com/",
		},
	} {
		output := onTerminal(t.Context(), t, columns, "", "-demo")
		assert.LessOrEqual(t, widest(output), int(columns))
		for _, row := range rows {
			assert.Contains(t, output, row+"\n")
		}
		assert.Equal(t, columns == 200, strings.Contains(output, "stands for"), "only where it is used")
	}
	for _, columns := range []uint16{1, 20, 40, 60, 100, 120} {
		output, _, _ := strings.Cut(onTerminal(t.Context(), t, columns, "", "-demo"), "\n\n")
		assert.LessOrEqual(t, widest(output), int(columns))
	}
}

func TestWideTerminalShowsAll(t *testing.T) { //nolint:paralleltest // OnTerminal sets the environment
	var pipe strings.Builder
	require.Zero(t, run(t.Context(), []string{"-demo"}, nil, &pipe, new(strings.Builder)))
	assert.Equal(t, pipe.String(), onTerminal(t.Context(), t, 80, "", "-demo", "-wide"))
	assert.Greater(t, widest(pipe.String()), 200)
}

// Forty namespaces are one cell.
func TestManyNamespaces(t *testing.T) { //nolint:paralleltest // OnTerminal sets the environment
	srv := zadigtest.NewServer(t, made())
	ctx := cli.WithClient(t.Context(), srv.Client(zadig.WithRetry(zadig.RetryPolicy{MaxAttempts: 1})))
	var lines [][3]string
	for i := range 40 {
		lines = append(lines, [3]string{fmt.Sprint("ns", i), cart, digestA})
	}
	output := onTerminal(ctx, t, 105, pods(t, lines...))
	assert.Contains(t, output, "  ns0, ns1, +38\n")
	assert.Contains(t, onTerminal(ctx, t, 105, pods(t, lines[:2]...)), "  ns0, ns1\n")
}

// Names from a cluster and from Zadig can hold anything.
func TestHostileNames(t *testing.T) { //nolint:paralleltest // OnTerminal sets the environment
	srv := zadigtest.NewServer(t, made())
	ctx := cli.WithClient(t.Context(), srv.Client(zadig.WithRetry(zadig.RetryPolicy{MaxAttempts: 1})))
	long := strings.Repeat("支付", 200)
	output := onTerminal(ctx, t, 80, pods(t,
		[3]string{"\x1b[31m\u202e" + long, cart, digestA},
		[3]string{"prod", "registry.example.com/" + long + ":\x1b]0;title\x07", ""},
		[3]string{"prod", "@@@///", "@"},
		[3]string{"", "/", "/"},
	))
	assert.LessOrEqual(t, widest(output), 80)
	assert.NotContains(t, output, "\x1b")
	assert.NotContains(t, output, "\u202e")
	statuses := strings.Fields(output)
	assert.Len(t, slices.DeleteFunc(statuses, func(s string) bool { return s != unknown }), 3)
}
