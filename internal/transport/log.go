package transport

import (
	"context"
	"log/slog"
	"time"

	"github.com/zadig-go/zadig/internal/redact"
)

// log writes one record: method, URL with secret values masked, number of the
// attempt and duration. It never logs a header or a body.
func (e *exchange) log(level slog.Level, message string, more ...slog.Attr) {
	if e.config.Logger == nil {
		return
	}
	e.config.Logger.LogAttrs(e.req.Context(), level, message, append([]slog.Attr{
		slog.String("method", e.req.Method),
		slog.String("url", redact.URL(e.req.URL, e.tokens...)),
		slog.Int("attempt", e.attempts),
		slog.Duration("duration", time.Since(e.start)),
	}, more...)...)
}

// logFailure logs an error. The level is lower if the caller has canceled the context
// or closed the body, as happens when a loop ends early.
func (e *exchange) logFailure(message string, err error, more ...slog.Attr) {
	level := slog.LevelWarn
	if e.timed.Err() == context.Canceled && context.Cause(e.timed) != errStalled { //nolint:errorlint // themselves
		level = slog.LevelDebug
	}
	e.log(level, message, append(more, slog.String("error", safe(err, e.tokens).Error()))...)
}
