package artifact

import (
	"cmp"
	"context"
	"iter"
	"sync"
	"sync/atomic"

	"github.com/zadig-go/zadig/internal/errdef"
	"github.com/zadig-go/zadig/internal/response"
)

// TraceManyOptions are the options of [Service.TraceMany].
type TraceManyOptions struct {
	// Concurrency is how many images are traced at the same time. 0: 8.
	Concurrency int
	// Ordered yields the results in the order of the images, not in that of
	// the responses. At most 4 × Concurrency results wait for an earlier one.
	Ordered bool
	// Full reads each image by [Service.GetByImage] in place of
	// [Service.Trace]: twice the requests, for all pull requests and ids.
	Full bool
}

// Result is the outcome of tracing one image: an artifact, or else an error.
type Result struct {
	Artifact *Artifact
	Err      error
}

// TraceMany traces images with several workers and yields each distinct image with
// its result. An error of one image does not stop the others. When ctx ends, each
// image that is left yields its error and its cause. When the loop ends, all
// workers have ended. A panic of the Doer is raised in the goroutine that ranges.
//
// A negative Concurrency or a nil ctx yields one zadig.ErrBadRequest, for the
// image "".
func (s *Service) TraceMany(ctx context.Context, images []string, o TraceManyOptions) iter.Seq2[string, Result] {
	pending := distinct(images)
	return func(yield func(string, Result) bool) {
		if o.Concurrency < 0 {
			yield("", Result{Err: errdef.BadArgument("artifact.TraceMany", "Concurrency", "must not be negative (got %d)", o.Concurrency)})
			return
		}
		if ctx == nil {
			yield("", Result{Err: errdef.BadArgument("artifact.TraceMany", "ctx", "must not be nil")})
			return
		}
		ctx, end := context.WithCancel(ctx)
		workers := min(cmp.Or(o.Concurrency, defaultConcurrency), len(pending))
		many := tracing{
			images:  pending,
			trace:   s.Trace,
			ahead:   make(chan struct{}, aheadFactor*workers),
			results: make(chan traced),
			left:    make(chan struct{}),
		}
		if o.Full {
			many.trace = s.GetByImage
		}
		many.start(ctx, workers)
		defer func() {
			close(many.left)
			end()
			for range many.results { // until the last worker has ended
				continue
			}
		}()
		many.deliver(o.Ordered, yield)
	}
}

const (
	defaultConcurrency = 8
	aheadFactor        = 4
)

// tracing is one loop over TraceMany.
type tracing struct {
	images  []string
	trace   func(context.Context, string) (*Artifact, error)
	next    atomic.Int64  // index of the image that a worker takes next
	ahead   chan struct{} // holds one for each image that was taken and not yielded
	results chan traced
	left    chan struct{} // closed when the loop was left
}

// traced is the result of one image, or a panic.
type traced struct {
	n        int
	result   Result
	panicked any
}

// start starts the workers. results is closed when all have ended.
func (t *tracing) start(ctx context.Context, workers int) {
	var running sync.WaitGroup
	for range workers {
		running.Go(func() { t.work(ctx) })
	}
	go func() {
		running.Wait()
		close(t.results)
	}()
}

func (t *tracing) work(ctx context.Context) {
	defer func() { // a panic of the user's transport belongs to the user's goroutine
		if p := recover(); p != nil {
			t.results <- traced{panicked: p}
		}
	}()
	for {
		select {
		case <-t.left:
			return
		case t.ahead <- struct{}{}:
		}
		n := int(t.next.Add(1)) - 1
		if n >= len(t.images) {
			return
		}
		var result Result
		if result.Err = response.Ended(ctx); result.Err == nil {
			result.Artifact, result.Err = t.trace(ctx, t.images[n])
		}
		t.results <- traced{n: n, result: result}
	}
}

// deliver yields the results until there are no more or the loop is left.
func (t *tracing) deliver(ordered bool, yield func(string, Result) bool) {
	waiting := map[int]Result{}
	yielding := 0 // index of the image
	for one := range t.results {
		if one.panicked != nil {
			panic(one.panicked)
		}
		if !ordered {
			yielding = one.n
		}
		waiting[one.n] = one.result
		for result, ok := waiting[yielding]; ok; result, ok = waiting[yielding] {
			delete(waiting, yielding)
			<-t.ahead
			if !yield(t.images[yielding], result) {
				return
			}
			yielding++
		}
	}
}
