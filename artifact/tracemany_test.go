package artifact_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/artifact"
)

// tracer is a Doer that responds after a second, or as long as takes says.
type tracer struct {
	takes map[string]time.Duration
	fails map[string]func() error

	mu            sync.Mutex
	asked         []string
	running, most int
}

func (d *tracer) Do(req *http.Request) (*http.Response, error) {
	image := req.URL.Query().Get("image")
	d.begin(image)
	defer d.end()
	takes, known := d.takes[image]
	if !known {
		takes = time.Second
	}
	select {
	case <-req.Context().Done():
		return nil, req.Context().Err()
	case <-time.After(takes):
	}
	if fail := d.fails[image]; fail != nil {
		return nil, fail()
	}
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader(fmt.Sprintf(`{"image":%q}`, image)))}, nil
}

func (d *tracer) begin(image string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.running++
	d.most = max(d.most, d.running)
	d.asked = append(d.asked, image)
}

func (d *tracer) end() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.running--
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

// collect ranges to the end and returns the images in the order of their results.
func collect(t *testing.T, results func(func(string, artifact.Result) bool)) (order []string, collected map[string]artifact.Result) {
	t.Helper()
	collected = map[string]artifact.Result{}
	for image, result := range results {
		assert.NotContains(t, collected, image, "one result for each image")
		assert.NotEqual(t, result.Artifact == nil, result.Err == nil, "an artifact or an error")
		order, collected[image] = append(order, image), result
	}
	return order, collected
}

func TestTraceManyOrder(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		concurrency, images, most int
		seconds                   time.Duration
	}{
		"default":          {0, 20, 8, 20},
		"one":              {1, 5, 1, 1 + 2 + 3 + 4 + 5},
		"three":            {3, 7, 3, 7 + 4 + 1},
		"more than images": {5000, 5, 5, 5},
		"no images":        {8, 0, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				all := images(test.images)
				d := &tracer{takes: map[string]time.Duration{}}
				for i, image := range all { // the later, the faster
					d.takes[image] = time.Duration(len(all)-i) * time.Second
				}
				start := time.Now()
				o := artifact.TraceManyOptions{Concurrency: test.concurrency, OneRequest: true}
				order, results := collect(t, d.service().TraceMany(t.Context(), slices.Concat(all, all[:test.images/2]), o))
				if test.concurrency > 0 {
					assert.LessOrEqual(t, time.Since(start), test.seconds*time.Second)
				}
				assert.Equal(t, all, append([]string{}, order...))
				assert.Equal(t, test.most, d.most, "at the same time")
				for image, result := range results {
					require.NoError(t, result.Err)
					assert.Equal(t, image, result.Artifact.Image)
				}
			})
		})
	}
}

func TestTraceManyContinuesAfterErrors(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		down := errors.New("no route to host")
		fail := func() error { return down }
		d := &tracer{fails: map[string]func() error{"app:001": fail, "app:004": fail}}
		all := append(images(6), "")
		order, results := collect(t, d.service().TraceMany(t.Context(), all, artifact.TraceManyOptions{OneRequest: true}))
		assert.Equal(t, all, order)
		for image, result := range results {
			switch {
			case image == "":
				require.ErrorIs(t, result.Err, zadig.ErrBadRequest)
			case d.fails[image] != nil:
				require.ErrorIs(t, result.Err, down)
			default:
				require.NoError(t, result.Err)
			}
		}
		assert.Len(t, d.asked, 6, "an empty image is not sent")
	})
}

func TestTraceManyWhoseContextEnds(t *testing.T) {
	t.Parallel()
	for _, done := range []int{0, 1, 20} {
		t.Run(fmt.Sprint(done), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				cause := errors.New("the deployment was rolled back")
				ctx, cancel := context.WithCancelCause(t.Context())
				defer cancel(nil)
				if done == 0 {
					cancel(cause)
				}
				d := &tracer{}
				var order []string
				good := 0
				for image, result := range d.service().TraceMany(ctx, images(40), artifact.TraceManyOptions{}) {
					order = append(order, image)
					if result.Err == nil {
						good++
					} else if len(order) > done+2*8 {
						require.ErrorIs(t, result.Err, cause)
					}
					if len(order) == done {
						cancel(cause)
					}
				}
				assert.Equal(t, images(40), order, "one result for each image")
				assert.LessOrEqual(t, len(d.asked), done+2*8)
				assert.LessOrEqual(t, good, done+2*8)
			})
		})
	}
}

// A panic or an exit in a Doer ends the goroutine that ranges, as it does in Trace.
func TestTraceManyWhoseDoerEnds(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		end  func() error
		want any
	}{
		"panic":  {func() error { panic("boom") }, "boom"},
		"Goexit": {func() error { runtime.Goexit(); return nil }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				d := &tracer{fails: map[string]func() error{"app:003": test.end}}
				var order []string
				var panicked any
				returned := false
				var ranging sync.WaitGroup
				ranging.Go(func() {
					defer func() { panicked = recover() }()
					for image := range d.service().TraceMany(t.Context(), images(40), artifact.TraceManyOptions{OneRequest: true}) {
						order = append(order, image)
					}
					returned = true
				})
				ranging.Wait()
				assert.Equal(t, test.want, panicked)
				assert.False(t, returned)
				assert.Equal(t, images(3), order)
				assert.Zero(t, d.running, "requests that are still running")
			})
		})
	}
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
			_, results := collect(t, d.service().TraceMany(test.ctx, images(3), test.options))
			require.Len(t, results, 1)
			require.ErrorIs(t, results[""].Err, zadig.ErrBadRequest)
			assert.ErrorContains(t, results[""].Err, test.names)
			assert.Empty(t, d.asked)
		})
	}
}

// Each range sends new requests, for the images that were given.
func TestTraceManyCanBeRangedTwice(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &tracer{}
		given := images(4)
		results := d.service().TraceMany(t.Context(), given, artifact.TraceManyOptions{OneRequest: true})
		given[0] = "changed:1"
		for range results {
			break
		}
		d.asked = nil
		for range 2 {
			order, _ := collect(t, results)
			assert.Equal(t, images(4), order)
		}
		assert.Len(t, d.asked, 8)
	})
}
