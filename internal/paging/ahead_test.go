package paging_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig/internal/errdef"
	"github.com/zadig-go/zadig/internal/paging"
	"github.com/zadig-go/zadig/internal/response"
)

type doer func(*http.Request) (*http.Response, error)

func (d doer) Do(req *http.Request) (*http.Response, error) { return d(req) }

type numbered struct {
	ID string `json:"id"`
}

// list is a list of n elements whose details come from complete.
func list(ctx context.Context, n, concurrency int, complete func(ctx context.Context, id string) (string, bool, error)) *paging.Pages[numbered, string] {
	server := doer(func(req *http.Request) (*http.Response, error) {
		page, _ := strconv.Atoi(req.URL.Query().Get("page"))
		perPage, _ := strconv.Atoi(req.URL.Query().Get("per_page"))
		var elements []string
		for i := (page - 1) * perPage; i < min(page*perPage, n); i++ {
			elements = append(elements, fmt.Sprintf(`{"id":"%d"}`, i))
		}
		return &http.Response{
			StatusCode: http.StatusOK, Request: req, Header: http.Header{"X-Total": {strconv.Itoa(n)}},
			Body: io.NopCloser(strings.NewReader("[" + strings.Join(elements, ",") + "]")),
		}, nil
	})
	return &paging.Pages[numbered, string]{
		PerPage: 100,
		Open: func(page, perPage int) (*response.Stream[numbered], error) {
			query := url.Values{"page": {strconv.Itoa(page)}, "per_page": {strconv.Itoa(perPage)}}
			endpoint := response.Endpoint{Path: "/", RawQuery: query.Encode(), Want: "an array of numbers"}
			return response.Elements[numbered](ctx, server, endpoint, response.Streamed)
		},
		ID:          func(e *numbered) string { return e.ID },
		Finish:      func(e *numbered) (string, bool, error) { return e.ID, true, nil },
		Concurrency: concurrency,
		Incomplete:  func(string) bool { return true },
		Complete:    complete,
	}
}

// Elements are completed at most Concurrency at once, as fast as that allows,
// and yielded in order, whichever is complete first.
func TestCompletesAhead(t *testing.T) {
	t.Parallel()
	for _, concurrency := range []int{1, 2, 8} {
		t.Run(fmt.Sprint(concurrency), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				const n = 400
				var running, most, sent atomic.Int64
				pages := list(t.Context(), n, concurrency, func(_ context.Context, id string) (string, bool, error) {
					sent.Add(1)
					most.Store(max(most.Load(), running.Add(1)))
					defer running.Add(-1)
					i, _ := strconv.Atoi(id)
					time.Sleep(time.Duration(10+i%2) * time.Millisecond)
					return id, true, nil
				})
				start := time.Now()
				next := 0
				pages.All(t.Context(), func(id string, err error) bool {
					require.NoError(t, err)
					require.Equal(t, strconv.Itoa(next), id)
					next++
					return true
				})
				assert.Equal(t, n, next)
				assert.EqualValues(t, n, sent.Load(), "one request each")
				assert.EqualValues(t, concurrency, most.Load())
				sequential := n * 10500 * time.Microsecond
				assert.LessOrEqual(t, time.Since(start), sequential/time.Duration(concurrency)*11/10)
			})
		})
	}
}

