package transport_test

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/internal/testkit/clienttest"
	"github.com/zadig-go/zadig/internal/testkit/servertest"
)

func TestLogRecords(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	handler := slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})
	client, s := clienttest.Serve(t, servertest.Script(servertest.Status(503, ""), servertest.Close, servertest.JSON(`[]`), servertest.JSON(`[]`), servertest.Cut("[")), clienttest.OneRequestPerConnection(), zadig.WithLogger(slog.New(handler)))
	require.NoError(t, client.Get(t.Context(), "/x?a=1&token="+word, nil, nil))
	require.Error(t, newClientLogging(t, s, handler).Get(t.Context(), "/x", nil, new(int)))
	require.Error(t, newClientLogging(t, s, handler, zadig.WithRetry(zadig.RetryPolicy{MaxAttempts: 1})).Get(t.Context(), "/x", nil, nil))
	left, leave := context.WithCancel(t.Context())
	leave()
	require.Error(t, newClientLogging(t, s, handler).Get(left, "/x", nil, nil))
	type record struct {
		Level, Msg, Method, URL, Error string
		Attempt, Status, Duration      int64
	}
	var got []record
	for dec := json.NewDecoder(&log); dec.More(); {
		var r record
		require.NoError(t, dec.Decode(&r))
		assert.Positive(t, r.Duration)
		r.Duration = 0
		got = append(got, r)
	}
	asked := s.URL + "/x?a=1&token=***"
	assert.Equal(t, []record{
		{Level: "WARN", Msg: "zadig: response", Method: "GET", URL: asked, Attempt: 1, Status: 503},
		{Level: "WARN", Msg: "zadig: no response", Method: "GET", URL: asked, Attempt: 2, Error: "EOF"},
		{Level: "DEBUG", Msg: "zadig: response", Method: "GET", URL: asked, Attempt: 3, Status: 200},
		{Level: "DEBUG", Msg: "zadig: response", Method: "GET", URL: s.URL + "/x", Attempt: 1, Status: 200},
		{Level: "DEBUG", Msg: "zadig: response", Method: "GET", URL: s.URL + "/x", Attempt: 1, Status: 200},
		{Level: "WARN", Msg: "zadig: response broke off", Method: "GET", URL: s.URL + "/x", Attempt: 1, Status: 200, Error: "unexpected EOF"},
		{Level: "DEBUG", Msg: "zadig: no response", Method: "GET", URL: s.URL + "/x", Attempt: 1, Error: "context canceled"},
	}, got)
}

func newClientLogging(t *testing.T, s *servertest.Server, handler slog.Handler, opts ...zadig.Option) *zadig.Client {
	t.Helper()
	return clienttest.New(t, s.URL, append(opts, zadig.WithLogger(slog.New(handler)))...)
}

// The log lists what it may print; a new attribute must be thought about.
func TestLogPrintsNothingElse(t *testing.T) {
	t.Parallel()
	var logged bytes.Buffer
	client, _ := clienttest.Serve(t, servertest.Script(servertest.Status(503, ""), servertest.Close, servertest.JSON(`[]`)), zadig.WithToken("own-t0ken-of-the-client"),
		zadig.WithLogger(slog.New(slog.NewJSONHandler(&logged, &slog.HandlerOptions{Level: slog.Level(-100)}))))
	_, err := client.Delivery.List(t.Context(), delivery.ListOptions{})
	require.NoError(t, err)
	lines := bytes.Split(bytes.TrimSpace(logged.Bytes()), []byte("\n"))
	require.GreaterOrEqual(t, len(lines), 2)
	for _, line := range lines {
		var attributes map[string]any
		require.NoError(t, json.Unmarshal(line, &attributes))
		for name := range attributes {
			assert.Contains(t, []string{"time", "level", "msg", "method", "url", "attempt", "duration", "status", "error"}, name)
		}
	}
}

// A loop that is left while its list is still arriving is not a failure.
func TestLogOfALoopThatIsLeft(t *testing.T) {
	t.Parallel()
	var records bytes.Buffer
	release := `{"id":"619dbaa8c528010000010000","desc":"` + strings.Repeat("x", 4000) + `","services":[{}]},`
	client, _ := clienttest.Serve(t, servertest.Stall("["+strings.Repeat(release, 100)),
		zadig.WithLogger(slog.New(slog.NewTextHandler(&records, &slog.HandlerOptions{Level: slog.LevelInfo}))))
	n := 0
	for _, err := range client.Delivery.All(t.Context(), delivery.ListOptions{}) {
		require.NoError(t, err)
		if n++; n == 1 {
			break
		}
	}
	assert.Empty(t, records.String())
}
