package transport_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/internal/testkit/clienttest"
	"github.com/zadig-go/zadig/internal/testkit/servertest"
)

// inMemory returns a client and a server for it on the clock of a synctest
// bubble, whose Times say when the client sent each attempt.
func inMemory(t *testing.T, h http.HandlerFunc, opts ...zadig.Option) (*zadig.Client, *servertest.Server) {
	t.Helper()
	s := servertest.NewInMemory(t, h)
	return clienttest.New(t, s.URL, append([]zadig.Option{zadig.WithTransport(s.Transport(t))}, opts...)...), s
}

func TestWaitsAsLongAsRetryAfterSays(t *testing.T) {
	t.Parallel()
	// A synctest bubble begins here.
	midnight := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, row := range []struct {
		name, header string
		wait         time.Duration // 0: the response is returned now; -1: as without the header
		says         time.Duration // Error.RetryAfter
	}{
		{"seconds", "7", 7 * time.Second, 7 * time.Second},
		{"seconds with white space", " 7 ", 7 * time.Second, 7 * time.Second},
		{"as long as it may be", "60", time.Minute, time.Minute},
		{"longer", "61", 0, 61 * time.Second},
		{"a day", "86400", 0, 24 * time.Hour},
		{"more than fits", "9223372036854775807", 0, (1<<63 - 1) / time.Second * time.Second},
		{"more than any integer", "99999999999999999999", 0, (1<<63 - 1) / time.Second * time.Second},
		{"date", midnight.Add(9 * time.Second).Format(http.TimeFormat), 9 * time.Second, 9 * time.Second},
		{"date of RFC 850", midnight.Add(9 * time.Second).Format("Monday, 02-Jan-06 15:04:05 GMT"), 9 * time.Second, 9 * time.Second},
		{"date too far", midnight.Add(time.Hour).Format(http.TimeFormat), 0, time.Hour},
		{"date in the past", midnight.Add(-time.Hour).Format(http.TimeFormat), -1, 0},
		{"zero", "0", -1, 0},
		{"negative", "-5", -1, 0},
		{"empty", "", -1, 0},
		{"nonsense", "soon", -1, 0},
	} {
		for _, status := range []int{429, 502, 503, 504} {
			synctest.Test(t, func(t *testing.T) {
				client, s := inMemory(t, servertest.Script(servertest.Status(status, "", "Retry-After", row.header), servertest.JSON(`[]`)))
				start := time.Now()
				err := client.Get(t.Context(), "/api/x", nil, nil)
				switch {
				case row.wait == 0:
					require.Error(t, err, row.name)
					assert.Equal(t, row.says, clienttest.AsError(t, err).RetryAfter, row.name)
					assert.Zero(t, time.Since(start), row.name)
					assert.Equal(t, 1, s.Count(), row.name)
				case row.wait > 0:
					require.NoError(t, err, row.name)
					assert.Equal(t, []time.Duration{0, row.wait}, s.Times(), row.name)
				default:
					require.NoError(t, err, row.name)
					assert.Less(t, s.Times()[1], 200*time.Millisecond, row.name)
				}
			})
		}
	}
}

// Full jitter: anything up to a ceiling that doubles.
func TestWaitsBetweenAttempts(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name     string
		policy   zadig.RetryPolicy
		ceilings []time.Duration
	}{
		{"default", zadig.RetryPolicy{}, []time.Duration{200 * time.Millisecond, 400 * time.Millisecond}},
		{"up to the default MaxWait", zadig.RetryPolicy{MaxAttempts: 8}, []time.Duration{2e8, 4e8, 8e8, 16e8, 32e8, 5e9, 5e9}},
		{"of one's own", zadig.RetryPolicy{MaxAttempts: 5, MinWait: 2 * time.Second, MaxWait: 5 * time.Second}, []time.Duration{2e9, 4e9, 5e9, 5e9}},
		{"only MaxWait, below the default MinWait", zadig.RetryPolicy{MaxWait: 50 * time.Millisecond}, []time.Duration{5e7, 5e7}},
		{"only MinWait, above the default MaxWait", zadig.RetryPolicy{MinWait: 20 * time.Second}, []time.Duration{20e9, 20e9}},
		{"longer than a server may ask for", zadig.RetryPolicy{MinWait: time.Hour, MaxWait: time.Hour}, []time.Duration{time.Hour, time.Hour}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			longest := make([]time.Duration, len(row.ceilings))
			shortest := make([]time.Duration, len(row.ceilings))
			for range 100 {
				synctest.Test(t, func(t *testing.T) {
					client, s := inMemory(t, servertest.Status(503, ""), zadig.WithRetry(row.policy))
					require.Error(t, client.Get(t.Context(), "/api/x", nil, nil))
					times := s.Times()
					require.Len(t, times, len(row.ceilings)+1)
					for i := range row.ceilings {
						wait := times[i+1] - times[i]
						longest[i] = max(longest[i], wait)
						if shortest[i] == 0 || wait < shortest[i] {
							shortest[i] = wait
						}
					}
				})
			}
			for i, ceiling := range row.ceilings { // a chance of 2^-100 to fail without reason
				assert.LessOrEqual(t, longest[i], ceiling)
				assert.Greater(t, longest[i], ceiling/2, "up to the ceiling")
				assert.Less(t, shortest[i], ceiling/2, "down to nothing")
			}
		})
	}
}

