package faults_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/artifact"
	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/zadigtest"
)

var soak = flag.Duration("soak", 4*time.Second, "how long TestSoak runs")

// Walks and traces while releases come and go and faults strike at random: a
// walk that ends well has yielded every release that was there throughout,
// none twice; one that ends with an error has said so; and neither memory nor
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
	client := srv.Client(
		zadig.WithTimeout(2*time.Second),
		zadig.WithRetry(zadig.RetryPolicy{MaxAttempts: 5, MinWait: time.Millisecond, MaxWait: 10 * time.Millisecond}),
	)
	var stays []string
	for _, r := range data.Releases {
		stays = append(stays, r.VersionInfo.ID)
	}
	var images []string
	for _, a := range data.Artifacts {
		images = append(images, a.Image)
	}

	var walks, brokenWalks, yielded, traces, brokenTraces, changes, struck atomic.Int64
	ctx, cancel := context.WithTimeout(t.Context(), *soak)
	defer cancel()
	var running sync.WaitGroup
	for range walkers {
		running.Go(func() {
			for n := 0; ctx.Err() == nil; n++ {
				seen := make(map[string]int)
				var failed error
				for r, err := range client.Delivery.All(ctx, delivery.ListOptions{PerPage: 10 + 7*(n%5), SkipManifests: n%2 == 0}) {
					if err != nil {
						failed = err
						continue
					}
					yielded.Add(1)
					if seen[r.VersionInfo.ID]++; seen[r.VersionInfo.ID] > 1 {
						t.Errorf("release %s twice", r.VersionInfo.ID)
					}
				}
				if ctx.Err() != nil {
					return
				}
				walks.Add(1)
				if failed != nil {
					brokenWalks.Add(1)
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
				for image, result := range client.Artifact.TraceMany(ctx, some, artifact.TraceManyOptions{Concurrency: 1 + n%4}) {
					switch {
					case ctx.Err() != nil:
					case errors.Is(result.Err, zadig.ErrNotFound):
						t.Errorf("%s is not found", image)
					case result.Err != nil:
						brokenTraces.Add(1)
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
	running.Go(func() { // what goes wrong
		rng := rand.New(rand.NewPCG(seed, 2))
		for sleep(ctx, time.Duration(rng.IntN(8))*time.Millisecond) {
			struck.Add(1)
			kinds := []zadigtest.Fault{
				zadigtest.Status(502, ""), zadigtest.Status(503, ""), zadigtest.RateLimited(0), zadigtest.HTML(504),
				zadigtest.Reset(), zadigtest.HangUp(), zadigtest.CutAfter(rng.IntN(40_000)), zadigtest.CutAfter(rng.IntN(400)),
				zadigtest.SlowBody(20_000, time.Millisecond), zadigtest.Delay(5 * time.Millisecond), zadigtest.Status(500, ""), zadigtest.Garbage(),
			}
			if rng.IntN(200) == 0 {
				srv.Down()
				sleep(ctx, 10*time.Millisecond)
				srv.Up()
				continue
			}
			srv.Inject(kinds[rng.IntN(len(kinds))].Times(1))
		}
		srv.ClearFaults()
	})

	sample := func() (heap uint64, goroutines int) {
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

	t.Logf("%s: %d walks (%d ended with an error), %d releases yielded, %d images traced (%d errors), %d releases added or deleted, %d faults",
		*soak, walks.Load(), brokenWalks.Load(), yielded.Load(), traces.Load(), brokenTraces.Load(), changes.Load(), struck.Load())
	t.Logf("heap in use after a quarter, a half and three quarters: %.1f, %.1f, %.1f MiB; goroutines %d, then %d",
		mib(early), mib(middle), mib(late), earlyGoroutines, lateGoroutines)
	assert.Positive(t, walks.Load()-brokenWalks.Load(), "no walk ended well")
	assert.Positive(t, traces.Load()-brokenTraces.Load(), "nothing was traced")
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

func mib(n uint64) float64 { return float64(n) / (1 << 20) }

func sleep(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}
