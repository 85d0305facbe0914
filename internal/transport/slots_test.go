package transport_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/internal/testkit/clienttest"
	"github.com/zadig-go/zadig/internal/testkit/servertest"
)

// slots is how many requests the SDK's own transport sends at a time.
const slots = 64

// A careless middleware costs no slot: more requests than there are slots get
// their responses, one after the other.
func TestSlotsComeBack(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name   string
		h      http.HandlerFunc
		option zadig.Option
	}{
		{"a body that is read to its end and not closed", servertest.JSON(`{}`), zadig.WithMiddleware(clienttest.Middleware(
			func(req *http.Request, next http.RoundTripper) (*http.Response, error) {
				resp, err := next.RoundTrip(req)
				if err == nil {
					data, _ := io.ReadAll(resp.Body)
					resp.Body = io.NopCloser(bytes.NewReader(data))
				}
				return resp, err
			}))},
		{"a body that is replaced without being read", servertest.JSON(`{}`), zadig.WithMiddleware(clienttest.Middleware(
			func(req *http.Request, next http.RoundTripper) (*http.Response, error) {
				resp, err := next.RoundTrip(req)
				if err == nil {
					resp.Body = io.NopCloser(bytes.NewReader([]byte(`{}`)))
				}
				return resp, err
			}))},
		{"a failure that becomes an error", servertest.Status(404, "gone"), zadig.WithMiddleware(clienttest.Middleware(
			func(req *http.Request, next http.RoundTripper) (*http.Response, error) {
				if resp, err := next.RoundTrip(req); err != nil || resp.StatusCode != http.StatusNotFound {
					return resp, err
				}
				return nil, errors.New("not there")
			}))},
		{"a success that becomes an error", servertest.JSON(`{}`), zadig.WithMiddleware(clienttest.Middleware(
			func(req *http.Request, next http.RoundTripper) (*http.Response, error) {
				_, err := next.RoundTrip(req)
				return nil, errors.Join(err, errors.New("not wanted"))
			}))},
		{"a logger that panics", servertest.JSON(`{}`), zadig.WithLogger(slog.New(panicking{}))},
		{"a middleware that panics", servertest.JSON(`{}`), zadig.WithMiddleware(clienttest.Middleware(
			func(req *http.Request, next http.RoundTripper) (*http.Response, error) {
				_, err := next.RoundTrip(req)
				panic(fmt.Sprint("no luck: ", err))
			}))},
		{"a body that breaks off", servertest.Cut("{"), zadig.WithRetry(zadig.RetryPolicy{MaxAttempts: 1})},
		{"a transport that panics", servertest.JSON(`{}`), zadig.WithProxy(nilProxy)},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			client, _ := clienttest.Serve(t, row.h, row.option)
			for range slots + 2 {
				ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
				func() {
					defer func() { _ = recover() }()
					_ = client.Get(ctx, "/api/x", nil, nil)
				}()
				require.NoError(t, ctx.Err(), "a request waited for a slot")
				cancel()
			}
			client.CloseIdleConnections()
		})
	}
}

// panicking is a slog handler that panics.
type panicking struct{ slog.Handler }

func (panicking) Enabled(context.Context, slog.Level) bool  { return true }
func (panicking) Handle(context.Context, slog.Record) error { panic("no disk") }

// nilProxy is a proxy function with a bug.
func nilProxy(*http.Request) (*url.URL, error) {
	panic("no proxy")
}

// Middleware that renews a token through the same client needs a slot beside
// the one of the request that was refused: by its status, or by a body that was
// read to its end.
func TestSlotsForRequestsOfAMiddleware(t *testing.T) {
	t.Parallel()
	const expired = `{"error":"expired"}`
	for name, refused := range map[string]http.HandlerFunc{"status": servertest.Status(401, expired), "body": servertest.JSON(expired)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var (
				client  *zadig.Client
				arrived sync.WaitGroup
			)
			arrived.Add(slots)
			client, _ = clienttest.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/token" || r.Header.Get("X-Renewed") != "" {
					servertest.JSON(`{}`)(w, r)
					return
				}
				arrived.Done()
				arrived.Wait() // all of them hold a slot
				refused(w, r)
			}), zadig.WithMiddleware(clienttest.Middleware(func(req *http.Request, next http.RoundTripper) (*http.Response, error) {
				resp, err := next.RoundTrip(req)
				if err != nil || req.URL.Path != servertest.BasePath+"/api/x" {
					return resp, err
				}
				defer resp.Body.Close() // only after the renewal
				if resp.StatusCode == http.StatusOK {
					data, _ := io.ReadAll(resp.Body)
					assert.JSONEq(t, expired, string(data))
				}
				if err := client.Get(req.Context(), "/token", nil, nil); err != nil {
					return nil, err
				}
				again := req.Clone(req.Context())
				again.Header.Set("X-Renewed", "yes")
				return next.RoundTrip(again)
			})))
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			var running sync.WaitGroup
			for range slots {
				running.Go(func() { assert.NoError(t, client.Get(ctx, "/api/x", nil, nil)) })
			}
			running.Wait()
		})
	}
}
