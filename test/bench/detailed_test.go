package bench_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/zadigtest"
)

// BenchmarkAllDetailed reads 1,000 releases of v5.0.0, whose lists leave the
// services out, from a server that takes its time for each request: one after
// the other, and by the default number at once.
func BenchmarkAllDetailed(b *testing.B) {
	const n = 1000
	data := zadigtest.Generate(1, 2*n)
	data.Releases = data.ReleasesOn("v5.0.0")[:n]
	for _, latency := range []time.Duration{0, 5 * time.Millisecond, 20 * time.Millisecond} {
		for _, concurrency := range []int{1, 8} {
			b.Run(fmt.Sprintf("latency=%v/concurrency=%d", latency, concurrency), func(b *testing.B) {
				srv := zadigtest.NewServer(b, zadigtest.WithData(data), zadigtest.WithServerVersion("v5.0.0"))
				client := srv.Client(zadig.WithMiddleware(func(next http.RoundTripper) http.RoundTripper {
					return roundTripper(func(req *http.Request) (*http.Response, error) {
						time.Sleep(latency)
						return next.RoundTrip(req)
					})
				}))
				for b.Loop() {
					srv.ClearRequests()
					read := 0
					for release, err := range client.Delivery.All(b.Context(), delivery.ListOptions{Concurrency: concurrency}) {
						if err != nil {
							b.Fatal(err)
						}
						if release.IsSummary() {
							b.Fatal("a release without services")
						}
						read++
					}
					if read != len(data.Releases) {
						b.Fatal(read)
					}
				}
				b.ReportMetric(float64(len(srv.Requests())), "requests")
			})
		}
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (r roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return r(req) }
