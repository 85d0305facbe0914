package transport_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/internal/testkit/clienttest"
	"github.com/zadig-go/zadig/internal/testkit/servertest"
)

// patience is short, and long enough for a busy machine to open a connection.
// stall_test.go has the clock.
const patience = 200 * time.Millisecond

func TestRetry(t *testing.T) {
	t.Parallel()
	const good = `[]`
	short := zadig.WithTimeout(patience)
	for _, row := range []struct {
		name      string
		responses []http.HandlerFunc // the last one again and again
		opts      []zadig.Option
		ctx       func(context.Context) (context.Context, context.CancelFunc)
		count     int
		sentinel  string // "": success, or no response
		because   string // "": success
	}{
		// Not retried.

		// That is what Zadig sends for "no such image"; asking again for ten seconds is the classic bug.
		{name: "500", responses: []http.HandlerFunc{servertest.Status(500, `{"code":500,"message":"Internal Error: ","description":"x"}`)}, count: 1, sentinel: "ErrServer", because: "500"},
		// A panic: the same record would make it panic again.
		{name: "500 with an empty body", responses: []http.HandlerFunc{servertest.Status(500, "")}, count: 1, sentinel: "ErrServer", because: "500"},
		// The request stays as wrong as it is; and a database that is down (6561) says so after 30 seconds.
		{name: "400", responses: []http.HandlerFunc{servertest.Status(400, `{"code":6561}`)}, count: 1, sentinel: "ErrServer", because: "400"},
		// The same token would be refused again.
		{name: "401", responses: []http.HandlerFunc{servertest.Status(401, "")}, count: 1, sentinel: "ErrUnauthorized", because: "401"},
		// The user's rights will not change meanwhile.
		{name: "403", responses: []http.HandlerFunc{servertest.Status(403, "")}, count: 1, sentinel: "ErrForbidden", because: "403"},
		// The path will not appear.
		{name: "404", responses: []http.HandlerFunc{servertest.Status(404, "Invalid path: /x")}, count: 1, sentinel: "ErrNotFound", because: "404"},
		// HTTP knows no reason to repeat other 5xx.
		{name: "501", responses: []http.HandlerFunc{servertest.Status(501, "")}, count: 1, sentinel: "ErrServer", because: "501"},
		// Retry-After alone makes no failure temporary.
		{name: "500 with Retry-After", responses: []http.HandlerFunc{servertest.Status(500, "", "Retry-After", "1")}, count: 1, sentinel: "ErrServer", because: "500"},
		// A response that is complete and is no JSON would come again as it is.
		{name: "200 that is no JSON", responses: []http.HandlerFunc{servertest.Status(200, "<html>")}, count: 1, sentinel: "ErrUnexpectedResponse", because: "HTML"},
		// It would be as large again.
		{name: "200 that is too large", responses: []http.HandlerFunc{servertest.Status(200, "[1234]")}, opts: []zadig.Option{zadig.WithMaxResponseBytes(5)}, count: 1, sentinel: "ErrResponseTooLarge", because: "5 bytes"},
		// It would be silent as long again.
		{name: "headers do not come in time", responses: []http.HandlerFunc{servertest.Hang}, opts: []zadig.Option{short}, count: 1, because: "no response headers within"},
		{name: "body stands still", responses: []http.HandlerFunc{servertest.Stall("[")}, opts: []zadig.Option{short}, count: 1, because: "no further byte of the body within"},
		// Nobody waits for the response.
		{name: "canceled before", responses: []http.HandlerFunc{servertest.JSON(good)}, ctx: func(ctx context.Context) (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancel(ctx)
			cancel()
			return ctx, cancel
		}, count: 0, because: "context canceled"},
		{name: "deadline while waiting for headers", responses: []http.HandlerFunc{servertest.Hang}, ctx: shortly, count: 1, because: "context deadline exceeded"},
		{name: "deadline while reading the body", responses: []http.HandlerFunc{servertest.Stall("[")}, ctx: shortly, count: 1, because: "context deadline exceeded"},
		{name: "timeout of the user's client", responses: []http.HandlerFunc{servertest.Hang}, opts: []zadig.Option{zadig.WithHTTPClient(&http.Client{Timeout: patience})}, count: 1, because: "exceeded"},
		// The user said so.
		{name: "503 with MaxAttempts 1", responses: []http.HandlerFunc{servertest.Status(503, "")}, opts: []zadig.Option{zadig.WithRetry(zadig.RetryPolicy{MaxAttempts: 1})}, count: 1, sentinel: "ErrServer", because: "503"},
		{name: "closed with MaxAttempts 1", responses: []http.HandlerFunc{servertest.Close}, opts: []zadig.Option{clienttest.OneRequestPerConnection(), zadig.WithRetry(zadig.RetryPolicy{MaxAttempts: 1})}, count: 1, because: "EOF"},
		// The server asks for more patience than a caller has.
		{name: "503, Retry-After 61 seconds", responses: []http.HandlerFunc{servertest.Status(503, "", "Retry-After", "61")}, count: 1, sentinel: "ErrServer", because: "503"},
		{name: "429, Retry-After a day", responses: []http.HandlerFunc{servertest.Status(429, "", "Retry-After", "86400")}, count: 1, sentinel: "ErrRateLimited", because: "429"},
		// The last response is worth more than the deadline's error later.
		{name: "503, the wait ends behind the deadline", responses: []http.HandlerFunc{servertest.Status(503, "", "Retry-After", "59")}, ctx: func(ctx context.Context) (context.Context, context.CancelFunc) {
			return context.WithTimeout(ctx, 50*time.Second)
		}, count: 1, sentinel: "ErrServer", because: "503"},

		// Retried.

		{name: "502", responses: []http.HandlerFunc{servertest.Status(502, "<html>"), servertest.JSON(good)}, count: 2},
		{name: "503", responses: []http.HandlerFunc{servertest.Status(503, ""), servertest.JSON(good)}, count: 2},
		{name: "504", responses: []http.HandlerFunc{servertest.Status(504, ""), servertest.JSON(good)}, count: 2},
		{name: "429", responses: []http.HandlerFunc{servertest.Status(429, ""), servertest.JSON(good)}, count: 2},
		{name: "503 twice", responses: []http.HandlerFunc{servertest.Status(503, ""), servertest.Status(503, ""), servertest.JSON(good)}, count: 3},
		{name: "503 forever", responses: []http.HandlerFunc{servertest.Status(503, "try later")}, count: 3, sentinel: "ErrServer", because: "503: server error: try later (3 attempts)"},
		{name: "another failure each time: the last counts", responses: []http.HandlerFunc{servertest.Status(503, ""), servertest.Status(429, ""), servertest.Status(403, "")}, count: 3, sentinel: "ErrForbidden", because: "403: forbidden: empty body (3 attempts)"},
		{name: "503, then closed", responses: []http.HandlerFunc{servertest.Status(503, ""), servertest.Close}, opts: []zadig.Option{clienttest.OneRequestPerConnection()}, count: 3, because: "EOF (3 attempts)"},
		{name: "503 with MaxAttempts 5", responses: []http.HandlerFunc{servertest.Status(503, "")}, opts: []zadig.Option{zadig.WithRetry(zadig.RetryPolicy{MaxAttempts: 5, MaxWait: 1})}, count: 5, sentinel: "ErrServer", because: "(5 attempts)"},
		{name: "closed without a response", responses: []http.HandlerFunc{servertest.Close, servertest.JSON(good)}, opts: []zadig.Option{clienttest.OneRequestPerConnection()}, count: 2},
		{name: "closed forever", responses: []http.HandlerFunc{servertest.Close}, opts: []zadig.Option{clienttest.OneRequestPerConnection()}, count: 3, because: "EOF (3 attempts)"},
		{name: "reset", responses: []http.HandlerFunc{servertest.Reset, servertest.JSON(good)}, opts: []zadig.Option{clienttest.OneRequestPerConnection()}, count: 2},
		{name: "reset forever", responses: []http.HandlerFunc{servertest.Reset}, opts: []zadig.Option{clienttest.OneRequestPerConnection()}, count: 3, because: "(3 attempts)"},
		{name: "cut in the body", responses: []http.HandlerFunc{servertest.Cut("["), servertest.JSON(good)}, count: 2},
		{name: "cut in the body forever", responses: []http.HandlerFunc{servertest.Cut("[")}, count: 3, because: "unexpected EOF (3 attempts)"},
		{name: "502, cut, 502", responses: []http.HandlerFunc{servertest.Status(502, ""), servertest.Cut("["), servertest.Status(502, "")}, count: 3, sentinel: "ErrServer", because: "502"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			client, s := clienttest.Serve(t, servertest.Script(row.responses...), row.opts...)
			ctx := t.Context()
			if row.ctx != nil {
				var cancel context.CancelFunc
				ctx, cancel = row.ctx(ctx)
				defer cancel()
			}
			var out []any
			err := client.Get(ctx, "/api/x", nil, &out)
			assert.Equal(t, row.count, s.Count(), "attempts")
			assert.Equal(t, row.sentinel, clienttest.Sentinel(err))
			if row.because == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, row.because)
			assert.NotContains(t, err.Error(), "\n")
			if failure, ok := errors.AsType[*zadig.Error](err); ok {
				assert.Equal(t, row.count, failure.Attempts)
			}
			assert.Equal(t, row.count > 1, strings.HasSuffix(err.Error(), " attempts)"), err)
		})
	}
}

