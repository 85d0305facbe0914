package transport

import (
	"log/slog"
	"net/http"
	"time"

	"github.com/zadig-go/zadig/internal/redact"
)

// logAttempts writes one record for each attempt: method, URL with secret
// values masked, number of the attempt, status, duration, and for a failure
// its text. No header and no body is ever logged.
func logAttempts(next http.RoundTripper, logger *slog.Logger) http.RoundTripper {
	if logger == nil {
		return next
	}
	return step(func(req *http.Request) (*http.Response, error) {
		ctx := req.Context()
		attempt, token := 1, ""
		if trip := tripFrom(ctx); trip != nil {
			attempt, token = trip.attempts, trip.token
		}
		start := time.Now()
		resp, err := next.RoundTrip(req)
		attrs := []slog.Attr{
			slog.String("method", req.Method),
			slog.String("url", redact.URL(req.URL, token)),
			slog.Int("attempt", attempt),
			slog.Duration("duration", time.Since(start)),
		}
		switch {
		case err != nil:
			attrs = append(attrs, slog.String("error", redact.Text(err.Error(), token)))
			logger.LogAttrs(ctx, slog.LevelWarn, "zadig: no answer", attrs...)
		case retryable(resp.StatusCode):
			logger.LogAttrs(ctx, slog.LevelWarn, "zadig: answer", append(attrs, slog.Int("status", resp.StatusCode))...)
		default:
			logger.LogAttrs(ctx, slog.LevelDebug, "zadig: answer", append(attrs, slog.Int("status", resp.StatusCode))...)
		}
		return resp, err
	})
}
