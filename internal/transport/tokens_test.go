package transport_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/internal/testkit/clienttest"
	"github.com/zadig-go/zadig/internal/testkit/servertest"
)

// A token that was replaced between two attempts is as secret as the new one.
func TestEveryTokenOfACallIsMasked(t *testing.T) {
	t.Parallel()
	var n atomic.Int64
	client, _ := clienttest.Serve(t, servertest.Script(
		servertest.Status(http.StatusServiceUnavailable, ""),
		servertest.Status(http.StatusInternalServerError, "first-secret-1, then first-secret-2"),
	), zadig.WithTokenSource(func(context.Context) (string, error) { return fmt.Sprintf("first-secret-%d", n.Add(1)), nil }))
	err := client.Get(t.Context(), "/x", nil, nil)
	require.ErrorIs(t, err, zadig.ErrServer)
	assert.NotContains(t, fmt.Sprintf("%v %s", err, clienttest.AsError(t, err).Body), "first-secret")
}

// What a middleware leaves open when it makes an error of a response ends with
// the call.
func TestABodyThatAMiddlewareLeavesOpen(t *testing.T) {
	t.Parallel()
	var sent *http.Request
	client, _ := clienttest.Serve(t, servertest.JSON("{}"), zadig.WithMiddleware(clienttest.Middleware(func(req *http.Request, next http.RoundTripper) (*http.Response, error) {
		sent = req
		_, err := next.RoundTrip(req)
		require.NoError(t, err)
		return nil, errors.New("refused")
	})))
	require.Error(t, client.Get(t.Context(), "/x", nil, nil))
	require.Error(t, sent.Context().Err())
}
