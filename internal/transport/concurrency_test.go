package transport_test

import (
	"fmt"
	"net/http"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/artifact"
	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/internal/testkit/clienttest"
	"github.com/zadig-go/zadig/zadigtest"
)

// One client and variants of it, used by 200 goroutines at the same time,
// some of which leave their loops: each gets its own responses, and nothing is
// left when the connections are closed.
func TestOneClientForManyGoroutines(t *testing.T) { //nolint:paralleltest // counts all goroutines
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	data := zadigtest.Generate(3, 8)
	srv, err := zadigtest.Start(zadigtest.WithData(data), zadigtest.WithToken("right-token"))
	require.NoError(t, err)
	defer srv.Close()
	transport := &http.Transport{MaxIdleConnsPerHost: 32, MaxConnsPerHost: 32}
	defer transport.CloseIdleConnections()
	shared := srv.Client(zadig.WithTransport(transport), clienttest.FastRetry())
	image := data.Artifacts[0].Image

	var running sync.WaitGroup
	for g := range 200 {
		running.Go(func() {
			own, err := shared.With(zadig.WithHeader("X-Goroutine", fmt.Sprint(g)))
			if !assert.NoError(t, err) {
				return
			}
			wrong, err := shared.With(zadig.WithToken(fmt.Sprintf("wrong-token-%d", g)))
			if !assert.NoError(t, err) {
				return
			}
			n := 0
			for r, err := range own.Delivery.All(t.Context(), delivery.ListOptions{PerPage: 3, Verbosity: delivery.VerbosityBrief}) {
				if !assert.NoError(t, err) || g%3 == 0 && n == g%5 {
					break
				}
				assert.Equal(t, data.Releases[n].VersionInfo.ID, r.VersionInfo.ID)
				n++
			}
			if g%3 != 0 {
				assert.Equal(t, len(data.Releases), n)
			}
			_, err = wrong.Delivery.List(t.Context(), delivery.ListOptions{})
			assert.ErrorIs(t, err, zadig.ErrUnauthorized)
			for got, result := range shared.Artifact.TraceMany(t.Context(), []string{image, image + "-other"}, artifact.TraceManyOptions{}) {
				if got == image {
					assert.NoError(t, result.Err)
				} else {
					assert.ErrorIs(t, result.Err, zadig.ErrNotFound)
				}
				if g%2 == 0 {
					break
				}
			}
		})
	}
	running.Wait()
}
