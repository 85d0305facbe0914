package artifact

import (
	"cmp"
	"context"
	"iter"
	"slices"

	"github.com/zadig-go/zadig/internal/errdef"
	"github.com/zadig-go/zadig/internal/ordered"
	"github.com/zadig-go/zadig/internal/response"
)

// TraceManyOptions are the options of [Service.TraceMany].
type TraceManyOptions struct {
	// Concurrency is how many images are traced at the same time. 0: 8.
	Concurrency int
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
// its result, in order. At most 2 × Concurrency results wait for an earlier one. An error of one image does not stop the others. When ctx ends, each
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
		trace := s.Trace
		if o.Full {
			trace = s.GetByImage
		}
		for t := range ordered.Map(ctx, cmp.Or(o.Concurrency, defaultConcurrency), slices.Values(pending), func(ctx context.Context, image string) traced {
			t := traced{image: image}
			if t.result.Err = response.Ended(ctx); t.result.Err == nil {
				t.result.Artifact, t.result.Err = trace(ctx, image)
			}
			return t
		}) {
			if !yield(t.image, t.result) {
				return
			}
		}
	}
}

const defaultConcurrency = 8

// traced is one image with its result.
type traced struct {
	image  string
	result Result
}
