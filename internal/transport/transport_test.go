package transport_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/internal/testkit/clienttest"
	"github.com/zadig-go/zadig/internal/testkit/servertest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// inBubble runs a test with a client and a server, both on the clock of a
// synctest bubble.
func inBubble(t *testing.T, h http.HandlerFunc, opts []zadig.Option, test func(t *testing.T, client *zadig.Client, s *servertest.Server)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s, transport := servertest.NewInMemory(t, h)
		test(t, clienttest.New(t, s.URL, append([]zadig.Option{zadig.WithTransport(transport)}, opts...)...), s)
	})
}

// within returns the context of the test, with a deadline unless d is 0.
func within(t *testing.T, d time.Duration) context.Context {
	t.Helper()
	if d == 0 {
		return t.Context()
	}
	ctx, cancel := context.WithTimeout(t.Context(), d)
	t.Cleanup(cancel)
	return ctx
}

// list returns the error of a request for a list, which is buffered.
func list(ctx context.Context, c *zadig.Client) error {
	_, err := c.Delivery.List(ctx, delivery.ListOptions{})
	return err
}

// all returns the first error of a stream.
func all(ctx context.Context, c *zadig.Client) error {
	for _, err := range c.Delivery.All(ctx, delivery.ListOptions{}) {
		if err != nil {
			return err
		}
	}
	return nil
}

func TestPoliciesRunInOrderInEachAttempt(t *testing.T) {
	t.Parallel()
	var did []string
	note := func(what string) { did = append(did, what) }
	wrap := func(name string) zadig.Option {
		return zadig.WithMiddleware(clienttest.Middleware(func(req *http.Request, next http.RoundTripper) (*http.Response, error) {
			note(name + " sees " + req.Header.Get("Authorization"))
			return next.RoundTrip(req)
		}))
	}
	tokens := 0
	client, s := clienttest.Serve(t, servertest.Script(servertest.Status(503, ""), servertest.JSON(`[]`)),
		zadig.WithRateLimiter(limiter(func(context.Context) error { note("limiter"); return nil })),
		zadig.WithTokenSource(func(context.Context) (string, error) {
			note("token source")
			tokens++
			return fmt.Sprint("token-", tokens), nil
		}),
		wrap("first"), wrap("second"),
	)
	require.NoError(t, client.Get(t.Context(), "/x", nil, nil))
	assert.Equal(t, []string{
		"limiter", "token source", "first sees Bearer token-1", "second sees Bearer token-1",
		"limiter", "token source", "first sees Bearer token-2", "second sees Bearer token-2",
	}, did)
	assert.Equal(t, "Bearer token-2", s.Requests()[1].Header.Get("Authorization"))
}

func TestEveryBodyIsClosed(t *testing.T) {
	t.Parallel()
	release := `{"versionInfo":{"id":"619dbaa8c528010000010000"}}`
	for name, h := range map[string]http.Handler{
		"success":          servertest.JSON(`[` + release + `]`),
		"retried":          servertest.Script(servertest.Status(503, "busy"), servertest.Cut("["), servertest.JSON(`[]`)),
		"retried in vain":  servertest.Status(503, "busy"),
		"failure":          servertest.Status(500, `{"code":6540}`),
		"HTML":             servertest.Status(200, "<html>"),
		"no gzip":          servertest.Status(200, "[]", "Content-Encoding", "gzip"),
		"too large":        servertest.JSON(`["` + string(make([]byte, 5000)) + `"]`),
		"refused redirect": redirects(302, "http://zadig.example.com/…"),
		"followed":         servertest.Script(redirects(302, servertest.BasePath+"/api/x"), servertest.JSON("[]")),
		"stalls":           servertest.Stall(`[` + release + `,`),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithCancel(context.Background()) // t.Context would end before the check for what was left open
			t.Cleanup(cancel)
			client, s := clienttest.Serve(t, h, zadig.WithMaxResponseBytes(1000), zadig.WithTimeout(50*time.Millisecond),
				zadig.WithMiddleware(clienttest.Bodies(t)))
			_, _ = client.Artifact.Trace(ctx, "nginx:1")
			_, _ = list(ctx, client), all(ctx, client)
			for _, err := range client.Delivery.All(ctx, delivery.ListOptions{}) {
				_ = err
				break
			}
			assert.Positive(t, s.Count())
		})
	}
}

// A body that a middleware leaves open when it turns a response into an error is
// released at the end of the call.
func TestBodyThatAMiddlewareDropsEndsWithTheCall(t *testing.T) {
	t.Parallel()
	var sent *http.Request
	client, _ := clienttest.Serve(t, servertest.JSON("{}"),
		zadig.WithMiddleware(clienttest.Middleware(func(req *http.Request, next http.RoundTripper) (*http.Response, error) {
			sent = req
			_, _ = next.RoundTrip(req) //nolint:bodyclose // what is tested
			return nil, io.ErrClosedPipe
		})))
	require.ErrorIs(t, client.Get(t.Context(), "/x", nil, nil), io.ErrClosedPipe)
	require.Error(t, sent.Context().Err())
}

// A user's transport may return values that net/http never returns.
func TestResponsesOfACarelessTransport(t *testing.T) {
	t.Parallel()
	nothing := io.NopCloser(iotest.ErrReader(nil)) // neither a byte nor an end
	for name, row := range map[string]struct {
		response *http.Response
		sentinel string
		because  string
	}{
		"nothing at all":         {nil, "", "a nil *Response with a nil error"},
		"no body":                {&http.Response{StatusCode: http.StatusOK}, "ErrUnexpectedResponse", "empty body"},
		"failure without a body": {&http.Response{StatusCode: http.StatusInternalServerError}, "ErrServer", "empty body"},
		"503 without a body":     {&http.Response{StatusCode: http.StatusServiceUnavailable}, "ErrServer", "(3 attempts)"},
		"body without a byte":    {&http.Response{StatusCode: http.StatusOK, Body: nothing}, "", io.ErrNoProgress.Error()},
		"failure without a byte": {&http.Response{StatusCode: http.StatusInternalServerError, Body: nothing}, "ErrServer", "empty body"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, call := range []func(context.Context, *zadig.Client) error{list, all} {
				client := clienttest.New(t, "http://zadig.example.com", clienttest.FastRetry(), zadig.WithTransport(servertest.RoundTripper(
					func(*http.Request) (*http.Response, error) {
						if row.response == nil {
							return nil, nil
						}
						resp := *row.response
						return &resp, nil
					})))
				err := call(t.Context(), client)
				assert.Equal(t, row.sentinel, clienttest.Sentinel(err), "%v", err)
				require.ErrorContains(t, err, row.because)
			}
		})
	}
}
