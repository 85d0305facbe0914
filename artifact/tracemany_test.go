package artifact_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/artifact"
	"github.com/zadig-go/zadig/zadigtest"
)

// tracer is a Doer that answers after as long as an image takes, a second if
// takes does not know it, and knows how many requests it is working on. In a
// synctest bubble the seconds cost nothing.
type tracer struct {
	takes map[string]time.Duration
	fails map[string]error
	// lingers is how long a request goes on after its context has ended.
	lingers time.Duration

	running, most atomic.Int64

	mu    sync.Mutex
	asked []string
}

func (d *tracer) Do(req *http.Request) (*http.Response, error) {
	running := d.running.Add(1)
	defer d.running.Add(-1)
	image := req.URL.Query().Get("image")
	d.mu.Lock()
	d.most.Store(max(d.most.Load(), running))
	d.asked = append(d.asked, image)
	d.mu.Unlock()
	takes, known := d.takes[image]
	if !known {
		takes = time.Second
	}
	select {
	case <-req.Context().Done():
		time.Sleep(d.lingers)
		return nil, req.Context().Err()
	case <-time.After(takes):
	}
	if err := d.fails[image]; err != nil {
		return nil, err
	}
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader(fmt.Sprintf(`{"image":%q}`, image)))}, nil
}

// requests are the images that were asked for, sorted.
func (d *tracer) requests() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Sorted(slices.Values(d.asked))
}

func (d *tracer) service() *artifact.Service { return artifact.New(d) }

// images are n distinct images, in order.
func images(n int) []string {
	images := make([]string, n)
	for i := range images {
		images[i] = fmt.Sprintf("app:%03d", i)
	}
	return images
}

// collect ranges to the end and fails on a second result for one image.
func collect(t *testing.T, results func(func(string, artifact.Result) bool)) map[string]artifact.Result {
	t.Helper()
	collected := map[string]artifact.Result{}
	for image, result := range results {
		assert.NotContains(t, collected, image, "one result for each image")
		assert.NotEqual(t, result.Artifact == nil, result.Err == nil, "an artifact or an error")
		collected[image] = result
	}
	return collected
}

func TestTraceManyTracesEachImageOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &tracer{}
		all := images(30)
		collected := collect(t, d.service().TraceMany(t.Context(), slices.Concat(all, all[:10], all), artifact.TraceManyOptions{}))
		assert.Equal(t, all, d.requests())
		assert.Equal(t, all, slices.Sorted(maps.Keys(collected)))
		for image, result := range collected {
			require.NoError(t, result.Err)
			assert.Equal(t, image, result.Artifact.Image)
		}
	})
}

func TestTraceManyConcurrency(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		concurrency, images, running int
		seconds                      time.Duration
	}{
		"default":           {0, 20, 8, 3},
		"one":               {1, 5, 1, 5},
		"three":             {3, 7, 3, 3},
		"more than images":  {math.MaxInt, 5, 5, 1},
		"as many as images": {5, 5, 5, 1},
		"no images":         {8, 0, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				d := &tracer{}
				start := time.Now()
				collected := collect(t, d.service().TraceMany(t.Context(), images(test.images), artifact.TraceManyOptions{Concurrency: test.concurrency}))
				assert.Len(t, collected, test.images)
				assert.EqualValues(t, test.running, d.most.Load(), "at the same time")
				assert.Equal(t, test.seconds*time.Second, time.Since(start), "each takes one")
			})
		})
	}
}

func TestTraceManyGoesOnBehindErrors(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		down := errors.New("no route to host")
		d := &tracer{fails: map[string]error{"app:001": down, "app:004": down}}
		collected := collect(t, d.service().TraceMany(t.Context(), append(images(6), ""), artifact.TraceManyOptions{Concurrency: 2}))
		require.Len(t, collected, 7)
		for image, result := range collected {
			switch {
			case image == "":
				require.ErrorIs(t, result.Err, zadig.ErrBadRequest)
				require.ErrorContains(t, result.Err, "image")
			case d.fails[image] != nil:
				require.ErrorIs(t, result.Err, down)
			default:
				require.NoError(t, result.Err)
			}
		}
		assert.Equal(t, images(6), d.requests(), "an empty image is not sent")
	})
}

// A slow loop holds the workers up: no more is traced ahead than twice as
// many as there are workers.
func TestTraceManyWaitsForTheLoop(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &tracer{}
		seen := 0
		for range d.service().TraceMany(t.Context(), images(20), artifact.TraceManyOptions{Concurrency: 3}) {
			time.Sleep(time.Minute)
			seen++
			assert.LessOrEqual(t, len(d.requests()), seen+2*3)
		}
		assert.Equal(t, 20, seen)
	})
}

// However a loop is left, all workers have ended when it is, although their
// requests take a second to notice.
func TestTraceManyLeft(t *testing.T) {
	t.Parallel()
	for name, leave := range map[string]func(results func(func(string, artifact.Result) bool)){
		"break": func(results func(func(string, artifact.Result) bool)) {
			for range results {
				break
			}
		},
		"return": func(results func(func(string, artifact.Result) bool)) {
			for range results {
				return
			}
		},
		"panic": func(results func(func(string, artifact.Result) bool)) {
			defer func() { _ = recover() }()
			for range results {
				panic("in the loop")
			}
		},
		"Goexit": func(results func(func(string, artifact.Result) bool)) {
			var done sync.WaitGroup
			done.Go(func() {
				for range results {
					runtime.Goexit()
				}
			})
			done.Wait()
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { // which fails if a goroutine stays behind
				d := &tracer{lingers: time.Second, takes: map[string]time.Duration{}}
				for _, image := range images(20)[1:] {
					d.takes[image] = time.Hour
				}
				start := time.Now()
				leave(d.service().TraceMany(t.Context(), images(20), artifact.TraceManyOptions{}))
				assert.Zero(t, d.running.Load(), "requests that are still running")
				assert.Equal(t, 2*time.Second, time.Since(start), "one for the first image, one to end")
				asked := d.requests()
				assert.Len(t, asked, 9, "eight at first, and one in place of the first image")
				time.Sleep(time.Hour)
				assert.Equal(t, asked, d.requests(), "nothing is asked afterwards")
			})
		})
	}
}

