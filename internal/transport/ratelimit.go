package transport

import (
	"context"
	"fmt"
	"net/http"
)

// Limiter is asked before each attempt; golang.org/x/time/rate.Limiter is one.
type Limiter interface {
	Wait(ctx context.Context) error
}

// limitRate waits for the limiter before each attempt.
func limitRate(limiter Limiter) policy {
	return func(next http.RoundTripper) http.RoundTripper {
		if limiter == nil {
			return next
		}
		return roundTripperFunc(func(req *http.Request) (*http.Response, error) {
			if err := limiter.Wait(req.Context()); err != nil {
				return nil, permanentError{fmt.Errorf("rate limiter: %w", err)}
			}
			return next.RoundTrip(req)
		})
	}
}
