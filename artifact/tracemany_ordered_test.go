package artifact_test

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig/artifact"
)

func TestTraceManyOrdered(t *testing.T) {
	t.Parallel()
	for name, concurrency := range map[string]int{"default": 0, "one": 1, "three": 3, "more than images": 100} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				all := images(40)
				d := &tracer{takes: map[string]time.Duration{}}
				for i, image := range all { // the later, the faster
					d.takes[image] = time.Duration(len(all)-i) * time.Second
				}
				var order []string
				o := artifact.TraceManyOptions{Concurrency: concurrency}
				for image, result := range d.service().TraceMany(t.Context(), slices.Concat(all, all[:7]), o) {
					require.NoError(t, result.Err)
					assert.Equal(t, image, result.Artifact.Image)
					order = append(order, image)
				}
				assert.Equal(t, all, order)
			})
		})
	}
}

// While the first image is missing, the others are traced ahead, but not all
// of them: what is kept is bounded, whatever the number of images.
func TestTraceManyOrderedIsBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		all := images(500)
		d := &tracer{takes: map[string]time.Duration{all[0]: time.Hour}}
		first := true
		for image := range d.service().TraceMany(t.Context(), all, artifact.TraceManyOptions{Concurrency: 2}) {
			if first {
				assert.Equal(t, all[0], image)
				assert.Len(t, d.requests(), 4, "two for each worker")
				first = false
			}
		}
		assert.Len(t, d.requests(), len(all))
	})
}

func TestTraceManyOrderedLeftAndEnded(t *testing.T) {
	t.Parallel()
	t.Run("left", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			d := &tracer{lingers: time.Second}
			for range d.service().TraceMany(t.Context(), images(100), artifact.TraceManyOptions{}) {
				break
			}
			assert.Zero(t, d.running.Load(), "all workers have ended")
			assert.Less(t, len(d.requests()), 100)
		})
	})
	t.Run("ended", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 1500*time.Millisecond)
			defer cancel()
			var order []string
			failed := 0
			for image, result := range (&tracer{}).service().TraceMany(ctx, images(100), artifact.TraceManyOptions{Concurrency: 4}) {
				order = append(order, image)
				if result.Err != nil {
					require.ErrorIs(t, result.Err, context.DeadlineExceeded)
					failed++
				}
			}
			assert.Equal(t, images(100), order, "each image has its result")
			assert.Equal(t, 96, failed)
		})
	})
}