func TestTraceManyWhoseContextEnds(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		results int // until it ends
		asked   int // at most
	}{
		"before it begins": {0, 0},
		"at once":          {1, 1 + 2*8},
		"in the middle":    {20, 20 + 2*8},
		"at the end":       {40, 40},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				d := &tracer{lingers: time.Second}
				if test.results == 0 {
					cancel()
				}
				collected := map[string]artifact.Result{}
				good := 0
				for image, result := range d.service().TraceMany(ctx, images(40), artifact.TraceManyOptions{}) {
					assert.NotContains(t, collected, image)
					collected[image] = result
					if result.Err == nil {
						good++
					} else {
						require.ErrorIs(t, result.Err, context.Canceled)
					}
					if len(collected) == test.results {
						cancel()
					}
				}
				assert.Equal(t, images(40), slices.Sorted(maps.Keys(collected)), "one result for each image")
				assert.GreaterOrEqual(t, good, test.results)
				assert.LessOrEqual(t, good, test.results+2*8)
				assert.LessOrEqual(t, len(d.requests()), test.asked, "nothing is asked when the context has ended")
				assert.Zero(t, d.running.Load())
			})
		})
	}
}

// Who cancels with a cause finds it in every result, also in those of images
// that were not asked for any more.
func TestTraceManyTellsTheCause(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		cause := errors.New("the deployment was rolled back")
		ctx, cancel := context.WithCancelCause(t.Context())
		defer cancel(nil)
		told := 0
		for _, result := range (&tracer{}).service().TraceMany(ctx, images(40), artifact.TraceManyOptions{Concurrency: 1}) {
			if ctx.Err() != nil {
				require.ErrorIs(t, result.Err, context.Canceled)
				if errors.Is(result.Err, cause) {
					told++
				}
			}
			cancel(cause)
		}
		assert.GreaterOrEqual(t, told, 38, "all but the first, and the one under way, whose error is the Doer's")
	})
}

// A panic of the Doer comes to the goroutine that ranges, which may recover,
// as it does from Trace.
func TestTraceManyPassesAPanicOn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ready := &tracer{}
		s := artifact.New(doer(func(req *http.Request) (*http.Response, error) {
			if req.URL.Query().Get("image") == "app:003" {
				panic("boom")
			}
			return ready.Do(req)
		}))
		assert.PanicsWithValue(t, "boom", func() {
			for _, result := range s.TraceMany(t.Context(), images(40), artifact.TraceManyOptions{}) {
				assert.NoError(t, result.Err)
			}
		})
		assert.Zero(t, ready.running.Load(), "nothing goes on behind it")
	})
}

func TestTraceManyRefusesArguments(t *testing.T) {
	t.Parallel()
	var none context.Context
	for name, test := range map[string]struct {
		ctx     context.Context
		options artifact.TraceManyOptions
		names   string
	}{
		"negative concurrency": {t.Context(), artifact.TraceManyOptions{Concurrency: -1}, "Concurrency"},
		"nil context":          {none, artifact.TraceManyOptions{}, "ctx"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := &tracer{}
			collected := collect(t, d.service().TraceMany(test.ctx, images(3), test.options))
			require.Len(t, collected, 1)
			require.ErrorIs(t, collected[""].Err, zadig.ErrBadRequest)
			assert.ErrorContains(t, collected[""].Err, test.names)
			assert.Empty(t, d.requests())
		})
	}
}

// Each range sends new requests, for the images that were given.
func TestTraceManyCanBeRangedTwice(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &tracer{}
		given := images(4)
		results := d.service().TraceMany(t.Context(), given, artifact.TraceManyOptions{Concurrency: 2})
		given[0] = "changed:1"
		for range results {
			break
		}
		d.asked = nil
		for range 2 {
			assert.Len(t, collect(t, results), 4)
		}
		want := slices.Concat(images(4), images(4))
		slices.Sort(want)
		assert.Equal(t, want, d.requests())
	})
}

// With real connections, for the race detector.
func TestTraceManyOverHTTP(t *testing.T) {
	t.Parallel()
	data := zadigtest.Generate(3, 100)
	srv := zadigtest.NewServer(t, zadigtest.WithData(data))
	var images []string
	for _, a := range data.Artifacts {
		if a.Image != "" {
			images = append(images, a.Image)
		}
	}
	images = append(images, "not.built/here:1")
	found := 0
	for image, result := range srv.Client().Artifact.TraceMany(t.Context(), images, artifact.TraceManyOptions{Concurrency: 16}) {
		if image == "not.built/here:1" {
			require.ErrorIs(t, result.Err, zadig.ErrNotFound)
			continue
		}
		require.NoError(t, result.Err)
		assert.Equal(t, image, result.Artifact.Image)
		found++
	}
	distinct := slices.Compact(slices.Sorted(slices.Values(images)))
	assert.Equal(t, len(distinct)-1, found)
	srv.ExpectRequests(t, zadigtest.TraceArtifact, len(distinct))
}