func shortly(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, patience)
}

// Failures before there is a connection reach no handler; these count dials.
func TestRetryOfConnections(t *testing.T) {
	t.Parallel()
	secure := httptest.NewUnstartedServer(servertest.JSON(`[]`))
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	secure.StartTLS()
	t.Cleanup(secure.Close)
	plain := httptest.NewServer(servertest.JSON(`[]`))
	t.Cleanup(plain.Close)
	const nobody = "http://127.0.0.1:1" // a port that was given up may be another test's by now
	for _, row := range []struct {
		name, base, because string
		dials               int64
	}{
		// No further attempt changes a certificate.
		{"certificate of an unknown authority", secure.URL, "certificate", 1},
		{"certificate of another host", strings.Replace(secure.URL, "127.0.0.1", "localhost", 1), "certificate", 1},
		// Nor what is served at a port.
		{"plain HTTP where HTTPS is due", strings.Replace(plain.URL, "http:", "https:", 1), "HTTP response to HTTPS client", 1},

		{"refused", nobody, "refused", 3},
		{"no such host", "http://zadig.invalid", "zadig.invalid", 3},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			var dials atomic.Int64
			trust := x509.NewCertPool()
			if strings.Contains(row.base, "localhost") {
				trust.AddCert(secure.Certificate())
			}
			client := clienttest.New(t, row.base+servertest.BasePath, clienttest.FastRetry(), zadig.WithTransport(&http.Transport{
				DisableKeepAlives: true,
				TLSClientConfig:   &tls.Config{RootCAs: trust, MinVersion: tls.VersionTLS12},
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

// A buffered response that was cut is requested again.
func TestRetryOfABodyThatWasCut(t *testing.T) {
	t.Parallel()
	const (
		release  = `{"versionInfo":{"id":"619dbaa8c528010000010000"}}`
		artifact = `{"name":"nginx","image":"nginx:1","type":"image"}`
	)
	for _, row := range []struct {
		name, body string
		call       func(context.Context, *zadig.Client) error
	}{
		{"List", "[" + release + "]", func(ctx context.Context, c *zadig.Client) error {
			page, err := c.Delivery.List(ctx, delivery.ListOptions{})
			if err == nil && len(page.Releases) != 1 {
				err = errors.New("not one release")
			}
			return err
		}},
		{"Get", release, func(ctx context.Context, c *zadig.Client) error {
			_, err := c.Delivery.Get(ctx, "619dbaa8c528010000010000", delivery.GetOptions{})
			return err
		}},
		{"Trace", artifact, func(ctx context.Context, c *zadig.Client) error {
			_, err := c.Artifact.Trace(ctx, "nginx:1")
			return err
		}},
	} {
		for at := 0; at <= len(row.body); at += 7 {
			client, s := clienttest.Serve(t, servertest.Script(servertest.Cut(row.body[:at]), servertest.Cut(row.body[:len(row.body)-1]), servertest.JSON(row.body)))
			require.NoError(t, row.call(t.Context(), client), "%s cut at %d", row.name, at)
			assert.Equal(t, 3, s.Count())
		}
		client, s := clienttest.Serve(t, servertest.Cut(row.body))
		require.ErrorIs(t, row.call(t.Context(), client), io.ErrUnexpectedEOF, row.name)
		assert.Equal(t, 3, s.Count())
	}
}

func TestFailuresLeaveTheCallersPoolAlone(t *testing.T) {
	t.Parallel()
	for _, h := range []http.HandlerFunc{servertest.Status(503, ""), servertest.Status(500, ""), servertest.Close, servertest.Cut("["), servertest.Hang} {
		_, s := clienttest.Serve(t, h)
		pool := &clienttest.Pool{RoundTripper: new(http.Transport)}
		for _, option := range []zadig.Option{zadig.WithTransport(pool), zadig.WithHTTPClient(&http.Client{Transport: pool})} {
			client := clienttest.New(t, s.URL, clienttest.FastRetry(), option, zadig.WithTimeout(20*time.Millisecond))
			require.Error(t, client.Get(t.Context(), "/api/x", nil, new(any)))
			ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
			require.Error(t, client.Get(ctx, "/api/x", nil, new(any)))
			cancel()
		}
		assert.Zero(t, pool.Closed.Load())
	}
}
