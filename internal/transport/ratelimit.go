package transport

import (
	"context"
	"fmt"
)

// Limiter is a rate limiter, such as that of golang.org/x/time/rate.
type Limiter interface {
	Wait(ctx context.Context) error
}

// limitRate waits for the rate limiter. Its error ends the call.
func (c *call) limitRate(ctx context.Context) error {
	if err := c.config.Limiter.Wait(ctx); err != nil {
		return permanentError{fmt.Errorf("rate limiter: %w", err)}
	}
	return nil
}
