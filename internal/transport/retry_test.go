package transport_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/internal/testkit/clienttest"
	"github.com/zadig-go/zadig/internal/testkit/servertest"
	"github.com/zadig-go/zadig/internal/transport"
)

// shortTimeout is long enough for a busy machine to open a connection.
const shortTimeout = 200 * time.Millisecond

func TestRetry(t *testing.T) {
	t.Parallel()
	good := servertest.JSON(`[]`)
	status := servertest.Status
	type script = []http.HandlerFunc // the last response is repeated
	after := func(code int, value string) http.HandlerFunc {
		return servertest.Status(code, "", "Retry-After", value)
	}
	opts := func(opts ...zadig.Option) []zadig.Option { return opts }
	short, fresh := opts(zadig.WithTimeout(shortTimeout)), opts(clienttest.OneRequestPerConnection())
	once := zadig.WithRetry(zadig.RetryPolicy{MaxAttempts: 1})
	for _, row := range []struct {
		name      string
		responses script
		opts      []zadig.Option
		deadline  time.Duration // 0: none
		count     int
		sentinel  string // "": success, or no response
		because   string // "": success
	}{
		// Not retried.

		// Zadig's response for "no such image".
		{"500", script{status(500, `{"code":500,"message":"x"}`)}, nil, 0, 1, "ErrServer", "500"},
		// A panic: the same record would make the server panic again.
		{"500 with an empty body", script{status(500, "")}, nil, 0, 1, "ErrServer", "500"},
		// Zadig says that its database is down only after 30 seconds.
		{"400", script{status(400, `{"code":6561}`)}, nil, 0, 1, "ErrServer", "400"},
		// The same token would be refused again.
		{"401", script{status(401, "")}, nil, 0, 1, "ErrUnauthorized", "401"},
		// The user's rights stay the same.
		{"403", script{status(403, "")}, nil, 0, 1, "ErrForbidden", "403"},
		// The path will not appear.
		{"404", script{status(404, "Invalid path: /x")}, nil, 0, 1, "ErrNotFound", "404"},
		// HTTP knows no reason to repeat it.
		{"501", script{status(501, "")}, nil, 0, 1, "ErrServer", "501"},
		// Retry-After alone makes no failure temporary.
		{"500 with Retry-After", script{after(500, "1")}, nil, 0, 1, "ErrServer", "500"},
		// The response would be the same.
		{"200 with HTML", script{status(200, "<html>")}, nil, 0, 1, "ErrUnexpectedResponse", "HTML"},
		{"200 that is too large", script{status(200, "[1234]")}, opts(zadig.WithMaxResponseBytes(5)), 0, 1, "ErrResponseTooLarge", "5 bytes"},
		// The server would be silent for just as long again.
		{"no headers", script{servertest.Hang}, short, 0, 1, "", "no response headers within"},
		{"body stalls", script{servertest.Stall("[")}, short, 0, 1, "", "no further byte of the body within"},
		// Nobody waits for the response.
		{"canceled before", script{good}, nil, -1, 0, "", "context deadline exceeded"},
		{"deadline during the headers", script{servertest.Hang}, nil, shortTimeout, 1, "", "context deadline exceeded"},
		{"deadline during the body", script{servertest.Stall("[")}, nil, shortTimeout, 1, "", "context deadline exceeded"},
		{"timeout of the user's client", script{servertest.Hang},
			opts(zadig.WithHTTPClient(&http.Client{Timeout: shortTimeout})), 0, 1, "", "exceeded"},
		// The user turned retries off.
		{"503 with MaxAttempts 1", script{status(503, "")}, opts(once), 0, 1, "ErrServer", "503"},
		{"closed with MaxAttempts 1", script{servertest.Close}, append(fresh, once), 0, 1, "", "EOF"},
		// The server asks for a longer wait than the client accepts.
		{"503, Retry-After 61 seconds", script{after(503, "61")}, nil, 0, 1, "ErrServer", "503"},
		{"429, Retry-After a day", script{after(429, "86400")}, nil, 0, 1, "ErrRateLimited", "429"},
		// The last response now is worth more than the deadline's error later.
		{"503, Retry-After past the deadline", script{after(503, "59")}, nil, 50 * time.Second, 1, "ErrServer", "503"},

		// Retried.

		{"502", script{status(502, "<html>"), good}, nil, 0, 2, "", ""},
		{"503", script{status(503, ""), good}, nil, 0, 2, "", ""},
		{"504", script{status(504, ""), good}, nil, 0, 2, "", ""},
		{"408", script{status(408, ""), good}, nil, 0, 2, "", ""},
		{"429", script{status(429, ""), good}, nil, 0, 2, "", ""},
		{"503 twice", script{status(503, ""), status(503, ""), good}, nil, 0, 3, "", ""},
		{"503 forever", script{status(503, "try later")}, nil, 0, 3, "ErrServer", "503: server error: try later (3 attempts)"},
		{"the last failure counts", script{status(503, ""), status(429, ""), status(403, "")}, nil, 0, 3,
			"ErrForbidden", "403: forbidden: empty body (3 attempts)"},
		{"503, then closed", script{status(503, ""), servertest.Close}, fresh, 0, 3, "", "EOF (3 attempts)"},
		{"503 with MaxAttempts 5", script{status(503, "")},
			opts(zadig.WithRetry(zadig.RetryPolicy{MaxAttempts: 5, MaxWait: 1})), 0, 5, "ErrServer", "(5 attempts)"},
		{"closed", script{servertest.Close, good}, fresh, 0, 2, "", ""},
		{"closed forever", script{servertest.Close}, fresh, 0, 3, "", "EOF (3 attempts)"},
		{"reset", script{servertest.Reset, good}, fresh, 0, 2, "", ""},
		{"reset forever", script{servertest.Reset}, fresh, 0, 3, "", "(3 attempts)"},
		{"cut in the body", script{servertest.Cut("["), good}, nil, 0, 2, "", ""},
		{"cut in the body forever", script{servertest.Cut("[")}, nil, 0, 3, "", "unexpected EOF (3 attempts)"},
		{"cut, then 403", script{servertest.Cut("["), status(403, "no")}, nil, 0, 2, "ErrForbidden", "403: forbidden: no (2 attempts)"},
		{"502, cut, 502", script{status(502, ""), servertest.Cut("["), status(502, "")}, nil, 0, 3, "ErrServer", "502"},
		{"503 whose body stalls", script{func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(http.StatusServiceUnavailable)
			servertest.Stall("busy")(w, r)
		}}, short, 0, 3, "ErrServer", "503: server error: busy"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			client, s := clienttest.Serve(t, servertest.Script(row.responses...), row.opts...)
			err := client.Get(within(t, row.deadline), "/api/x", nil, new([]any))
			assert.Equal(t, row.count, s.Count(), "attempts")
			assert.Equal(t, row.sentinel, clienttest.Sentinel(err))
			if row.because == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, row.because)
			if failure, ok := errors.AsType[*zadig.Error](err); ok {
				assert.Equal(t, row.count, failure.Attempts)
			}
			assert.Equal(t, row.count > 1, strings.HasSuffix(err.Error(), " attempts)"), err)
		})
	}
}

