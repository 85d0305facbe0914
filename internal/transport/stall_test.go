package transport_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
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
	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/internal/testkit/clienttest"
	"github.com/zadig-go/zadig/internal/testkit/servertest"
)

func TestTimeouts(t *testing.T) {
	t.Parallel()
	headersAfter := func(d time.Duration) http.HandlerFunc { return servertest.After(d, servertest.JSON(`[1]`)) }
	list := "[" + strings.Repeat("1,", 20) + "1]"
	for _, row := range []struct {
		name     string
		h        http.HandlerFunc
		timeout  time.Duration // 0: the default
		deadline time.Duration // 0: none
		takes    time.Duration
		because  string // "": success
	}{
		{"headers in time: a database that is down takes 30 s", headersAfter(44 * time.Second), 0, 0, 44 * time.Second, ""},
		{"headers too late", headersAfter(46 * time.Second), 0, 0, 45 * time.Second, "no response headers within 45s"},
		{"headers never, short timeout", servertest.Hang, 2 * time.Second, 0, 2 * time.Second, "no response headers within 2s"},
		{"headers late, long timeout", headersAfter(9 * time.Minute), 10 * time.Minute, 0, 9 * time.Minute, ""},
		{"headers never, deadline", servertest.Hang, 0, 5 * time.Second, 5 * time.Second, "context deadline exceeded"},

		{"body never", servertest.Stall("["), 0, 0, 30 * time.Second, "no further byte of the body within 30s"},
		{"body never, short timeout", servertest.Stall("["), 2 * time.Second, 0, 2 * time.Second, "no further byte of the body within 2s"},
		{"body never, long timeout", servertest.Stall("["), 10 * time.Minute, 0, 30 * time.Second, "no further byte of the body within 30s"},
		{"body never, deadline", servertest.Stall("["), 0, 5 * time.Second, 5 * time.Second, "context deadline exceeded"},
		{"slow body", servertest.Drip(list, 29*time.Second), 0, 0, time.Duration(len(list)) * 29 * time.Second, ""},
		{"slow body, short timeout", servertest.Drip(list, 900*time.Millisecond), time.Second, 0,
			time.Duration(len(list)) * 900 * time.Millisecond, ""},
		{"body too slow", servertest.Drip(list, 31*time.Second), 0, 0, 30 * time.Second, "no further byte"},
		{"slow body, deadline", servertest.Drip(list, 10*time.Second), 0, time.Minute, time.Minute, "context deadline exceeded"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, row.h, []zadig.Option{zadig.WithTimeout(row.timeout)},
				func(t *testing.T, client *zadig.Client, _ *servertest.Server) {
					start := time.Now()
					var out []int
					err := client.Get(within(t, row.deadline), "/api/x", nil, &out)
					assert.Equal(t, row.takes, time.Since(start), "no longer, and not retried")
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

// checkTimeout checks that err is a timeout, ours or that of the caller's context.
func checkTimeout(t *testing.T, err error, byContext bool) {
	t.Helper()
	assert.Empty(t, clienttest.Sentinel(err), "no response came")
	var failure net.Error
	require.ErrorAs(t, err, &failure)
	assert.True(t, failure.Timeout())
	assert.Equal(t, byContext, errors.Is(err, context.DeadlineExceeded))
	assert.Equal(t, !byContext, errors.Is(err, os.ErrDeadlineExceeded))
	assert.NotErrorIs(t, err, context.Canceled)
}

// A transport that is slow to give up does not make the caller's deadline look like a
// timeout of the SDK.
func TestDeadlineBeatsTheTimeout(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		slow := servertest.RoundTripper(func(req *http.Request) (*http.Response, error) {
			time.Sleep(6 * time.Second)
			return nil, req.Context().Err()
		})
		client := clienttest.New(t, "https://zadig.example.com", zadig.WithTransport(slow), zadig.WithTimeout(5*time.Second))
		err := client.Get(within(t, 5500*time.Millisecond), "/api/x", nil, nil)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		assert.NotErrorIs(t, err, os.ErrDeadlineExceeded)
		assert.NotErrorIs(t, err, context.Canceled)
		var failure net.Error
		require.ErrorAs(t, err, &failure)
		assert.True(t, failure.Timeout())
	})
}

// Closing a body ends a Read under way, which is not a failure to warn about.
func TestCloseEndsARead(t *testing.T) {
	t.Parallel()
	var records bytes.Buffer
	logger := zadig.WithLogger(slog.New(slog.NewTextHandler(&records, &slog.HandlerOptions{Level: slog.LevelInfo})))
	inBubble(t, servertest.Stall("["), []zadig.Option{logger}, func(t *testing.T, client *zadig.Client, _ *servertest.Server) {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "/api/x", nil)
		require.NoError(t, err)
		resp, err := client.Do(req)
		require.NoError(t, err)
		start := time.Now()
		time.AfterFunc(5*time.Second, func() { _ = resp.Body.Close() })
		_, err = io.ReadAll(resp.Body)
		require.Error(t, err) // of the context with Go 1.26, of the connection with Go 1.27
		assert.Equal(t, 5*time.Second, time.Since(start))
	})
	assert.Empty(t, records.String())
}

// A call leaves nothing registered with the caller's context, which may live as long as
// the program. Each context derived from a foreignContext has a goroutine, and the bubble
// fails if one is left.
func TestCallsLeaveTheContext(t *testing.T) {
	t.Parallel()
	for name, h := range map[string]http.HandlerFunc{
		"success": servertest.JSON(`[]`), "failure": servertest.Status(404, ""), "no response": servertest.Close,
		"retry":    servertest.Script(servertest.Status(503, "down"), servertest.Cut("["), servertest.JSON(`[]`)),
		"redirect": servertest.Script(redirects(302, servertest.BasePath+"/y"), servertest.JSON(`[]`)),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, h, nil, func(t *testing.T, client *zadig.Client, _ *servertest.Server) {
				_ = client.Get(foreignContext{t.Context(), make(chan struct{})}, "/x", nil, new([]int))
			})
		})
	}
}

