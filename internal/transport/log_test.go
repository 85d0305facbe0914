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

// The test lists every attribute, so that nobody adds one without thinking of
// secrets.
func TestLogRecords(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	logger := zadig.WithLogger(slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})))
	client, s := clienttest.Serve(t, servertest.Script(
		servertest.Status(503, ""), servertest.Close, servertest.JSON(`[]`), servertest.JSON(`[]`), servertest.Cut("["),
	), clienttest.OneRequestPerConnection(), zadig.WithToken("own-t0ken-of-the-client"), logger)
	require.NoError(t, client.Get(t.Context(), "/x?a=1&token="+word, nil, nil))
	require.Error(t, client.Get(t.Context(), "/x", nil, new(int)))
	once, err := client.With(zadig.WithRetry(zadig.RetryPolicy{MaxAttempts: 1}))
	require.NoError(t, err)
	require.Error(t, once.Get(t.Context(), "/x", nil, nil))
	left, leave := context.WithCancel(t.Context())
	leave()
	require.Error(t, client.Get(left, "/x", nil, nil))

	type record struct {
		Time, Level, Msg, Method, URL, Error string
		Attempt, Status                      int64
		Duration                             *int64
	}
	var got []record
	dec := json.NewDecoder(&log)
	for dec.DisallowUnknownFields(); dec.More(); {
		var r record
		require.NoError(t, dec.Decode(&r))
		assert.NotNil(t, r.Duration)
		r.Time, r.Duration = "", nil
		got = append(got, r)
	}
	first, other := s.URL+"/x?a=1&token=***", s.URL+"/x"
	assert.Equal(t, []record{
		{Level: "WARN", Msg: "zadig: response", Method: "GET", URL: first, Attempt: 1, Status: 503},
		{Level: "WARN", Msg: "zadig: no response", Method: "GET", URL: first, Attempt: 2, Error: "EOF"},
		{Level: "DEBUG", Msg: "zadig: response", Method: "GET", URL: first, Attempt: 3, Status: 200},
		{Level: "DEBUG", Msg: "zadig: response", Method: "GET", URL: other, Attempt: 1, Status: 200},
		{Level: "DEBUG", Msg: "zadig: response", Method: "GET", URL: other, Attempt: 1, Status: 200},
		{Level: "WARN", Msg: "zadig: response broke off", Method: "GET", URL: other, Attempt: 1, Status: 200, Error: "unexpected EOF"},
		{Level: "DEBUG", Msg: "zadig: no response", Method: "GET", URL: other, Attempt: 1, Error: "context canceled"},
	}, got)
}

// Leaving a loop while its list is still arriving is not a failure.
func TestLogOfALoopThatIsLeft(t *testing.T) {
	t.Parallel()
	var records bytes.Buffer
	release := `{"id":"619dbaa8c528010000010000","desc":"` + strings.Repeat("x", 4000) + `","services":[{}]},`
	client, _ := clienttest.Serve(t, servertest.Stall("["+strings.Repeat(release, 100)),
		zadig.WithLogger(slog.New(slog.NewTextHandler(&records, &slog.HandlerOptions{Level: slog.LevelInfo}))))
	for _, err := range client.Delivery.All(t.Context(), delivery.ListOptions{}) {
		require.NoError(t, err)
		break
	}
	assert.Empty(t, records.String())
}

// The client's own timeout is a failure, although it cancels the context of the attempt.
func TestLogOfATimeout(t *testing.T) {
	t.Parallel()
	var records bytes.Buffer
	logger := zadig.WithLogger(slog.New(slog.NewTextHandler(&records, &slog.HandlerOptions{Level: slog.LevelWarn})))
	inBubble(t, servertest.Hang, []zadig.Option{logger}, func(t *testing.T, client *zadig.Client, _ *servertest.Server) {
		require.Error(t, client.Get(t.Context(), "/api/x", nil, nil))
	})
	assert.Contains(t, records.String(), "no response headers within 45s")
}
