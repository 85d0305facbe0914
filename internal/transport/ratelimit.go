package transport

import (
	"fmt"
	"net/http"
)

// limitRate waits for the limiter before each attempt.
func limitRate(next http.RoundTripper, limiter Limiter) http.RoundTripper {
	if limiter == nil {
		return next
	}
	return step(func(req *http.Request) (*http.Response, error) {
		if err := limiter.Wait(req.Context()); err != nil {
			return nil, final{fmt.Errorf("rate limiter: %w", err)}
		}
		return next.RoundTrip(req)
	})
}
