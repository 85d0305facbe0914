package transport_test

import (
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/artifact"
	"github.com/zadig-go/zadig/internal/testkit/clienttest"
	"github.com/zadig-go/zadig/internal/testkit/servertest"
)

// An overloaded gateway gets a hundred retries in all, not two for each request.
func TestRetryBudget(t *testing.T) {
	t.Parallel()
	client, s := clienttest.Serve(t, servertest.Status(503, ""))
	images := make([]string, 1000)
	for i := range images {
		images[i] = fmt.Sprintf("registry.example.com/shop/cart:%d", i)
	}
	n := 0
	for _, result := range client.Artifact.TraceMany(t.Context(), images, artifact.TraceManyOptions{}) {
		require.ErrorIs(t, result.Err, zadig.ErrServer)
		n++
	}
	assert.Equal(t, n+100, s.Count())

	variant, err := client.With(zadig.WithHeader("X-Key", "1"))
	require.NoError(t, err)
	before := s.Count()
	require.Error(t, variant.Get(t.Context(), "/api/x", nil, nil))
	assert.Equal(t, before+1, s.Count(), "a variant has no budget of its own")
}

func TestRetryBudgetRefills(t *testing.T) {
	t.Parallel()
	var status atomic.Int64
	client, s := clienttest.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		servertest.Status(int(status.Load()), "{}")(w, r)
	}))
	get := func() (requests int) {
		before := s.Count()
		_ = client.Get(t.Context(), "/api/x", nil, nil)
		return s.Count() - before
	}
	status.Store(503)
	for range 50 {
		assert.Equal(t, 3, get())
	}
	assert.Equal(t, 1, get(), "it is spent")
	status.Store(200)
	for range 5 {
		assert.Equal(t, 1, get())
	}
	status.Store(503)
	assert.Equal(t, 2, get(), "five successes pay for a retry")
	assert.Equal(t, 1, get())
}

// While most requests succeed, the budget does not run out, because a retry that
// succeeds gives back its cost.
func TestRetryBudgetLastsWhileRetriesHelp(t *testing.T) {
	t.Parallel()
	var n atomic.Int64
	client, _ := clienttest.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		servertest.Status([]int{200, 503}[n.Add(1)%2], "{}")(w, r)
	}))
	for range 300 {
		require.NoError(t, client.Get(t.Context(), "/api/x", nil, nil))
	}
}
