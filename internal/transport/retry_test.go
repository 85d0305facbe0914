package transport_test

import (
	"context"
	"errors"
	"math"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig/internal/transport"
)

func TestBackoffIsFullJitter(t *testing.T) {
	t.Parallel()
	const ms = time.Millisecond
	for _, row := range []struct {
		name    string
		policy  transport.Policy
		n       int
		ceiling time.Duration
	}{
		{"first", transport.Policy{MinWait: 200 * ms, MaxWait: 5000 * ms}, 1, 200 * ms},
		{"second", transport.Policy{MinWait: 200 * ms, MaxWait: 5000 * ms}, 2, 400 * ms},
		{"fifth", transport.Policy{MinWait: 200 * ms, MaxWait: 5000 * ms}, 5, 3200 * ms},
		{"sixth", transport.Policy{MinWait: 200 * ms, MaxWait: 5000 * ms}, 6, 5000 * ms},
		{"thousandth", transport.Policy{MinWait: 200 * ms, MaxWait: 5000 * ms}, 1000, 5000 * ms},
		{"equal", transport.Policy{MinWait: 5 * ms, MaxWait: 5 * ms}, 3, 5 * ms},
		{"as long as can be", transport.Policy{MinWait: math.MaxInt64, MaxWait: math.MaxInt64}, 1, math.MaxInt64},
		{"almost as long as can be", transport.Policy{MinWait: 1, MaxWait: math.MaxInt64}, 40, math.MaxInt64},
	} {
		var longest time.Duration
		shortest := time.Duration(math.MaxInt64)
		for range 200 { // a chance of 2^-200 to fail without reason
			wait := row.policy.Backoff(row.n)
			longest, shortest = max(longest, wait), min(shortest, wait)
		}
		assert.LessOrEqual(t, longest, row.ceiling, row.name)
		assert.Greater(t, longest, row.ceiling/2, row.name)
		assert.Less(t, shortest, row.ceiling/2, row.name)
		assert.GreaterOrEqual(t, shortest, time.Duration(0), row.name)
	}
}

func TestPause(t *testing.T) {
	t.Parallel()
	policy := transport.Policy{MinWait: time.Hour, MaxWait: time.Hour}
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		require.NoError(t, policy.Pause(t.Context(), 1))
		assert.Positive(t, time.Since(start))
		assert.LessOrEqual(t, time.Since(start), time.Hour)
	})
	synctest.Test(t, func(t *testing.T) {
		reason := errors.New("the user pressed a key")
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Nanosecond, func() { cancel(reason) })
		start := time.Now()
		err := policy.Pause(ctx, 9)
		require.ErrorIs(t, err, context.Canceled)
		require.ErrorIs(t, err, reason)
		assert.Equal(t, time.Nanosecond, time.Since(start))
	})
}

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for value, want := range map[string]time.Duration{
		"":                                0,
		"0":                               0,
		"1":                               time.Second,
		" 90 ":                            90 * time.Second,
		"-1":                              0,
		"1.5":                             0,
		"9223372036854775807":             math.MaxInt64 / time.Second * time.Second,
		"9223372036854775808":             math.MaxInt64 / time.Second * time.Second,
		"-9223372036854775808":            0,
		"Sun, 01 Mar 2026 12:00:30 GMT":   30 * time.Second,
		"Sunday, 01-Mar-26 12:00:30 GMT":  30 * time.Second,
		"Sun Mar  1 12:00:30 2026":        30 * time.Second,
		"Sun, 01 Mar 2026 11:59:59 GMT":   0,
		"Sun, 01 Mar 2026 12:00:30 +0100": 0,
		"tomorrow":                        0,
	} {
		assert.Equal(t, want, transport.RetryAfter(http.Header{"Retry-After": {value}}, now), "%q", value)
	}
	assert.Zero(t, transport.RetryAfter(nil, now))
}
