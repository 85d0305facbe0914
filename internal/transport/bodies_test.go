package transport_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/internal/testkit/clienttest"
	"github.com/zadig-go/zadig/internal/testkit/leaktest"
	"github.com/zadig-go/zadig/internal/testkit/servertest"
)

// Whatever a response is, nobody leaves it open: those that are sent again,
// refused, cut short or too long, and those that the caller stops reading.
func TestEveryAnswerIsClosed(t *testing.T) {
	t.Parallel()
	for name, h := range map[string]http.Handler{
		"good":             servertest.JSON(`[{"versionInfo":{"id":"1"}},{"versionInfo":{"id":"2"}}]`),
		"sent again":       servertest.Script(servertest.Status(503, "busy"), servertest.Cut("["), servertest.JSON(`[{"versionInfo":{"id":"1"}}]`), servertest.Cut(`[{"versionInfo":{"id":"1"}}`), servertest.JSON("[]")),
		"never":            servertest.Status(503, "busy"),
		"final":            servertest.Status(500, `{"code":6540}`),
		"no JSON":          servertest.Status(200, "<html>", "Content-Type", "text/html"),
		"no gzip":          servertest.Status(200, "[]", "Content-Encoding", "gzip"),
		"too large":        servertest.JSON(`[{"versionInfo":{"id":"` + string(make([]byte, 5000)) + `"}}]`),
		"empty":            servertest.Status(200, ""),
		"refused redirect": redirects(302, "http://zadig.example.com/…"),
		"followed":         servertest.Script(redirects(302, servertest.BasePath+"/api/x"), servertest.JSON("[]")),
		"cut":              servertest.Cut("["),
		"stalls":           servertest.Stall(`[{"versionInfo":{"id":"1"}},`),
		"closed":           http.HandlerFunc(servertest.Close),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := servertest.New(t, h)
			ctx, cancel := context.WithCancel(context.Background()) // the test's own ends requests before anybody sees that they go on
			t.Cleanup(cancel)
			client := clienttest.New(t, s.URL, clienttest.FastRetry(), zadig.WithMaxResponseBytes(1000), zadig.WithTimeout(50*time.Millisecond),
				zadig.WithMiddleware(leaktest.Bodies(t)))
			_ = client.Get(ctx, "/api/x", nil, nil)
			_, _ = client.Delivery.List(ctx, delivery.ListOptions{})
			for range 2 {
				for _, err := range client.Delivery.All(ctx, delivery.ListOptions{}) {
					if err == nil {
						break
					}
				}
			}
			_, _ = client.Artifact.Trace(ctx, "nginx:1")
			assert.Positive(t, s.Count())
		})
	}
}