// The end of the context during a wait must not hide why there was a wait.
func TestEndDuringAWaitKeepsTheLastAnswer(t *testing.T) {
	t.Parallel()
	reason := errors.New("the user pressed a key")
	for _, row := range []struct {
		name string
		ctx  func(context.Context) context.Context
		is   []error
	}{
		{"canceled", func(ctx context.Context) context.Context {
			ctx, cancel := context.WithCancel(ctx)
			time.AfterFunc(3*time.Second, cancel)
			return ctx
		}, []error{context.Canceled}},
		{"canceled for a reason", func(ctx context.Context) context.Context {
			ctx, cancel := context.WithCancelCause(ctx)
			time.AfterFunc(3*time.Second, func() { cancel(reason) })
			return ctx
		}, []error{context.Canceled}},
		{"a deadline that the context does not tell", func(ctx context.Context) context.Context {
			ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
			context.AfterFunc(ctx, cancel)
			return untold{ctx}
		}, []error{context.DeadlineExceeded}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				client, _ := inMemory(t, servertest.Status(503, "maintenance", "Retry-After", "30"))
				start := time.Now()
				err := client.Get(row.ctx(t.Context()), "/api/x", nil, nil)
				assert.Equal(t, 3*time.Second, time.Since(start), "it must not sleep on")
				for _, is := range row.is {
					require.ErrorIs(t, err, is)
				}
				assert.Equal(t, "ErrServer", clienttest.Sentinel(err))
				failure := clienttest.AsError(t, err)
				assert.Equal(t, 503, failure.StatusCode)
				assert.Equal(t, "maintenance", string(failure.Body))
				assert.Equal(t, 1, failure.Attempts)
				assert.Equal(t, 30*time.Second, failure.RetryAfter)
				assert.Equal(t, "GET "+servertest.BasePath+"/api/x: 503: server error: maintenance; no further response: "+row.is[0].Error(), err.Error())
			})
		})
	}
	t.Run("no response so far", func(t *testing.T) {
		t.Parallel()
		for name, rt := range map[string]servertest.RoundTripper{
			"refused": func(*http.Request) (*http.Response, error) { return nil, syscall.ECONNREFUSED },
			"cut": func(req *http.Request) (*http.Response, error) {
				resp := servertest.Response(req, servertest.Status(200, ""))
				resp.Body = io.NopCloser(io.MultiReader(strings.NewReader("["), broken{syscall.ECONNREFUSED}))
				return resp, nil
			},
		} {
			synctest.Test(t, func(t *testing.T) {
				client := clienttest.New(t, "https://zadig.example.com", zadig.WithTransport(rt),
					zadig.WithRetry(zadig.RetryPolicy{MaxAttempts: 99, MinWait: time.Hour, MaxWait: time.Hour}))
				ctx, cancel := context.WithCancel(t.Context())
				time.AfterFunc(time.Second, cancel)
				err := client.Get(ctx, "/api/x?image=a", nil, nil)
				require.ErrorIs(t, err, context.Canceled, name)
				assert.NotContains(t, err.Error(), "image", name)
				require.ErrorIs(t, err, syscall.ECONNREFUSED, name)
				assert.NotContains(t, err.Error(), "\n", name)
				assert.Contains(t, err.Error(), `GET "https://zadig.example.com/api/x": `, name)
				assert.Empty(t, clienttest.Sentinel(err), name)
			})
		}
	})
}

// untold is a context that ends without having said when.
type untold struct{ context.Context }

func (untold) Deadline() (time.Time, bool) { return time.Time{}, false }

// broken is a reader that fails.
type broken struct{ err error }

func (b broken) Read([]byte) (int, error) { return 0, b.err }

// If the wait does not fit before the deadline, the last response is
// returned at once.
func TestNoWaitThatEndsBehindTheDeadline(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client, s := inMemory(t, servertest.Status(503, "maintenance", "Retry-After", "10"))
		ctx, cancel := context.WithTimeout(t.Context(), 25*time.Second)
		defer cancel()
		err := client.Get(ctx, "/api/x", nil, nil)
		assert.Equal(t, []time.Duration{0, 10 * time.Second, 20 * time.Second}, s.Times())
		assert.Equal(t, 3, clienttest.AsError(t, err).Attempts)
	})
	synctest.Test(t, func(t *testing.T) {
		client, s := inMemory(t, servertest.Status(503, "maintenance", "Retry-After", "10"))
		start := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), 15*time.Second)
		defer cancel()
		err := client.Get(ctx, "/api/x", nil, nil)
		assert.Equal(t, []time.Duration{0, 10 * time.Second}, s.Times())
		assert.Equal(t, 2, clienttest.AsError(t, err).Attempts)
		assert.Equal(t, 10*time.Second, time.Since(start))
		require.NotErrorIs(t, err, context.DeadlineExceeded)
	})
}
