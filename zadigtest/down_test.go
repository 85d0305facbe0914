package zadigtest_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig/zadigtest"
)

// TestDownWithinAHook takes the server off the network in the middle of a
// request, and brings it back in the middle of the next.
func TestDownWithinAHook(t *testing.T) {
	t.Parallel()
	srv := zadigtest.NewServer(t)
	srv.Inject(zadigtest.Hook(func(*http.Request) { srv.Down() }).Times(1))
	_, err := send(t, srv, http.MethodGet, releasesPath, nil)
	require.Error(t, err, "its connection was cut")
	_, err = send(t, srv, http.MethodGet, releasesPath, nil)
	require.ErrorContains(t, err, "connection refused")
	srv.Up()
	up := make(chan struct{})
	srv.Inject(zadigtest.Hook(func(*http.Request) {
		srv.Down() // cuts the connection of this request
		srv.Up()
		close(up)
	}).Times(1))
	_, err = send(t, srv, http.MethodGet, releasesPath, nil)
	require.Error(t, err, "its connection was cut")
	<-up
	assert.Equal(t, 200, ask(t, srv, releasesPath).status)
}

// TestCloseWaitsForHooks closes the server while a Hook runs that takes it down.
func TestCloseWaitsForHooks(t *testing.T) {
	t.Parallel()
	srv, err := zadigtest.Start()
	require.NoError(t, err)
	entered, leave := make(chan struct{}), make(chan struct{})
	left := false
	srv.Inject(zadigtest.Hook(func(*http.Request) {
		close(entered)
		<-leave
		srv.Down()
		left = true
	}))
	go func() {
		<-entered
		close(leave)
	}()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, srv.URL+releasesPath, http.NoBody)
	require.NoError(t, err)
	failed := make(chan error, 1)
	go func() {
		_, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(req) //nolint:bodyclose // there is no response
		failed <- err
	}()
	<-entered
	srv.Close()
	assert.True(t, left)
	require.Error(t, <-failed)
}
