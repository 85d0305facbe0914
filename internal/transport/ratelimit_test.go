package transport_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/internal/testkit/clienttest"
	"github.com/zadig-go/zadig/internal/testkit/servertest"
)

// limiter is a function that implements Limiter.
type limiter func(context.Context) error

func (l limiter) Wait(ctx context.Context) error { return l(ctx) }

func TestLimiterFails(t *testing.T) {
	t.Parallel()
	reason := errors.New("out of order")
	client, s := clienttest.Serve(t, servertest.JSON(`[]`), zadig.WithRateLimiter(limiter(func(context.Context) error { return reason })))
	err := client.Get(t.Context(), "/x", nil, nil)
	require.ErrorIs(t, err, reason)
	require.ErrorContains(t, err, "rate limiter: out of order")
	assert.NotContains(t, err.Error(), "attempts", "it is final")
	assert.Empty(t, clienttest.Sentinel(err), "no response came")
	assert.Zero(t, s.Count())
}

// A limiter waits until the call's context ends, and no longer.
func TestLimiterSeesTheCallsContext(t *testing.T) {
	t.Parallel()
	client, s := clienttest.Serve(t, servertest.JSON(`[]`), zadig.WithTimeout(time.Millisecond),
		zadig.WithRateLimiter(limiter(func(ctx context.Context) error {
			<-ctx.Done()
			return ctx.Err()
		})))
	err := client.Get(within(t, 20*time.Millisecond), "/x", nil, nil)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	assert.NotContains(t, err.Error(), "no response headers", "the wait is not the server's")
	assert.Zero(t, s.Count())
}
