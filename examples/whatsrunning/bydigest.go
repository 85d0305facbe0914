package main

import (
	"cmp"
	"context"
	"strings"
	"sync"

	"github.com/zadig-go/zadig/artifact"
)

// digestOf is what runs, as a name with a digest, or "" if there is none: a node
// that has loaded an image knows only the image's own id.
func (u *use) digestOf() string {
	for _, image := range []string{u.ImageID, u.Image} {
		if _, name, ok := strings.Cut(image, "://"); ok {
			image = name
		}
		if ref, err := artifact.ParseImage(image); err == nil && ref.Digest != "" {
			return image
		}
	}
	return ""
}

// findByDigest asks for images whose names are not known to Zadig: those that
// are pinned by digest, or pulled through a mirror.
func (t *tracer) findByDigest(ctx context.Context, images []string) error {
	const usual = 8
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	type finding struct {
		image  string
		result artifact.Result
	}
	var (
		next     = make(chan string)
		findings = make(chan finding)
		workers  sync.WaitGroup
	)
	go func() {
		defer close(next)
		for _, image := range images {
			select {
			case next <- image:
			case <-ctx.Done():
				return
			}
		}
	}()
	for range min(len(images), cmp.Or(t.concurrency, usual)) {
		workers.Go(func() {
			for image := range next {
				found, err := t.artifacts.Trace(ctx, image)
				findings <- finding{image, artifact.Result{Artifact: found, Err: err}}
			}
		})
	}
	go func() {
		workers.Wait()
		close(findings)
	}()
	var failed error
	for f := range findings {
		if failed == nil {
			if failed = t.note(f.image, f.result); failed != nil {
				cancel()
			}
		}
	}
	return cmp.Or(failed, ctx.Err())
}
