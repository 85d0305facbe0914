package main

import (
	"context"
	"errors"
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

// trace asks Zadig for all images. The error is one that would be the same
// for each of them; others are in the origins.
func trace(ctx context.Context, zadigArtifacts *artifact.Service, running []*use, progress *cli.Progress) ([]*origin, error) {
	var images []string
	for _, u := range running {
		images = append(images, u.Image)
	}
	results, err := traceAll(ctx, zadigArtifacts, images, progress)
	if err != nil {
		return nil, err
	}
	// A pod may name tag and digest, where Zadig has stored the tag alone.
	tagOnly := make(map[string]string)
	for _, image := range images {
		ref, err := artifact.ParseImage(image)
		if err == nil && ref.Tag != "" && ref.Digest != "" && errors.Is(results[image].Err, zadig.ErrNotFound) {
			ref.Digest = ""
			tagOnly[image] = ref.String()
		}
	}
	var again []string
	for _, image := range tagOnly {
		again = append(again, image)
	}
	more, err := traceAll(ctx, zadigArtifacts, again, progress)
	if err != nil {
		return nil, err
	}
	var origins []*origin
	for _, u := range running {
		result := results[u.Image]
		if image, ok := tagOnly[u.Image]; ok {
			result = more[image]
		}
		origins = append(origins, newOrigin(u, result))
	}
	slices.SortStableFunc(origins, func(a, b *origin) int {
		return slices.Index(statuses, a.status) - slices.Index(statuses, b.status)
	})
	return origins, nil
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
	case result.Artifact.Drifted(u.ImageID):
		o.status = drifted
	case result.Artifact.BuiltDigest(u.ImageID):
		o.status = built
	default:
		o.status = unverified
	}
	return o
}

// hopeless is after how many failures in succession the rest is not tried.
const hopeless = 5

func traceAll(ctx context.Context, zadigArtifacts *artifact.Service, images []string, progress *cli.Progress) (map[string]artifact.Result, error) {
	results := make(map[string]artifact.Result)
	failures := 0
	for image, result := range zadigArtifacts.TraceMany(ctx, images, artifact.TraceManyOptions{}) {
		results[image] = result
		progress.Show("%d images traced", len(results))
		if result.Err == nil || errors.Is(result.Err, zadig.ErrNotFound) {
			failures = 0
			continue
		}
		if failures++; failures == hopeless || concernsAll(result.Err) {
			return nil, result.Err
		}
	}
	return results, nil
}

// concernsAll tells an error that has nothing to do with the image: no server,
// no permission, an answer that is not Zadig's.
func concernsAll(err error) bool {
	answer, ok := errors.AsType[*zadig.Error](err)
	return !ok || answer.StatusCode < http.StatusInternalServerError || errors.Is(err, zadig.ErrForbidden)
}
