package ordered_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/zadig-go/zadig/internal/ordered"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// count yields 0 to n-1, and counts in taken how many it has yielded.
func count(n int, taken *atomic.Int64) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := range n {
			taken.Add(1)
			if !yield(i) {
				return
			}
		}
	}
}

func TestMapKeepsTheOrder(t *testing.T) {
	t.Parallel()
	for _, workers := range []int{-1, 0, 1, 2, 8, math.MaxInt} {
		t.Run(fmt.Sprint(workers), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				got := slices.Collect(ordered.Map(t.Context(), workers, count(100, new(atomic.Int64)), func(_ context.Context, i int) string {
					time.Sleep(time.Duration(rand.IntN(1000)))
					return fmt.Sprint(i)
				}))
				require.Len(t, got, 100)
				for i, s := range got {
					assert.Equal(t, fmt.Sprint(i), s)
				}
			})
		})
	}
	assert.Empty(t, slices.Collect(ordered.Map(t.Context(), 8, count(0, new(atomic.Int64)), func(_ context.Context, i int) int { return i })))
}

func TestMapBoundsCallsAndItems(t *testing.T) {
	t.Parallel()
	const workers = 3
	synctest.Test(t, func(t *testing.T) {
		var running, most, begun, taken atomic.Int64
		yielded := int64(0)
		for range ordered.Map(t.Context(), workers, count(50, &taken), func(_ context.Context, i int) int {
			begun.Add(1)
			most.Store(max(most.Load(), running.Add(1)))
			time.Sleep(time.Duration(1 + i%7))
			running.Add(-1)
			return i
		}) {
			yielded++
			time.Sleep(time.Hour) // all calls that may have begun have ended
			assert.Equal(t, min(yielded+2*workers-1, 50), begun.Load())
			assert.Equal(t, min(yielded+2*workers, 50), taken.Load(), "the next call has its item")
		}
		assert.Equal(t, int64(workers), most.Load())
	})
}

func TestMapRunsOneWorkerInTheCallersGoroutine(t *testing.T) {
	t.Parallel()
	goroutine := func() string {
		stack := make([]byte, 64)
		return strings.Fields(string(stack[:runtime.Stack(stack, false)]))[1]
	}
	want := goroutine()
	var taken atomic.Int64
	var calls context.Context
	for i := range ordered.Map(t.Context(), 1, count(5, &taken), func(ctx context.Context, i int) int {
		calls = ctx
		assert.Equal(t, want, goroutine())
		return i
	}) {
		assert.Equal(t, int64(i+1), taken.Load(), "nothing is taken ahead")
		require.NoError(t, calls.Err())
		if i == 2 {
			break
		}
	}
	require.ErrorIs(t, calls.Err(), context.Canceled)
}

// However a loop ends, Map cancels the calls that are running and waits for them.
func TestMapEndsWithTheLoop(t *testing.T) {
	t.Parallel()
	for name, leave := range map[string]func(){"break": nil, "panic": func() { panic("the loop's") }, "Goexit": runtime.Goexit} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var begun, ended, taken atomic.Int64
				said := outcome(func() {
					for range ordered.Map(t.Context(), 4, count(100, &taken), func(ctx context.Context, i int) int {
						begun.Add(1)
						defer ended.Add(1)
						if i > 0 {
							<-ctx.Done()
							time.Sleep(time.Second)
						}
						return i
					}) {
						synctest.Wait()
						if leave == nil {
							break
						}
						leave()
					}
				})
				assert.Equal(t, map[string]string{"break": "returned", "panic": "the loop's", "Goexit": "exited"}[name], said)
				assert.Equal(t, begun.Load(), ended.Load())
				assert.Equal(t, int64(5), begun.Load(), "no call begins after the loop")
			})
		})
	}
}

// outcome runs f in a goroutine and returns how it ended.
func outcome(f func()) string {
	said := make(chan string, 1)
	go func() {
		returned := false
		defer func() {
			switch reason := recover(); {
			case reason != nil:
				said <- fmt.Sprint(reason)
			case returned:
				said <- "returned"
			default:
				said <- "exited"
			}
		}()
		f()
		returned = true
	}()
	return <-said
}

// A panic or an exit reaches the goroutine that ranges, after the results of the items
// before it.
func TestMapRelaysPanicsAndExits(t *testing.T) {
	t.Parallel()
	for name, fail := range map[string]func(){"no disk": func() { panic("no disk") }, "exited": runtime.Goexit} {
		for _, workers := range []int{1, 4} {
			for place, at := range map[string][2]int{"do": {7, -1}, "items": {-1, 7}, "items at once": {-1, 0}} {
				t.Run(fmt.Sprintf("%s/%s/%d", name, place, workers), func(t *testing.T) {
					t.Parallel()
					synctest.Test(t, func(t *testing.T) {
						items := func(yield func(int) bool) {
							for i := range 100 {
								if i == at[1] {
									fail()
								}
								if !yield(i) {
									return
								}
							}
						}
						var got []int
						said := outcome(func() {
							for i := range ordered.Map(t.Context(), workers, items, func(_ context.Context, i int) int {
								if i == at[0] {
									fail()
								}
								return i
							}) {
								got = append(got, i)
							}
						})
						assert.Equal(t, name, said)
						assert.Len(t, got, max(at[0], at[1]))
					})
				})
			}
		}
	}
}

// When the caller's context ends, so does the context of the calls, but not the loop:
// every item has a result.
func TestMapPassesTheContextOn(t *testing.T) {
	t.Parallel()
	for _, workers := range []int{1, 4} {
		synctest.Test(t, func(t *testing.T) {
			reason := errors.New("the user pressed a key")
			ctx, cancel := context.WithCancelCause(t.Context())
			var causes []error
			for err := range ordered.Map(ctx, workers, count(20, new(atomic.Int64)), func(ctx context.Context, i int) error {
				if i == 5 {
					cancel(reason)
				}
				return context.Cause(ctx)
			}) {
				causes = append(causes, err)
			}
			require.Len(t, causes, 20)
			assert.Equal(t, reason, causes[19])
		})
	}
}
