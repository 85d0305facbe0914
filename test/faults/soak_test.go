package faults_test

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/artifact"
	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/internal/testkit/clienttest"
	"github.com/zadig-go/zadig/zadigtest"
)

var soak = flag.Duration("soak", 4*time.Second, "how long TestSoak runs")

// Walks and traces while releases come and go and faults strike at random: a
// walk that ends well has yielded every release that was there throughout,
// none twice; one that ends early returns an error; and neither memory nor
// goroutines grow. go test -run TestSoak -soak 2m -v
func TestSoak(t *testing.T) { //nolint:paralleltest // it looks at the memory and the goroutines of the whole
	const (
		seed    = 20240301
		stay    = 150 // releases that are there throughout
		walkers = 4
		tracers = 4
	)
	data := zadigtest.Generate(seed, stay)
	srv := zadigtest.NewServer(t, zadigtest.WithData(data), zadigtest.WithServerVersion("v2.3.1"))
	client := srv.Client(zadig.WithTimeout(20*time.Second),
		zadig.WithRetry(zadig.RetryPolicy{MaxAttempts: 10, MinWait: 10 * time.Millisecond, MaxWait: time.Second}))
	var stays []string
	for _, r := range data.Releases {
		stays = append(stays, r.VersionInfo.ID)
	}
	var images []string
	for _, a := range data.Artifacts {
		images = append(images, a.Image)
	}

	var walks, yielded, traces, changes atomic.Int64
	brokenWalks, brokenTraces := new(endings), new(endings)
	struck := strikeAtRandom(srv, seed)
	ctx, cancel := context.WithTimeout(t.Context(), *soak) // nothing starts after it; running calls are not interrupted
	defer cancel()
	var running sync.WaitGroup
	for range walkers {
		running.Go(func() {
			for n := 0; ctx.Err() == nil; n++ {
				seen := make(map[string]int)
				var failed error
				for r, err := range client.Delivery.All(t.Context(), delivery.ListOptions{PerPage: 10 + 7*(n%5), SkipManifests: n%2 == 0}) {
					if err != nil {
						failed = err
						continue
					}
					yielded.Add(1)
					if seen[r.VersionInfo.ID]++; seen[r.VersionInfo.ID] > 1 {
						t.Errorf("release %s twice", r.VersionInfo.ID)
					}
				}
				walks.Add(1)
				if failed != nil {
					brokenWalks.add(t, failed)
					continue
				}
				for _, id := range stays {
					if seen[id] == 0 {
						t.Errorf("release %s is missing", id)
					}
				}
			}
		})
	}
	for range tracers {
		running.Go(func() {
			for n := 0; ctx.Err() == nil; n++ {
				some := images[n%len(images):][:min(10, len(images)-n%len(images))]
				for image, result := range client.Artifact.TraceMany(t.Context(), some, artifact.TraceManyOptions{Concurrency: 1 + n%4}) {
					switch {
					case errors.Is(result.Err, zadig.ErrNotFound):
						t.Errorf("%s is not found", image)
					case result.Err != nil:
						brokenTraces.add(t, result.Err)
					case result.Artifact.Image != image:
						t.Errorf("%s for %s", result.Artifact.Image, image)
					}
					traces.Add(1)
				}
			}
		})
	}
	running.Go(func() { // releases that come and go
		rng := rand.New(rand.NewPCG(seed, 1))
		come := make([]string, 0, 64)
		for n := 0; sleep(ctx, 3*time.Millisecond); n++ {
			changes.Add(1)
			if len(come) > 30 || len(come) > 0 && rng.IntN(2) == 0 {
				i := rng.IntN(len(come))
				srv.DeleteRelease(come[i])
				come = append(come[:i], come[i+1:]...)
				continue
			}
			model := *data.Releases[rng.IntN(stay)]
			info := *model.VersionInfo
			info.ID = fmt.Sprintf("f%023x", n)
			model.VersionInfo = &info
			srv.AddRelease(&model)
			come = append(come, info.ID)
		}
	})
	running.Go(func() { // a server that goes away
		for sleep(ctx, 700*time.Millisecond) {
			srv.Down()
			sleep(ctx, 10*time.Millisecond)
			srv.Up()
		}
	})

	sample := func() (heap uint64, goroutines int) {
		srv.ClearRequests() // the server's log of requests grows without bound
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc, runtime.NumGoroutine()
	}
	sleep(ctx, *soak/4)
	early, earlyGoroutines := sample()
	sleep(ctx, *soak/4)
	middle, _ := sample()
	sleep(ctx, *soak/4)
	late, lateGoroutines := sample()
	running.Wait()

	t.Logf("%s: %d walks, %d releases yielded, %d images traced, %d releases added or deleted, %d requests struck",
		*soak, walks.Load(), yielded.Load(), traces.Load(), changes.Load(), struck.Load())
	t.Logf("walks that ended with an error: %d %v", brokenWalks.total(), brokenWalks.by)
	t.Logf("images that ended with an error: %d %v", brokenTraces.total(), brokenTraces.by)
	t.Logf("heap in use after a quarter, a half and three quarters: %.1f, %.1f, %.1f MiB; goroutines %d, then %d",
		mib(early), mib(middle), mib(late), earlyGoroutines, lateGoroutines)
	assert.Greater(t, walks.Load(), 2*brokenWalks.total(), "most walks end well")
	assert.Greater(t, traces.Load(), 2*brokenTraces.total(), "most images are traced")
	assert.Positive(t, struck.Load())
	assert.Less(t, mib(late), 2*mib(early)+32, "the heap grows")
	assert.Less(t, lateGoroutines, 2*earlyGoroutines+100, "goroutines grow")

	// What is there at the end, without faults.
	srv.ClearFaults()
	var left int
	for _, err := range client.Delivery.All(t.Context(), delivery.ListOptions{}) {
		require.NoError(t, err)
		left++
	}
	assert.GreaterOrEqual(t, left, stay)
}

