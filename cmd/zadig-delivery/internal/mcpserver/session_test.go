package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig/zadigtest"
)

// program runs the program, and returns a client's session with it, the input
// that ends it, and what wait returns when it has ended.
func program(ctx context.Context, t *testing.T, args ...string) (session *mcp.ClientSession, input io.Closer, wait func() (status int, stderr string)) {
	t.Helper()
	stdin, toServer := io.Pipe()
	fromServer, stdout := io.Pipe()
	var stderr bytes.Buffer
	ended := make(chan int, 1)
	go func() {
		ended <- run(ctx, args, &mcp.IOTransport{Reader: stdin, Writer: stdout}, io.Discard, &stderr)
		stdout.Close()
	}()
	session, err := mcp.NewClient(&mcp.Implementation{Name: "test"}, nil).
		Connect(t.Context(), &mcp.IOTransport{Reader: fromServer, Writer: toServer}, nil)
	require.NoError(t, err)
	return session, toServer, func() (int, string) {
		select {
		case status := <-ended:
			return status, stderr.String()
		case <-time.After(10 * time.Second):
			require.FailNow(t, "the program does not end")
			return 0, ""
		}
	}
}

// The README's session is what the program says.
func TestReadmeSession(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	_, rest, found := strings.Cut(string(readme), "```text\n")
	require.True(t, found)
	block, _, _ := strings.Cut(rest, "```")
	session, input, wait := program(t.Context(), t, "-demo")
	calls := strings.Split(block, "\n\n")
	require.Len(t, calls, 2)
	for _, shown := range calls {
		command, want, _ := strings.Cut(shown, "\n")
		tool, arguments, _ := strings.Cut(command, " ")
		var args map[string]any
		require.NoError(t, json.Unmarshal([]byte(arguments), &args), arguments)
		result, failed := call(t, session, tool, args)
		require.False(t, failed, result)
		var got bytes.Buffer
		require.NoError(t, json.Indent(&got, []byte(result), "", "  "))
		assert.Equal(t, strings.TrimSpace(want), got.String(), command)
	}
	require.NoError(t, input.Close())
	status, stderr := wait()
	assert.Zero(t, status)
	assert.Empty(t, stderr)
}

func TestEndsWithItsInput(t *testing.T) {
	t.Parallel()
	_, input, wait := program(t.Context(), t, "-demo")
	require.NoError(t, input.Close())
	status, stderr := wait()
	assert.Zero(t, status)
	assert.Empty(t, stderr)
}

func TestInterrupt(t *testing.T) {
	t.Parallel()
	ctx, interrupt := context.WithCancel(t.Context())
	_, _, wait := program(ctx, t, "-demo")
	interrupt()
	status, stderr := wait()
	assert.Zero(t, status)
	assert.Empty(t, stderr)
}

// An interrupt, and the end of the input, end the calls that are under way.
func TestInterruptDuringACall(t *testing.T) {
	srv := zadigtest.NewServer(t, zadigtest.WithToken("right-token"))
	t.Setenv("ZADIG_URL", srv.URL)
	t.Setenv("ZADIG_TOKEN", "right-token")
	for name, end := range map[string]func(interrupt func(), input io.Closer){ //nolint:paralleltest // t.Setenv forbids it
		"interrupt":    func(interrupt func(), _ io.Closer) { interrupt() },
		"end of input": func(_ func(), input io.Closer) { _ = input.Close() },
	} {
		t.Run(name, func(t *testing.T) {
			ctx, interrupt := context.WithCancel(t.Context())
			defer interrupt()
			asked := make(chan struct{}, 10)
			srv.ClearFaults()
			srv.Inject(zadigtest.Hook(func(*http.Request) { asked <- struct{}{} }))
			srv.Inject(zadigtest.Delay(time.Hour))
			session, input, wait := program(ctx, t)
			go func() {
				_, _ = session.CallTool(t.Context(), &mcp.CallToolParams{Name: "latest_release", Arguments: map[string]any{"project": "shop"}})
			}()
			select {
			case <-asked:
			case <-time.After(10 * time.Second):
				require.FailNow(t, "Zadig is not asked")
			}
			end(interrupt, input)
			status, stderr := wait()
			assert.Zero(t, status)
			assert.Empty(t, stderr)
		})
	}
}

func TestRefusesAWrongEnvironment(t *testing.T) {
	var stderr strings.Builder
	t.Setenv("ZADIG_URL", "https://zadig.example.com")
	t.Setenv("ZADIG_CA_FILE", "testdata/missing.pem")
	assert.Equal(t, 1, run(t.Context(), nil, nil, io.Discard, &stderr))
	assert.Regexp(t, `^mcp: ZADIG_CA_FILE .*\n  .*testdata/missing\.pem.*\n$`, stderr.String())
	stderr.Reset()
	t.Setenv("ZADIG_URL", "")
	assert.Equal(t, 1, run(t.Context(), nil, nil, io.Discard, &stderr))
	assert.Equal(t, "mcp: ZADIG_URL is not set: it is the address of your Zadig, such as https://zadig.example.com (-demo needs none)\n", stderr.String())
}
