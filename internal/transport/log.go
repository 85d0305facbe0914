package transport

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/zadig-go/zadig/internal/redact"
)

// logAttempts writes one record for each attempt: method, URL with secret
// values masked, number of the attempt, status, duration, and for a failure
// its text; and another one if the body breaks off. No header and no body is
// ever logged.
func logAttempts(logger *slog.Logger) policy {
	return func(next http.RoundTripper) http.RoundTripper {
		if logger == nil {
			return next
		}
		return roundTripperFunc(func(req *http.Request) (*http.Response, error) {
			ctx := req.Context()
			state := stateOf(ctx)
			attempt, token := state.attempts, state.token
			start := time.Now()
			record := func(level slog.Level, message string, more ...slog.Attr) {
				logger.LogAttrs(ctx, level, message, append([]slog.Attr{
					slog.String("method", req.Method),
					slog.String("url", redact.URL(req.URL, token)),
					slog.Int("attempt", attempt),
					slog.Duration("duration", time.Since(start)),
				}, more...)...)
			}
			failure := func(err error) slog.Attr { return slog.String("error", redact.Line(err.Error(), token)) }

			resp, err := next.RoundTrip(req)
			if err != nil {
				record(unlessCanceled(ctx), "zadig: no response", failure(err))
				return nil, err
			}
			level, status := slog.LevelDebug, slog.Int("status", resp.StatusCode)
			if retryable(resp.StatusCode) {
				level = slog.LevelWarn
			}
			record(level, "zadig: response", status)
			resp.Body = &loggedBody{ReadCloser: resp.Body, broken: func(err error) {
				record(unlessCanceled(ctx), "zadig: response broke off", status, failure(err))
			}}
			return resp, nil
		})
	}
}

// unlessCanceled returns the level of a failure: Warn, or Debug if the caller has
// canceled the context, as a loop does that ends early.
func unlessCanceled(ctx context.Context) slog.Level {
	if errors.Is(ctx.Err(), context.Canceled) {
		return slog.LevelDebug
	}
	return slog.LevelWarn
}

// loggedBody is a body that reports once when it breaks off before it is
// closed.
type loggedBody struct {
	io.ReadCloser
	broken func(error)
	closed atomic.Bool // perhaps while another goroutine reads ahead
}

func (b *loggedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil && err != io.EOF && b.broken != nil && !b.closed.Load() {
		b.broken(err)
		b.broken = nil
	}
	return n, err
}

func (b *loggedBody) Close() error {
	b.closed.Store(true)
	return b.ReadCloser.Close()
}