// Failures to connect reach no handler, so these tests count dials.
func TestRetryOfConnections(t *testing.T) {
	t.Parallel()
	secure := httptest.NewUnstartedServer(servertest.JSON(`[]`))
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	secure.StartTLS()
	t.Cleanup(secure.Close)
	plain := httptest.NewServer(servertest.JSON(`[]`))
	t.Cleanup(plain.Close)
	wantsCertificate := httptest.NewUnstartedServer(servertest.JSON(`[]`))
	wantsCertificate.Config.ErrorLog = log.New(io.Discard, "", 0)
	wantsCertificate.TLS = &tls.Config{ClientAuth: tls.RequireAnyClientCert, MinVersion: tls.VersionTLS12}
	wantsCertificate.StartTLS()
	trusted := []*x509.Certificate{secure.Certificate(), wantsCertificate.Certificate()}
	t.Cleanup(wantsCertificate.Close)
	for _, row := range []struct {
		name, base, because string
		trusted             []*x509.Certificate
		dials               int64
	}{
		// No further attempt would change a certificate, or what a port speaks.
		{"certificate of an unknown authority", secure.URL, "unknown authority", nil, 1},
		{"certificate of another host", strings.Replace(secure.URL, "127.0.0.1", "localhost", 1), "certificate", trusted, 1},
		{"a client certificate is required", wantsCertificate.URL, "certificate required", trusted, 1},
		{"plain HTTP at the port of HTTPS", strings.Replace(plain.URL, "http:", "https:", 1), "HTTP response to HTTPS client", nil, 1},

		{"refused", "http://127.0.0.1:1", "refused", nil, 3},
		{"no such host", "http://zadig.invalid", "zadig.invalid", nil, 3},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			var dials atomic.Int64
			client := clienttest.New(t, row.base+servertest.BasePath, clienttest.FastRetry(), zadig.WithTransport(&http.Transport{
				DisableKeepAlives: true,
				TLSClientConfig:   trusting(row.trusted...),
				DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
					dials.Add(1)
					if strings.HasPrefix(address, "zadig.invalid") {
						return nil, &net.OpError{Op: "dial", Net: network, Err: &net.DNSError{Err: "no such host", Name: "zadig.invalid", IsNotFound: true}}
					}
					return new(net.Dialer).DialContext(ctx, network, address)
				},
			}))
			err := client.Get(t.Context(), "/api/x?token=hunter2", nil, nil)
			require.ErrorContains(t, err, row.because)
			assert.Empty(t, clienttest.Sentinel(err), "no response came")
			assert.Equal(t, row.dials, dials.Load())
			assert.NotContains(t, err.Error(), "hunter2")
			assert.Equal(t, row.dials > 1, strings.HasSuffix(err.Error(), "(3 attempts)"), err)
		})
	}
}

