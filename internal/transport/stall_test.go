package transport_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/internal/testkit/clienttest"
	"github.com/zadig-go/zadig/internal/testkit/servertest"
)

// inBubble runs a test with a client and a server, both on the clock of a
// synctest bubble.
func inBubble(t *testing.T, h http.HandlerFunc, opts []zadig.Option, test func(t *testing.T, client *zadig.Client)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		client, _ := inMemory(t, h, opts...)
		test(t, client)
	})
}

func TestTimeouts(t *testing.T) {
	t.Parallel()
	headersAfter := func(d time.Duration) http.HandlerFunc { return servertest.After(d, servertest.JSON(`[1]`)) }
	list := "[" + strings.Repeat("1,", 20) + "1]"
	option := func(d time.Duration) []zadig.Option { return []zadig.Option{zadig.WithTimeout(d)} }
	for _, row := range []struct {
		name     string
		h        http.HandlerFunc
		opts     []zadig.Option
		deadline time.Duration
		takes    time.Duration
		because  string // "": success
	}{
		{"headers in time: a database that is down takes 30 s", headersAfter(44 * time.Second), nil, 0, 44 * time.Second, ""},
		{"headers too late", headersAfter(46 * time.Second), nil, 0, 45 * time.Second, "no response headers within 45s"},
		{"headers never", servertest.Hang, nil, 0, 45 * time.Second, "no response headers within 45s"},
		{"headers never, short timeout", servertest.Hang, option(2 * time.Second), 0, 2 * time.Second, "no response headers within 2s"},
		{"headers late, long timeout", headersAfter(9 * time.Minute), option(10 * time.Minute), 0, 9 * time.Minute, ""},
		{"headers never, deadline", servertest.Hang, nil, 5 * time.Second, 5 * time.Second, "context deadline exceeded"},
		{"headers never, deadline and timeout together", servertest.Hang, option(5 * time.Second), 5*time.Second - 1, 5*time.Second - 1, "context deadline exceeded"},

		{"body never", servertest.Stall("["), nil, 0, 30 * time.Second, "no further byte of the body within 30s"},
		{"body never, short timeout", servertest.Stall("["), option(2 * time.Second), 0, 2 * time.Second, "no further byte of the body within 2s"},
		{"body never, long timeout", servertest.Stall("["), option(10 * time.Minute), 0, 30 * time.Second, "no further byte of the body within 30s"},
		{"body never, deadline", servertest.Stall("["), nil, 5 * time.Second, 5 * time.Second, "context deadline exceeded"},
		{"slow body that moves", servertest.Drip(list, 29*time.Second), nil, 0, time.Duration(len(list)) * 29 * time.Second, ""},
		{"slow body that moves, short timeout", servertest.Drip(list, 900*time.Millisecond), option(time.Second), 0, time.Duration(len(list)) * 900 * time.Millisecond, ""},
		{"slow body that moves too slowly", servertest.Drip(list, 31*time.Second), nil, 0, 30 * time.Second, "no further byte"},
		{"slow body that moves, deadline", servertest.Drip(list, 10*time.Second), nil, time.Minute, time.Minute, "context deadline exceeded"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, row.h, row.opts, func(t *testing.T, client *zadig.Client) {
				ctx := t.Context()
				if row.deadline > 0 {
					var cancel context.CancelFunc
					ctx, cancel = context.WithTimeout(ctx, row.deadline)
					defer cancel()
				}
				start := time.Now()
				var out []int
				err := client.Get(ctx, "/api/x", nil, &out)
				assert.Equal(t, row.takes, time.Since(start), "no longer, and not tried again")
				if row.because == "" {
					require.NoError(t, err)
					assert.NotEmpty(t, out)
					return
				}
				require.ErrorContains(t, err, row.because)
				checkTimeout(t, err, row.deadline > 0)
			})
		})
	}
}

// checkTimeout makes sure that an error is a timeout in every way in which
// one looks for it.
func checkTimeout(t *testing.T, err error, byContext bool) {
	t.Helper()
	assert.Empty(t, clienttest.Sentinel(err), "no response came")
	var failure net.Error
	require.ErrorAs(t, err, &failure)
	assert.True(t, failure.Timeout())
	assert.Equal(t, byContext, errors.Is(err, context.DeadlineExceeded), "that is the caller's")
	assert.Equal(t, !byContext, errors.Is(err, os.ErrDeadlineExceeded))
	assert.NotErrorIs(t, err, context.Canceled)
}