// foreignContext is a context of a type that package context does not know.
type foreignContext struct {
	context.Context
	done chan struct{}
}

func (c foreignContext) Done() <-chan struct{} { return c.done }

// A timeout of a transport does not look like the caller's deadline.
func TestTimeoutsOfATransport(t *testing.T) {
	t.Parallel()
	silent, err := net.Listen("tcp", "127.0.0.1:0") // accepts connections, and sends nothing
	require.NoError(t, err)
	t.Cleanup(func() { _ = silent.Close() })
	host := silent.Addr().String()
	for name, row := range map[string]struct {
		baseURL   string
		transport *http.Transport
		attempts  string
	}{
		"connection":    {"http://" + host, &http.Transport{DialContext: (&net.Dialer{Timeout: time.Nanosecond}).DialContext}, "(3 attempts)"},
		"TLS handshake": {"https://" + host, &http.Transport{TLSHandshakeTimeout: time.Millisecond}, "(3 attempts)"},
		"headers":       {"http://" + host, &http.Transport{ResponseHeaderTimeout: time.Millisecond}, "headers"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := clienttest.New(t, row.baseURL, clienttest.FastRetry(), zadig.WithTransport(row.transport)).Get(t.Context(), "/api/x", nil, nil)
			checkTimeout(t, err, false)
			assert.True(t, strings.HasSuffix(err.Error(), row.attempts), "of %v", err)
			assert.Equal(t, "Zadig cannot be reached in time at "+host, zadig.Explain(err))
		})
	}
}

func TestEachAttemptHasItsOwnTimeout(t *testing.T) {
	t.Parallel()
	slow := servertest.After(40*time.Second, servertest.Status(503, ""))
	inBubble(t, slow, []zadig.Option{clienttest.FastRetry()}, func(t *testing.T, client *zadig.Client, _ *servertest.Server) {
		start := time.Now()
		err := client.Get(t.Context(), "/api/x", nil, nil)
		assert.Equal(t, 3, clienttest.AsError(t, err).Attempts)
		assert.GreaterOrEqual(t, time.Since(start), 2*time.Minute)
	})
}

