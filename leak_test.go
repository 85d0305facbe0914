package zadig_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/internal/testkit/leaktest"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

// Whatever an answer is, nobody leaves it open: those that are sent again,
// refused, cut short or too long, and those that the caller stops reading.
func TestEveryAnswerIsClosed(t *testing.T) {
	t.Parallel()
	for name, h := range map[string]http.Handler{
		"good":             sendsJSON(`[{"versionInfo":{"id":"1"}},{"versionInfo":{"id":"2"}}]`),
		"sent again":       script(sends(503, "busy"), cuts("["), sendsJSON(`[{"versionInfo":{"id":"1"}}]`), cuts(`[{"versionInfo":{"id":"1"}}`), sendsJSON("[]")),
		"never":            sends(503, "busy"),
		"final":            sends(500, `{"code":6540}`),
		"no JSON":          sends(200, "<html>", "Content-Type", "text/html"),
		"no gzip":          sends(200, "[]", "Content-Encoding", "gzip"),
		"too large":        sendsJSON(`[{"versionInfo":{"id":"` + string(make([]byte, 5000)) + `"}}]`),
		"empty":            sends(200, ""),
		"refused redirect": redirects(302, "http://zadig.example.com/…"),
		"followed":         script(redirects(302, basePath+"/api/x"), sendsJSON("[]")),
		"cut":              cuts("["),
		"stalls":           stalls(`[{"versionInfo":{"id":"1"}},`),
		"closed":           http.HandlerFunc(closes),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newServer(t, h)
			ctx, cancel := context.WithCancel(context.Background()) // the test's own ends requests before anybody sees that they go on
			t.Cleanup(cancel)
			client := newClient(t, s.base(), quickly(), zadig.WithMaxResponseBytes(1000), zadig.WithTimeout(50*time.Millisecond),
				zadig.WithMiddleware(leaktest.Answers(t)))
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
			assert.Positive(t, s.count())
		})
	}
}