// strikeAtRandom injects a fault into a sixth of all requests, and into a few of
// them one that retries cannot overcome. It returns their count.
func strikeAtRandom(srv *zadigtest.Server, seed uint64) *atomic.Int64 {
	var (
		mu     sync.Mutex
		rng    = rand.New(rand.NewPCG(seed, 2))
		struck = new(atomic.Int64)
	)
	inject := func(chance float64, faults ...zadigtest.Fault) {
		for _, f := range faults {
			srv.Inject(f.When(func(*http.Request) bool {
				mu.Lock()
				defer mu.Unlock()
				hit := rng.Float64() < chance
				if hit {
					struck.Add(1)
				}
				return hit
			}))
		}
	}
	transient := []zadigtest.Fault{
		zadigtest.Status(502, ""), zadigtest.Status(503, ""), zadigtest.RateLimited(0), zadigtest.HTML(504),
		zadigtest.Reset(), zadigtest.HangUp(), zadigtest.SlowBody(20_000, time.Millisecond), zadigtest.Delay(5 * time.Millisecond),
	}
	for range 8 {
		transient = append(transient, zadigtest.CutAfter(rng.IntN(400)), zadigtest.CutAfter(rng.IntN(40_000)))
	}
	inject(1.0/6/float64(len(transient)), transient...)
	inject(0.0005, zadigtest.Status(500, ""), zadigtest.Garbage())
	return struck
}

// endings counts errors by the sentinel that they match.
type endings struct {
	mu sync.Mutex
	by map[string]int64
}

// add fails the test unless an error matches exactly one sentinel, or there was
// no response.
func (e *endings) add(t *testing.T, err error) {
	name := cmp.Or(clienttest.Sentinel(err), "no response")
	if strings.Contains(name, " and ") {
		t.Errorf("%q of one error: %v", name, err)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.by == nil {
		e.by = make(map[string]int64)
	}
	e.by[name]++
}

func (e *endings) total() (n int64) {
	for _, of := range e.by {
		n += of
	}
	return n
}

func mib(n uint64) float64 { return float64(n) / (1 << 20) }

func sleep(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}
