package faults_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/zadigtest"
)

// What a list has and reads by id do not find is either yielded or an error: no
// release is lost in silence.
func TestNoReleaseIsLostInSilence(t *testing.T) {
	t.Parallel()
	data := zadigtest.Generate(7, 5*releases)
	data.Releases = data.ReleasesOn("v5.0.0")[:releases]
	broken := data.Releases[4].VersionInfo
	ofOne := func(r *http.Request) bool { return r.URL.Path == "/api/aslan/delivery/releases/"+broken.ID }
	for name, row := range map[string]struct {
		fault zadigtest.Fault
		lost  int // releases that are an error; -1: all, or the loop ends with an error
	}{
		"one read by id finds nothing once":          {zadigtest.RecordNotFound().When(ofOne).Times(1), 0},
		"one read by id finds nothing":               {zadigtest.RecordNotFound().When(ofOne), 1},
		"no read by id finds anything":               {zadigtest.RecordNotFound(), -1},
		"the gateway has no route once":              {zadigtest.GatewayNotFound().When(ofOne).Times(1), 0},
		"the gateway has no route":                   {zadigtest.GatewayNotFound().On(zadigtest.GetRelease), -1},
		"the database is down during one read by id": {zadigtest.DatabaseDown().When(ofOne).Times(1), 0},
		"the database is down during reads by id":    {zadigtest.DatabaseDown().On(zadigtest.GetRelease), -1},
	} {
		for _, viewer := range []bool{false, true} {
			for call, do := range map[string]func(*zadig.Client) (yielded, failed int){
				"All": func(c *zadig.Client) (yielded, failed int) {
					for _, err := range c.Delivery.All(t.Context(), delivery.ListOptions{PerPage: 5}) {
						if err != nil {
							failed++
							continue
						}
						yielded++
					}
					return yielded, failed
				},
				"Get": func(c *zadig.Client) (yielded, failed int) {
					if _, err := c.Delivery.Get(t.Context(), broken.ID, delivery.GetOptions{ProjectName: broken.ProductName}); err != nil {
						return releases - 1, 1
					}
					return releases, 0
				},
			} {
				srv := zadigtest.NewServer(t, zadigtest.WithServerVersion(serverVersion), zadigtest.WithData(data))
				srv.Inject(row.fault)
				if viewer {
					srv.Inject(zadigtest.SystemViewer())
				}
				yielded, failed := do(srv.Client(zadig.WithRetry(zadig.RetryPolicy{MinWait: time.Millisecond, MaxWait: time.Millisecond})))
				switch {
				case row.lost < 0:
					assert.True(t, yielded+failed == releases || failed > 0,
						"%s, %s, viewer %t: %d yielded, %d failed", name, call, viewer, yielded, failed)
				default:
					assert.Equal(t, []int{releases - row.lost, row.lost}, []int{yielded, failed}, "%s, %s, viewer %t", name, call, viewer)
				}
			}
		}
	}
}