func TestDoWatchesTheBodyOnlyWhileItIsRead(t *testing.T) {
	t.Parallel()
	t.Run("slow consumer", func(t *testing.T) {
		t.Parallel()
		body := strings.Repeat("x", 64<<10)
		inBubble(t, servertest.Status(200, body), nil, func(t *testing.T, client *zadig.Client) {
			resp, err := client.Do(clienttest.NewRequest(t, "/api/x"))
			require.NoError(t, err)
			defer resp.Body.Close()
			var got strings.Builder
			for {
				time.Sleep(time.Hour)
				n, err := io.CopyN(&got, resp.Body, 10<<10)
				if n == 0 && err == io.EOF { //nolint:errorlint // as io.Reader says it
					break
				}
			}
			assert.Equal(t, body, got.String())
		})
	})
	t.Run("stalled in the middle", func(t *testing.T) {
		t.Parallel()
		inBubble(t, servertest.Stall("abc"), nil, func(t *testing.T, client *zadig.Client) {
			resp, err := client.Do(clienttest.NewRequest(t, "/api/x"))
			require.NoError(t, err)
			defer resp.Body.Close()
			time.Sleep(time.Hour)
			start := time.Now()
			got, err := io.ReadAll(resp.Body)
			assert.Equal(t, "abc", string(got), "what came is not lost")
			assert.Equal(t, 30*time.Second, time.Since(start))
			checkTimeout(t, err, false)
			_, again := resp.Body.Read(make([]byte, 1))
			require.Error(t, again)
		})
	})
	t.Run("given up in the middle", func(t *testing.T) {
		t.Parallel()
		client, _ := clienttest.Serve(t, servertest.Stall("abc")) // no bubble: Close waits for a mutex that Read holds
		resp, err := client.Do(clienttest.NewRequest(t, "/api/x"))
		require.NoError(t, err)
		time.AfterFunc(10*time.Millisecond, func() { _ = resp.Body.Close() })
		_, err = io.ReadAll(resp.Body)
		require.Error(t, err)
		require.NoError(t, resp.Body.Close())
	})
	t.Run("canceled in the middle", func(t *testing.T) {
		t.Parallel()
		inBubble(t, servertest.Stall("abc"), nil, func(t *testing.T, client *zadig.Client) {
			ctx, cancel := context.WithCancel(t.Context())
			resp, err := client.Do(clienttest.NewRequest(t, "/api/x").WithContext(ctx))
			require.NoError(t, err)
			defer resp.Body.Close()
			time.AfterFunc(time.Second, cancel)
			_, err = io.ReadAll(resp.Body)
			require.ErrorIs(t, err, context.Canceled)
		})
	})
}

// Each attempt has its own time for the headers.
func TestTimeoutOfEachAttempt(t *testing.T) {
	t.Parallel()
	slow := servertest.After(40*time.Second, servertest.Status(503, ""))
	inBubble(t, slow, []zadig.Option{clienttest.FastRetry()}, func(t *testing.T, client *zadig.Client) {
		start := time.Now()
		err := client.Get(t.Context(), "/api/x", nil, nil)
		assert.Equal(t, 3, clienttest.AsError(t, err).Attempts)
		assert.GreaterOrEqual(t, time.Since(start), 2*time.Minute)
	})
}

// The body of a failure is read, too, and must not keep anybody.
func TestFailureWhoseBodyStalls(t *testing.T) {
	t.Parallel()
	stalled := func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusForbidden)
		servertest.Stall("Forb")(w, r)
	}
	inBubble(t, stalled, nil, func(t *testing.T, client *zadig.Client) {
		start := time.Now()
		err := client.Get(t.Context(), "/api/x", nil, nil)
		assert.Equal(t, 30*time.Second, time.Since(start))
		assert.Equal(t, "ErrForbidden", clienttest.Sentinel(err))
		assert.Equal(t, "Forb", string(clienttest.AsError(t, err).Body))
	})
}

// A transport that is slow to give up must not make the caller's deadline look
// like a timeout of ours.
func TestDeadlineBeatsTheTimeout(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		slow := servertest.RoundTripper(func(req *http.Request) (*http.Response, error) {
			time.Sleep(6 * time.Second)
			return nil, req.Context().Err()
		})
		client := clienttest.New(t, "https://zadig.example.com", zadig.WithTransport(slow), zadig.WithTimeout(5*time.Second))
		ctx, cancel := context.WithTimeout(t.Context(), 5500*time.Millisecond)
		defer cancel()
		err := client.Get(ctx, "/api/x", nil, nil)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		assert.NotErrorIs(t, err, os.ErrDeadlineExceeded)
		var failure net.Error
		require.ErrorAs(t, err, &failure)
		assert.True(t, failure.Timeout())
	})
}

func TestCanceledWhileWaiting(t *testing.T) {
	t.Parallel()
	reason := errors.New("the user pressed a key")
	inBubble(t, servertest.Hang, nil, func(t *testing.T, client *zadig.Client) {
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(3*time.Second, func() { cancel(reason) })
		start := time.Now()
		err := client.Get(ctx, "/api/x", nil, nil)
		assert.Equal(t, 3*time.Second, time.Since(start))
		require.ErrorIs(t, err, context.Canceled)
		var failure net.Error
		require.ErrorAs(t, err, &failure)
		assert.False(t, failure.Timeout())
	})
}
