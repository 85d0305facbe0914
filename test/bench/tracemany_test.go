package bench_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/zadig-go/zadig/artifact"
)

// BenchmarkTraceMany traces 200 images, one after the other and 8 at once.
func BenchmarkTraceMany(b *testing.B) {
	images := make([]string, 200)
	for i := range images {
		images[i] = fmt.Sprintf("registry.example.com/shop/cart:%d", i)
	}
	for _, latency := range []time.Duration{5 * time.Millisecond, 20 * time.Millisecond} {
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			time.Sleep(latency)
			fmt.Fprintf(w, `{"image":%q}`, r.URL.Query().Get("image"))
		}))
		b.Cleanup(srv.Close)
		client := (&benchServer{url: srv.URL}).client(b)
		b.Run(fmt.Sprintf("latency=%s/loop", latency), func(b *testing.B) {
			for b.Loop() {
				for _, image := range images {
					if _, err := client.Artifact.Trace(b.Context(), image, artifact.OneRequest()); err != nil {
						b.Fatal(err)
					}
				}
			}
		})
		b.Run(fmt.Sprintf("latency=%s/sdk", latency), func(b *testing.B) {
			for b.Loop() {
				for _, result := range client.Artifact.TraceMany(b.Context(), images, artifact.TraceManyOptions{OneRequest: true}) {
					if result.Err != nil {
						b.Fatal(result.Err)
					}
				}
			}
		})
	}
}
