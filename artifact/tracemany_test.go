package artifact_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/artifact"
	"github.com/zadig-go/zadig/internal/testkit/clienttest"
)

// images are n distinct images, in order.
func images(n int) []string {
	images := make([]string, n)
	for i := range images {
		images[i] = fmt.Sprintf("app:%03d", i)
	}
	return images
}

// tracer returns a service whose requests take a second each, and the number of requests
// sent.
func tracer(t *testing.T, respond func(image string) error) (*artifact.Service, *atomic.Int64) {
	t.Helper()
	client, mock := clienttest.NewMock(t)
	sent := new(atomic.Int64)
	mock.Get(documentedPath, func(req *http.Request) (*http.Response, error) {
		sent.Add(1)
		select {
		case <-time.After(time.Second):
		case <-req.Context().Done():
		}
		image := req.URL.Query().Get("image")
		if err := respond(image); err != nil {
			return nil, err
		}
		return clienttest.Respond(200, fmt.Sprintf(`{"image":%q}`, image))(req)
	})
	once, err := client.With(zadig.WithRetry(zadig.RetryPolicy{MaxAttempts: 1}))
	require.NoError(t, err)
	return once.Artifact, sent
}

func noError(string) error { return nil }

// Each distinct image has one result, in order, and an error does not stop the others.
func TestTraceMany(t *testing.T) {
	t.Parallel()
	for concurrency, seconds := range map[int]time.Duration{0: 3, 1: 20, 3: 7, 5000: 1} {
		synctest.Test(t, func(t *testing.T) {
			down := errors.New("no route to host")
			s, sent := tracer(t, func(image string) error {
				if image == "app:001" {
					return down
				}
				return nil
			})
			given, start := append(slices.Repeat(images(20), 2), ""), time.Now()
			var order []string
			for image, result := range s.TraceMany(t.Context(), given, artifact.TraceManyOptions{Concurrency: concurrency, OneRequest: true}) {
				order = append(order, image)
				switch image {
				case "":
					require.ErrorIs(t, result.Err, zadig.ErrBadRequest)
				case "app:001":
					require.ErrorIs(t, result.Err, down)
					assert.Nil(t, result.Artifact)
				default:
					require.NoError(t, result.Err)
					assert.Equal(t, image, result.Artifact.Image)
				}
			}
			assert.Equal(t, append(images(20), ""), order)
			assert.Equal(t, seconds*time.Second, time.Since(start), concurrency)
			assert.EqualValues(t, 20, sent.Load(), "an empty image is not sent")
		})
	}
}

// When the context ends, the result of each remaining image has its cause.
func TestTraceManyWhoseContextEnds(t *testing.T) {
	t.Parallel()
	for _, done := range []int{0, 1, 20} {
		synctest.Test(t, func(t *testing.T) {
			cause := errors.New("the deployment was rolled back")
			ctx, cancel := context.WithCancelCause(t.Context())
			defer cancel(nil)
			if done == 0 {
				cancel(cause)
			}
			s, sent := tracer(t, noError)
			var order []string
			for image, result := range s.TraceMany(ctx, images(40), artifact.TraceManyOptions{OneRequest: true}) {
				if order = append(order, image); len(order) > done+2*8 {
					require.ErrorIs(t, result.Err, cause)
				}
				if len(order) == done {
					cancel(cause)
				}
			}
			assert.Equal(t, images(40), order, "one result for each image")
			assert.LessOrEqual(t, sent.Load(), int64(done+2*8))
		})
	}
}

func TestTraceManyRefusesArguments(t *testing.T) {
	t.Parallel()
	var none context.Context
	for ctx, o := range map[context.Context]artifact.TraceManyOptions{t.Context(): {Concurrency: -1}, none: {}} {
		n := 0
		for image, result := range artifact.New(nil).TraceMany(ctx, images(3), o) {
			n++
			assert.Empty(t, image)
			require.ErrorIs(t, result.Err, zadig.ErrBadRequest)
			require.ErrorContains(t, result.Err, map[bool]string{true: "ctx", false: "Concurrency"}[ctx == nil])
		}
		assert.Equal(t, 1, n)
	}
}

// Each range sends new requests, for the images that were given.
func TestTraceManyCanBeRangedTwice(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, sent := tracer(t, noError)
		given := images(4)
		results := s.TraceMany(t.Context(), given, artifact.TraceManyOptions{OneRequest: true})
		given[0] = "changed:1"
		for range 2 {
			var order []string
			for image := range results {
				order = append(order, image)
			}
			assert.Equal(t, images(4), order)
		}
		assert.EqualValues(t, 8, sent.Load())
	})
}
