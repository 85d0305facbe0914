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
	// Concurrency is how many images are traced at the same time; 0 means 8.
	Concurrency int
	// OneRequest traces each image with the option [OneRequest].
	OneRequest bool
	// ImageIDs maps an image to the imageID in its pod's status, for the option [ImageID].
	ImageIDs map[string]string
}

// options returns the options for one image.
func (o TraceManyOptions) options(image string) []TraceOption {
	opts := []TraceOption{ImageID(o.ImageIDs[image])}
	if o.OneRequest {
		opts = append(opts, OneRequest())
	}
	return opts
}

// Result is the outcome of tracing one image: an artifact or an error.
type Result struct {
	Artifact *Artifact
	Err      error
}

// TraceMany traces images concurrently, each as [Service.Trace] does. It yields every
// distinct image with its result, in the order of images. It traces at most 2 ×
// Concurrency images ahead of the loop.
//
// An error for one image does not stop the others. After ctx ends, the error of each
// remaining image wraps ctx.Err() and context.Cause(ctx). No request is still running
// when the loop ends. If the Doer panics, the panic is raised in the goroutine that runs
// the loop.
//
// For a negative Concurrency or a nil ctx, TraceMany yields a single result:
// zadig.ErrBadRequest, for the image "".
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
		type traced struct {
			image  string
			result Result
		}
		workers := cmp.Or(o.Concurrency, defaultConcurrency)
		for t := range ordered.Map(ctx, workers, slices.Values(pending), func(ctx context.Context, image string) traced {
			if err := response.Ended(ctx); err != nil {
				return traced{image, Result{Err: err}}
			}
			a, err := s.Trace(ctx, image, o.options(image)...)
			return traced{image, Result{a, err}}
		}) {
			if !yield(t.image, t.result) {
				return
			}
		}
	}
}

// defaultConcurrency is modest because Zadig opens a connection for each permission
// check.
const defaultConcurrency = 8
