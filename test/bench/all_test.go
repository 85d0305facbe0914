package bench_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"runtime/metrics"
	"testing"
	"time"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/delivery"
)

// plainRelease is a release as written by hand for encoding/json.
type plainRelease struct {
	VersionInfo       *delivery.VersionInfo      `json:"versionInfo"`
	BuildInfo         []*delivery.BuildInfo      `json:"buildInfo"`
	DeployInfo        []*delivery.DeployInfo     `json:"deployInfo"`
	TestInfo          []*delivery.TestInfo       `json:"testInfo"`
	DistributeInfo    []*delivery.DistributeInfo `json:"distributeInfo"`
	SecurityStatsInfo []*delivery.SecurityStats  `json:"securityStatsInfo"`
}

const listPath = "/api/aslan/delivery/releases?page=1&per_page=100000"

// get requests a URL by hand. After an error it returns an empty body.
func get(b *testing.B, client *http.Client, url string) io.ReadCloser {
	req, err := http.NewRequestWithContext(b.Context(), http.MethodGet, url, http.NoBody)
	if err == nil {
		req.Header.Set("Authorization", "Bearer benchmark")
		var resp *http.Response
		if resp, err = client.Do(req); err == nil {
			return resp.Body
		}
	}
	b.Error(err)
	return http.NoBody
}

// decodeByHand reads a body with encoding/json.
func decodeByHand(b *testing.B, body io.ReadCloser, out any) {
	defer body.Close()
	data, err := io.ReadAll(body)
	if err == nil {
		err = json.Unmarshal(data, out)
	}
	if err != nil {
		b.Error(err)
	}
}

// discard reads a response and does nothing with it: the limit for every client.
func discard(b *testing.B, url string) {
	body := get(b, http.DefaultClient, url)
	defer body.Close()
	if _, err := io.Copy(io.Discard, body); err != nil {
		b.Error(err)
	}
}

// listByHand reads a whole list with net/http and encoding/json.
func listByHand(b *testing.B, srv *benchServer) (releases []*plainRelease) {
	decodeByHand(b, get(b, http.DefaultClient, srv.url+listPath), &releases)
	return releases
}

// listByLibrary reads a list with net/http and the JSON library that the SDK uses,
// without its limits, errors and filters.
func listByLibrary(b *testing.B, srv *benchServer) (n int) {
	body := get(b, http.DefaultClient, srv.url+listPath)
	defer body.Close()
	dec := jsontext.NewDecoder(body)
	if _, err := dec.ReadToken(); err != nil {
		b.Fatal(err)
	}
	for ; dec.PeekKind() != ']'; n++ {
		if err := jsonv2.UnmarshalDecode(dec, new(plainRelease)); err != nil {
			b.Fatal(err)
		}
	}
	return n
}

// repeat runs a benchmark of a call that reads so many bytes.
func repeat(b *testing.B, name string, size int, call func(b *testing.B)) {
	b.Helper()
	b.Run(name, func(b *testing.B) {
		b.SetBytes(int64(size))
		b.ReportAllocs()
		for b.Loop() {
			call(b)
		}
	})
}

// rangeAll reads n releases, which the server sends as one page, and the empty page
// that shows that they are all.
func rangeAll(b *testing.B, client *zadig.Client, n int, skip bool, each func(i int)) {
	b.Helper()
	count := 0
	for _, err := range client.Delivery.All(b.Context(), delivery.ListOptions{PerPage: n + 1, SkipManifests: skip}) {
		if err != nil {
			b.Fatal(err)
		}
		count++
		if each != nil {
			each(count)
		}
	}
	if count != n {
		b.Fatalf("%d releases, not %d", count, n)
	}
}

func serveList(b *testing.B, n int) (srv *benchServer, size int) {
	b.Helper()
	list := documentedList(b, n)
	return startBenchServer(b, list.size, static(list.bytes(b)), 0, fmt.Sprintf("X-Total: %d\r\n", n)), list.size
}

// BenchmarkAll measures the throughput of a full decode.
func BenchmarkAll(b *testing.B) {
	const n = 1000
	srv, size := serveList(b, n)
	client := srv.client(b)
	all := func(read func(b *testing.B) int) func(*testing.B) {
		return func(b *testing.B) {
			if got := read(b); got != n {
				b.Fatal(got)
			}
		}
	}
	repeat(b, "by-hand", size, all(func(b *testing.B) int { return len(listByHand(b, srv)) }))
	resty := restyClient()
	repeat(b, "resty", size, all(func(b *testing.B) int { return len(listByResty(b, resty, srv)) }))
	repeat(b, "library", size, all(func(b *testing.B) int { return listByLibrary(b, srv) }))
	repeat(b, "discard", size, func(b *testing.B) { discard(b, srv.url+"/api/aslan/delivery/releases") })
	for _, skip := range []bool{false, true} {
		repeat(b, fmt.Sprintf("sdk/SkipManifests=%v", skip), size, func(b *testing.B) { rangeAll(b, client, n, skip, nil) })
	}
}

// BenchmarkAllGrowth shows how time and memory grow with the list. The heap
// in use is what lives after the last release, with the list's ids.
func BenchmarkAllGrowth(b *testing.B) {
	for _, n := range []int{100, 1000, 10_000, 100_000} {
		b.Run(fmt.Sprintf("releases=%d", n), func(b *testing.B) {
			list := documentedList(b, n)
			srv := startBenchServer(b, list.size, list, 0, fmt.Sprintf("X-Total: %d\r\n", n))
			client := srv.client(b)
			peak := newPeak()
			b.SetBytes(int64(list.size))
			for b.Loop() {
				rangeAll(b, client, n, false, func(i int) {
					if i%50 == 0 {
						peak.sample()
					}
				})
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*n), "µs/release")
			b.ReportMetric(peak.megabytes(), "peak-heap-MB")
		})
	}
}

// BenchmarkAll100MB reads a page of 100 MB: heap in use at the most, and the
// time to the first release as a part of the whole.
func BenchmarkAll100MB(b *testing.B) {
	n := 100_000_000 / documentedList(b, 1).size
	list := documentedList(b, n)
	srv := startBenchServer(b, list.size, list, 0, fmt.Sprintf("X-Total: %d\r\n", n))
	b.Run("by-hand", func(b *testing.B) {
		peak := newPeak()
		b.SetBytes(int64(list.size))
		for b.Loop() {
			releases := listByHand(b, srv)
			peak.sample()
			runtime.KeepAlive(releases)
		}
		b.ReportMetric(peak.megabytes(), "peak-heap-MB")
		b.ReportMetric(100, "first-release-%")
	})
	b.Run("sdk", func(b *testing.B) {
		client := srv.client(b)
		peak := newPeak()
		var first time.Duration
		b.SetBytes(int64(list.size))
		for b.Loop() {
			start := time.Now()
			rangeAll(b, client, n, false, func(i int) {
				if i == 1 {
					first += time.Since(start)
				}
				if i%50 == 0 {
					peak.sample()
				}
			})
		}
		b.ReportMetric(peak.megabytes(), "peak-heap-MB")
		b.ReportMetric(100*float64(first)/float64(b.Elapsed()), "first-release-%")
	})
}

// peak is the largest sampled size of the heap, garbage included.
type peak struct {
	samples []metrics.Sample
	most    uint64
}

func newPeak() *peak {
	runtime.GC()
	return &peak{samples: []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}}
}

func (p *peak) sample() {
	metrics.Read(p.samples)
	p.most = max(p.most, p.samples[0].Value.Uint64())
}

func (p *peak) megabytes() float64 { return float64(p.most) / 1e6 }
