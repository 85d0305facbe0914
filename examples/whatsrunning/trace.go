package main

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"slices"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/artifact"
	"github.com/zadig-go/zadig/examples/internal/cli"
)

// origin is a running image with where it comes from.
type origin struct {
	*use

	status   string
	artifact *artifact.Artifact // nil if it is not known
	err      error              // with failed
}

// The values of STATUS, in the order of the output.
var statuses = []string{drifted, built, unverified, pending, failed, unknown}

const (
	drifted    = "drifted"
	built      = "built"
	unverified = "unverified"
	pending    = "pending"
	failed     = "failed"
	unknown    = "unknown"
)

// tracer asks Zadig for images.
type tracer struct {
	artifacts   *artifact.Service
	mirrors     mirrors
	concurrency int
	progress    *cli.Progress

	results  map[string]artifact.Result // by the name, or name with digest, that was asked for
	failures int                        // in succession
}

// trace asks for all images. The error is one that would be the same for each
// of them; others are in the origins.
func (t *tracer) trace(ctx context.Context, running []*use) ([]*origin, error) {
	t.results = make(map[string]artifact.Result)
	names := make(map[*use][]string)
	for _, u := range running {
		names[u] = t.mirrors.names(u.Image)
	}
	for round := 0; ; round++ {
		var images []string
		for _, u := range running {
			if len(names[u]) > round && errors.Is(t.found(names[u][:round]).Err, zadig.ErrNotFound) {
				images = append(images, names[u][round])
			}
		}
		if len(images) == 0 {
			break
		}
		if err := t.ask(ctx, images); err != nil {
			return nil, err
		}
	}
	byDigest := make(map[string]bool)
	for _, u := range running {
		if image := u.digestOf(); image != "" && errors.Is(t.found(names[u]).Err, zadig.ErrNotFound) {
			byDigest[image] = true
			names[u] = append(names[u], image)
		}
	}
	if err := t.findByDigest(ctx, slices.Sorted(maps.Keys(byDigest))); err != nil {
		return nil, err
	}
	var origins []*origin
	for _, u := range running {
		origins = append(origins, newOrigin(u, t.found(names[u])))
	}
	slices.SortStableFunc(origins, func(a, b *origin) int {
		return slices.Index(statuses, a.status) - slices.Index(statuses, b.status)
	})
	return origins, nil
}

// found is the first result of these names that is not "not found".
func (t *tracer) found(names []string) artifact.Result {
	for _, name := range names {
		if result, asked := t.results[name]; asked && !errors.Is(result.Err, zadig.ErrNotFound) {
			return result
		}
	}
	return artifact.Result{Err: zadig.ErrNotFound}
}

func newOrigin(u *use, result artifact.Result) *origin {
	o := &origin{use: u, artifact: result.Artifact}
	switch {
	case errors.Is(result.Err, zadig.ErrNotFound):
		o.status = unknown
	case result.Err != nil:
		o.status, o.err = failed, result.Err
	case u.Pods > 0 && u.ImageID == "":
		o.status = pending
	case result.Artifact.CompareDigest(u.ImageID) == artifact.DigestDrifted:
		o.status = drifted
	case result.Artifact.CompareDigest(u.ImageID) == artifact.DigestSame:
		o.status = built
	default:
		o.status = unverified
	}
	return o
}

// hopeless is after how many failures in succession the rest is not tried.
const hopeless = 5

func (t *tracer) ask(ctx context.Context, images []string) error {
	for image, result := range t.artifacts.TraceMany(ctx, images, artifact.TraceManyOptions{Concurrency: t.concurrency}) {
		if err := t.note(image, result); err != nil {
			return err
		}
	}
	return nil
}

// note keeps a result. The error is one after which the rest is not tried.
func (t *tracer) note(image string, result artifact.Result) error {
	t.results[image] = result
	t.progress.Show("%d images traced", len(t.results))
	if result.Err == nil || errors.Is(result.Err, zadig.ErrNotFound) {
		t.failures = 0
		return nil
	}
	if t.failures++; t.failures == hopeless || concernsAll(result.Err) {
		return result.Err
	}
	return nil
}

// concernsAll reports whether an error has nothing to do with the image: no
// server, no permission, a response that is not Zadig's.
func concernsAll(err error) bool {
	response, ok := errors.AsType[*zadig.Error](err)
	return !ok || response.StatusCode < http.StatusInternalServerError || errors.Is(err, zadig.ErrForbidden)
}