// However the loop ends, All waits for the goroutines that run ahead. Their panic
// or exit happens on the goroutine of the loop.
func TestCompletesNothingBehindTheEnd(t *testing.T) {
	t.Parallel()
	failure := errors.New("failure")
	fail := func(id string) (string, bool, error) {
		if id == "5" {
			return "", false, failure
		}
		return id, true, nil
	}
	for name, test := range map[string]struct {
		at5  func(id string) (string, bool, error) // completes the sixth element
		loop func(id string, err error, cancel func()) bool
		err  error // of the last element
		want any   // what was recovered
	}{
		"break":             {nil, func(id string, _ error, _ func()) bool { return id != "5" }, nil, nil},
		"panic in the loop": {nil, func(string, error, func()) bool { panic("loop") }, nil, "loop"},
		"exit in the loop":  {nil, func(string, error, func()) bool { runtime.Goexit(); return true }, nil, nil},
		"error":             {fail, nil, failure, nil},
		"context": {nil, func(id string, _ error, cancel func()) bool {
			if id == "5" {
				cancel()
			}
			return true
		}, context.Canceled, nil},
		"panic ahead": {func(string) (string, bool, error) { panic("ahead") }, nil, nil, "ahead"},
		"exit ahead":  {func(string) (string, bool, error) { runtime.Goexit(); return "", false, nil }, nil, nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				var running, sent atomic.Int64
				pages := list(ctx, 1000, 8, func(ctx context.Context, id string) (string, bool, error) {
					running.Add(1)
					sent.Add(1)
					defer running.Add(-1)
					select {
					case <-ctx.Done():
						return "", false, ctx.Err()
					case <-time.After(time.Second):
					}
					if i, _ := strconv.Atoi(id); i == 5 && test.at5 != nil {
						return test.at5(id)
					}
					return id, true, nil
				})
				var last error
				var recovered any
				var loop sync.WaitGroup
				loop.Go(func() {
					defer func() { recovered = recover() }()
					defer func() { assert.Zero(t, running.Load(), "all have ended when the loop has") }()
					pages.All(ctx, func(id string, err error) bool {
						last = err
						return test.loop == nil || test.loop(id, err, cancel)
					})
				})
				loop.Wait()
				require.ErrorIs(t, last, test.err)
				assert.Equal(t, test.want, recovered)
				assert.LessOrEqual(t, sent.Load(), int64(32), "it stops")
			})
		})
	}
}

// One broken element is one error.
func TestCompletesBehindABrokenElement(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	pages := list(t.Context(), 20, 8, func(_ context.Context, id string) (string, bool, error) {
		if id == "5" {
			return "", false, &response.ElementError{Err: broken}
		}
		return id, id != "6", nil
	})
	var ids []string
	pages.All(t.Context(), func(id string, err error) bool {
		if err != nil {
			require.Equal(t, broken, err)
			id = "broken"
		}
		ids = append(ids, id)
		return true
	})
	assert.Equal(t, []string{"0", "1", "2", "3", "4", "broken", "7"}, ids[:7])
	assert.Len(t, ids, 19)
}

// A Zadig under load responds with 403 to every request, so a request that is
// forbidden in the middle of an iteration is retried once.
func TestAsksAgainWhatIsForbiddenInTheMiddle(t *testing.T) {
	t.Parallel()
	for _, concurrency := range []int{1, 8} {
		for times, want := range map[int]error{1: nil, 2: errdef.ErrForbidden} {
			t.Run(fmt.Sprint(concurrency, times), func(t *testing.T) {
				t.Parallel()
				var mu sync.Mutex
				forbidden, sent := 0, map[string]int{}
				pages := list(t.Context(), 20, concurrency, func(_ context.Context, id string) (string, bool, error) {
					mu.Lock()
					defer mu.Unlock()
					sent[id]++
					if id == "5" && forbidden < times {
						forbidden++
						return "", false, errdef.ErrForbidden
					}
					return id, true, nil
				})
				n := 0
				var last error
				pages.All(t.Context(), func(_ string, err error) bool {
					n++
					last = err
					return true
				})
				require.ErrorIs(t, last, want)
				assert.Equal(t, 2, sent["5"])
				for id, count := range sent {
					assert.True(t, count == 1 || id == "5", "that request only")
				}
				assert.Equal(t, map[bool]int{true: 20, false: 6}[want == nil], n)
			})
		}
	}
}

func TestCompletesAPage(t *testing.T) {
	t.Parallel()
	failure := errors.New("failure")
	for _, concurrency := range []int{1, 8} {
		got, err := paging.Complete(t.Context(), concurrency, []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, func(_ context.Context, i int) (int, bool, error) {
			return 10 * i, i%2 == 0, nil
		})
		require.NoError(t, err)
		assert.Equal(t, []int{0, 20, 40, 60, 80, 100}, got)

		_, err = paging.Complete(t.Context(), concurrency, []int{0, 1, 2}, func(_ context.Context, i int) (int, bool, error) {
			return i, true, map[int]error{1: failure, 2: errors.New("a later one")}[i]
		})
		require.ErrorIs(t, err, failure)
	}
}
