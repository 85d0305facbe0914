package artifact

import (
	"context"
	"iter"
	"sync"
	"sync/atomic"

	"github.com/zadig-go/zadig/internal/errdef"
	"github.com/zadig-go/zadig/internal/response"
)

// TraceManyOptions goes with [Service.TraceMany].
type TraceManyOptions struct {
	// Concurrency is how many images are traced at the same time. 0: 8.
	Concurrency int
}

const defaultConcurrency = 8

// Result is what tracing one image came to: an artifact or an error.
type Result struct {
	Artifact *Artifact
	Err      error
}

// TraceMany traces images with several workers and yields one result for each
// distinct image, in the order in which they come. An error of one image does
// not stop the others; when ctx ends, the images that are left yield its
// error and its cause. All workers have ended when the loop has, however it
// ends. A panic of the Doer comes to the goroutine that ranges.
//
// A negative Concurrency yields one zadig.ErrBadRequest, for the image "".
func (s *Service) TraceMany(ctx context.Context, images []string, o TraceManyOptions) iter.Seq2[string, Result] {
	pending := distinct(images)
	return func(yield func(string, Result) bool) {
		if o.Concurrency < 0 {
			yield("", Result{Err: errdef.BadArgument("artifact.TraceMany", "Concurrency", "%d is negative", o.Concurrency)})
			return
		}
		if ctx == nil {
			yield("", Result{Err: errdef.BadArgument("artifact.TraceMany", "ctx", "it is nil")})
			return
		}
		workers := o.Concurrency
		if workers == 0 {
			workers = defaultConcurrency
		}
		type traced struct {
			image    string
			result   Result
			panicked any
		}
		var (
			next     atomic.Int64
			left     atomic.Bool // the loop was left
			results  = make(chan traced)
			running  sync.WaitGroup
			ctx, end = context.WithCancel(ctx)
		)
		for range min(workers, len(pending)) {
			running.Go(func() {
				defer func() { // a panic of the user's transport belongs to the user's goroutine
					if p := recover(); p != nil {
						results <- traced{panicked: p}
					}
				}()
				for !left.Load() {
					i := int(next.Add(1)) - 1
					if i >= len(pending) {
						return
					}
					var result Result
					if result.Err = response.Ended(ctx); result.Err == nil {
						result.Artifact, result.Err = s.Trace(ctx, pending[i])
					}
					results <- traced{image: pending[i], result: result}
				}
			})
		}
		go func() {
			running.Wait()
			close(results)
		}()
		defer func() {
			left.Store(true)
			end()
			for range results { // until the last worker has ended
				continue
			}
		}()
		for t := range results {
			if t.panicked != nil {
				panic(t.panicked)
			}
			if !yield(t.image, t.result) {
				return
			}
		}
	}
}
