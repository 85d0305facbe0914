package delivery_test

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/zadigtest"
)

// Requests by id do not wait for the connection of the page that names them,
// however few connections a transport allows and however many walks there are.
func TestWalksShareFewConnections(t *testing.T) {
	t.Parallel()
	data := zadigtest.Generate(1, 110)
	for _, version := range []string{"v4.0.0", "v5.0.0"} {
		for connections, concurrent := range map[int]int{1: 2, 4: 10} {
			t.Run(fmt.Sprintf("%s/%d of %d", version, connections, concurrent), func(t *testing.T) {
				t.Parallel()
				srv := zadigtest.NewServer(t, zadigtest.WithData(data), zadigtest.WithServerVersion(version))
				client := srv.Client(zadig.WithTransport(&http.Transport{MaxConnsPerHost: connections}))
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()
				var walks sync.WaitGroup
				for range concurrent {
					walks.Go(func() {
						n := 0
						for _, err := range client.Delivery.All(ctx, delivery.ListOptions{}) {
							if !assert.NoError(t, err) {
								return
							}
							n++
						}
						assert.Equal(t, len(data.Releases), n)
					})
				}
				walks.Wait()
			})
		}
	}
}

// A panic of the Doer in a request by id comes out where the loop is.
func TestAllPanicsWhereTheLoopIs(t *testing.T) {
	t.Parallel()
	m := (&model{flat: true, omitServices: true, xTotal: true}).fill(50)
	client := m.client(t, instead(func(req *http.Request) *http.Response {
		if req.URL.Path == "/prefix/api/aslan/delivery/releases/"+id(40) {
			panic("the transport")
		}
		return nil
	}))
	var ids []string
	require.PanicsWithValue(t, "the transport", func() {
		for r, err := range client.Delivery.All(t.Context(), delivery.ListOptions{}) {
			require.NoError(t, err)
			ids = append(ids, r.VersionInfo.ID)
		}
	})
	assert.Equal(t, m.ids()[:10], ids, "those before it")
}
