package transport_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/internal/testkit/clienttest"
	"github.com/zadig-go/zadig/internal/testkit/servertest"
)

// What is asked before each attempt, in this order: the limiter, the token
// source, the middleware from the first given to the last.
func TestWhatHappensBeforeEachAttempt(t *testing.T) {
	t.Parallel()
	var did []string
	note := func(what string) { did = append(did, what) }
	wrap := func(name string) zadig.Option {
		return zadig.WithMiddleware(clienttest.Middleware(func(req *http.Request, next http.RoundTripper) (*http.Response, error) {
			note(name + " sees " + req.Header.Get("Authorization"))
			return next.RoundTrip(req)
		}))
	}
	tokens := []string{"token-1", "token-2"}
	client, s := clienttest.Serve(t, servertest.Script(servertest.Status(http.StatusServiceUnavailable, ""), servertest.JSON(`[]`)),
		zadig.WithRateLimiter(limiter(func(context.Context) error { note("limiter"); return nil })),
		zadig.WithTokenSource(func(context.Context) (string, error) {
			note("token source")
			token := tokens[0]
			tokens = tokens[1:]
			return token, nil
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