func TestFailuresLeaveTheCallersPoolAlone(t *testing.T) {
	t.Parallel()
	for _, h := range []http.HandlerFunc{servertest.Status(503, ""), servertest.Status(500, ""), servertest.Close, servertest.Hang} {
		s := servertest.New(t, h)
		pool := &clienttest.Pool{RoundTripper: new(http.Transport)}
		client := clienttest.New(t, s.URL, clienttest.FastRetry(), zadig.WithTransport(pool), zadig.WithTimeout(20*time.Millisecond))
		require.Error(t, client.Get(t.Context(), "/api/x", nil, new(any)))
		assert.Zero(t, pool.Closed.Load())
	}
}

// Full jitter: each wait is random, up to a ceiling that doubles.
func TestWaitsBetweenAttempts(t *testing.T) {
	t.Parallel()
	type upTo = []time.Duration
	for name, row := range map[string]struct {
		policy   zadig.RetryPolicy
		ceilings upTo
	}{
		"default":                            {zadig.RetryPolicy{}, upTo{2e8, 4e8}},
		"up to the default MaxWait":          {zadig.RetryPolicy{MaxAttempts: 8}, upTo{2e8, 4e8, 8e8, 16e8, 32e8, 5e9, 5e9}},
		"MinWait and MaxWait":                {zadig.RetryPolicy{MaxAttempts: 5, MinWait: 2e9, MaxWait: 5e9}, upTo{2e9, 4e9, 5e9, 5e9}},
		"MaxWait, below the default MinWait": {zadig.RetryPolicy{MaxWait: 5e7}, upTo{5e7, 5e7}},
		"MinWait, above the default MaxWait": {zadig.RetryPolicy{MinWait: 20e9}, upTo{20e9, 20e9}},
		"longer than any Retry-After":        {zadig.RetryPolicy{MinWait: time.Hour, MaxWait: time.Hour}, upTo{time.Hour, time.Hour}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			waits := make([][]time.Duration, len(row.ceilings))
			for range 50 {
				var times []time.Time
				h := func(w http.ResponseWriter, r *http.Request) {
					times = append(times, time.Now())
					servertest.Status(503, "")(w, r)
				}
				inBubble(t, h, []zadig.Option{zadig.WithRetry(row.policy)}, func(t *testing.T, client *zadig.Client, _ *servertest.Server) {
					require.Error(t, client.Get(t.Context(), "/api/x", nil, nil))
				})
				require.Len(t, times, len(row.ceilings)+1)
				for i := range row.ceilings {
					waits[i] = append(waits[i], times[i+1].Sub(times[i]))
				}
			}
			for i, ceiling := range row.ceilings { // fails without reason with a chance of 2^-50
				assert.LessOrEqual(t, slices.Max(waits[i]), ceiling)
				assert.Greater(t, slices.Max(waits[i]), ceiling/2, "up to the ceiling")
				assert.Less(t, slices.Min(waits[i]), ceiling/2, "down to nothing")
			}
		})
	}
	t.Run("the longest waits", func(t *testing.T) {
		t.Parallel()
		for range 50 {
			assert.GreaterOrEqual(t, transport.Policy{MinWait: math.MaxInt64, MaxWait: math.MaxInt64}.Backoff(1), time.Duration(0))
			assert.LessOrEqual(t, transport.Policy{MinWait: 1, MaxWait: time.Second}.Backoff(1000), time.Second)
		}
	})
}

func TestPauseEndsWithTheContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		policy := transport.Policy{MinWait: time.Hour, MaxWait: time.Hour}
		start := time.Now()
		require.NoError(t, policy.Pause(t.Context(), 1))
		assert.Positive(t, time.Since(start))
		ctx, cancel := context.WithTimeoutCause(t.Context(), time.Nanosecond, errors.New("a reason"))
		defer cancel()
		require.ErrorContains(t, policy.Pause(ctx, 9), "a reason")
	})
}

// If the context ends during a wait or a later attempt, the error still shows the
// failure before it.
func TestEndOfTheContextKeepsTheLastFailure(t *testing.T) {
	t.Parallel()
	down := servertest.Status(503, "maintenance", "Retry-After", "30")
	downOnce := servertest.Script(servertest.Status(503, "maintenance"), servertest.Hang)
	for name, row := range map[string]struct {
		h                http.HandlerFunc
		cancel, deadline time.Duration // 0: none
		takes            time.Duration
		is               error // nil: the response alone
		attempts         int
	}{
		"canceled during a wait":            {down, 3 * time.Second, 0, 3 * time.Second, context.Canceled, 1},
		"deadline before the end of a wait": {down, 0, 50 * time.Second, 30 * time.Second, nil, 2},
		"deadline during an attempt":        {downOnce, 0, 10 * time.Second, 10 * time.Second, context.DeadlineExceeded, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, row.h, nil, func(t *testing.T, client *zadig.Client, _ *servertest.Server) {
				ctx, cancel := context.WithCancel(within(t, row.deadline))
				defer cancel()
				if row.cancel > 0 {
					time.AfterFunc(row.cancel, cancel)
				}
				start := time.Now()
				err := client.Get(ctx, "/api/x", nil, nil)
				assert.Equal(t, row.takes, time.Since(start))
				require.ErrorIs(t, err, zadig.ErrServer)
				failure := clienttest.AsError(t, err)
				assert.Equal(t, "maintenance", string(failure.Body))
				assert.Equal(t, row.attempts, failure.Attempts)
				if row.is == nil {
					require.NotErrorIs(t, err, context.DeadlineExceeded)
					return
				}
				require.ErrorIs(t, err, row.is)
				assert.ErrorContains(t, err, ": 503: server error: maintenance")
				assert.ErrorContains(t, err, "; no further response: "+row.is.Error())
			})
		})
	}
	t.Run("no response so far", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			refused := servertest.RoundTripper(func(*http.Request) (*http.Response, error) { return nil, syscall.ECONNREFUSED })
			client := clienttest.New(t, "https://zadig.example.com", zadig.WithTransport(refused),
				zadig.WithRetry(zadig.RetryPolicy{MaxAttempts: 99, MinWait: time.Hour, MaxWait: time.Hour}))
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(time.Second, cancel)
			err := client.Get(ctx, "/api/x?image=a", nil, nil)
			require.ErrorIs(t, err, context.Canceled)
			require.ErrorIs(t, err, syscall.ECONNREFUSED)
			assert.Equal(t, `GET "https://zadig.example.com/api/x": connection refused; no further attempt: context canceled`, err.Error())
		})
	})
}