func TestDoWatchesTheBodyOnlyWhileItIsRead(t *testing.T) {
	t.Parallel()
	t.Run("slow consumer", func(t *testing.T) {
		t.Parallel()
		body := strings.Repeat("x", 64<<10)
		inBubble(t, servertest.Status(200, body), nil, func(t *testing.T, client *zadig.Client, _ *servertest.Server) {
			resp, err := client.Do(clienttest.NewRequest(t, "/api/x"))
			require.NoError(t, err)
			defer resp.Body.Close()
			var got strings.Builder
			for got.Len() < len(body) {
				time.Sleep(time.Hour)
				_, _ = io.CopyN(&got, resp.Body, 10<<10)
			}
			assert.Equal(t, body, got.String())
		})
	})
	t.Run("stalled in the middle", func(t *testing.T) {
		t.Parallel()
		inBubble(t, servertest.Stall("abc"), nil, func(t *testing.T, client *zadig.Client, _ *servertest.Server) {
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
	t.Run("closed in the middle", func(t *testing.T) {
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
		inBubble(t, servertest.Stall("abc"), nil, func(t *testing.T, client *zadig.Client, _ *servertest.Server) {
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

// The time that the body of a loop takes does not count as a stall.
func TestLoopThatTakesItsTime(t *testing.T) {
	t.Parallel()
	release := `{"id":"%024x","desc":"` + strings.Repeat("x", 4000) + `","services":[{}]}`
	var releases []string
	for n := range 100 {
		releases = append(releases, fmt.Sprintf(release, n))
	}
	list, once := servertest.JSON("["+strings.Join(releases, ",")+"]"), zadig.WithRetry(zadig.RetryPolicy{MaxAttempts: 1})
	inBubble(t, list, []zadig.Option{once}, func(t *testing.T, client *zadig.Client, _ *servertest.Server) {
		n := 0
		for _, err := range client.Delivery.All(t.Context(), delivery.ListOptions{PerPage: 200}) {
			require.NoError(t, err)
			time.Sleep(time.Minute)
			n++
		}
		assert.Equal(t, 100, n)
	})
}

// The whole body of a failure has 30 seconds to arrive, and the part that arrived is
// kept.
func TestFailureWhoseBodyNeverEnds(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		rest http.HandlerFunc
		body string
	}{
		"stalls": {servertest.Stall("Forb"), "Forb"},
		"drips":  {servertest.Drip("xxxxxxxxx", 7*time.Second), "xxxx"},
	} {
		h := func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(http.StatusForbidden)
			row.rest(w, r)
		}
		inBubble(t, h, nil, func(t *testing.T, client *zadig.Client, _ *servertest.Server) {
			start := time.Now()
			err := client.Get(t.Context(), "/api/x", nil, nil)
			assert.Equal(t, 30*time.Second, time.Since(start), name)
			assert.Equal(t, "ErrForbidden", clienttest.Sentinel(err), name)
			assert.Equal(t, row.body, string(clienttest.AsError(t, err).Body), name)
		})
	}
}

// net/http reads the body of a redirect that it follows. All bodies share one
// timeout, whether they stall or drip.
func TestRedirectsWhoseBodiesStall(t *testing.T) {
	t.Parallel()
	for name, rest := range map[string]http.HandlerFunc{"stall": servertest.Stall("x"), "drip": servertest.Drip("xxx", 9*time.Second)} {
		h := func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Location", servertest.BasePath+"/api/x")
			w.WriteHeader(http.StatusFound)
			rest(w, r)
		}
		inBubble(t, h, nil, func(t *testing.T, client *zadig.Client, s *servertest.Server) {
			start := time.Now()
			err := client.Get(t.Context(), "/api/x", nil, nil)
			assert.Equal(t, 30*time.Second, time.Since(start), name)
			assert.Equal(t, "ErrUnexpectedResponse", clienttest.Sentinel(err), name)
			assert.Equal(t, 10, s.Count(), name)
		})
	}
}
