package faults_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/artifact"
	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/zadigtest"
)

// One client and 200 goroutines, each with variants of its own: every call gets
// its own response, connections are shared, and none is left at the end (TestMain).
func TestOneClientForManyGoroutines(t *testing.T) {
	t.Parallel()
	z := newZadig(t)
	o := startOrigin(t, &origin{zadig: z})
	const goroutines, rounds = 200, 1
	var waited atomic.Int64
	shared := o.place(zadig.WithTokenSource(func(context.Context) (string, error) { return token, nil })).client(t)

	var running sync.WaitGroup
	for g := range goroutines {
		running.Go(func() {
			client, err := shared.With(
				zadig.WithHeader("X-Goroutine", fmt.Sprint(g)),
				zadig.WithRateLimiter(limiter(func(context.Context) error { waited.Add(1); return nil })),
				zadig.WithTimeout(time.Minute+time.Duration(g)),
			)
			if !assert.NoError(t, err) {
				return
			}
			for round := range rounds {
				call := calls[(g+round)%len(calls)]
				assert.Empty(t, call.do(t.Context(), client, z), "%s with options", call.name)
				assert.Empty(t, call.do(t.Context(), shared, z), call.name)
			}
		})
	}
	running.Wait()
	assert.Positive(t, waited.Load())
	assert.LessOrEqual(t, o.accepted.Load(), o.requests.Load()/4, "connections are shared")
}

type limiter func(context.Context) error

func (l limiter) Wait(ctx context.Context) error { return l(ctx) }

// Variants do not affect each other, even if they are made and used at the same
// time.
func TestVariantsWhileTheyAreUsed(t *testing.T) {
	t.Parallel()
	srv := zadigtest.NewServer(t, zadigtest.WithToken("right-token"))
	right := srv.Client()
	var running sync.WaitGroup
	for g := range 200 {
		running.Go(func() {
			wrong, err := right.With(zadig.WithToken(fmt.Sprintf("wrong-token-%d", g)))
			if !assert.NoError(t, err) {
				return
			}
			_, err = wrong.Delivery.List(t.Context(), delivery.ListOptions{})
			assert.ErrorIs(t, err, zadig.ErrUnauthorized)
			_, err = right.Delivery.List(t.Context(), delivery.ListOptions{})
			assert.NoError(t, err)
		})
	}
	running.Wait()
}

// A loop that is left, and a context that ends, leave nothing behind.
func TestLoopsThatAreLeft(t *testing.T) {
	t.Parallel()
	z := newZadig(t)
	o := startOrigin(t, &origin{zadig: z, hits: func(n int) bool { return n%5 == 4 }, strike: (*exchange).hang})
	client := o.place().client(t)
	for i := range 40 {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		seen := 0
		for _, err := range client.Delivery.All(ctx, delivery.ListOptions{PerPage: 2}) {
			if seen++; seen > i%5 || err != nil {
				break
			}
		}
		for _, result := range client.Artifact.TraceMany(ctx, z.images(), artifact.TraceManyOptions{}) {
			if result.Err != nil {
				require.ErrorIs(t, result.Err, context.DeadlineExceeded)
			}
			if i%2 == 0 {
				break
			}
		}
		cancel()
		assert.Eventually(t, func() bool { return o.busy.Load() == 0 }, time.Second, time.Millisecond)
	}
}
