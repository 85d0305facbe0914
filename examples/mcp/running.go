package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/artifact"
)

type runningIn struct {
	Images []string `json:"images,omitempty" jsonschema:"image references"`
	Pods   string   `json:"pods,omitempty" jsonschema:"in place of images: the output of kubectl get pods -o json"`
}

type running struct {
	Images  []traced `json:"images"`
	Omitted int      `json:"omitted"`
}

// runningImage is an image as a pod names it. The id is the digest that runs,
// with a repository before it, or "" if it is not known.
type runningImage struct{ name, id string }

func (t tools) traceRunning(ctx context.Context, in runningIn) (out running, err error) {
	var images []runningImage
	switch {
	case in.Pods != "" && len(in.Images) > 0:
		return out, errors.New("got images and pods, want one of them")
	case in.Pods != "":
		if images, err = podImages(in.Pods); err != nil {
			return out, err
		}
	}
	for _, name := range in.Images {
		images = append(images, runningImage{name: name})
	}
	slices.SortFunc(images, func(a, b runningImage) int {
		return cmp.Or(strings.Compare(a.name, b.name), strings.Compare(a.id, b.id))
	})
	images = slices.Compact(images)
	if len(images) == 0 {
		return out, errors.New("got no running image, want images or pods")
	}
	names := capped(images, &out.Omitted, func(i runningImage) string { return i.name })
	images = images[:len(names)]
	results := maps.Collect(t.client.Artifact.TraceMany(ctx, names, artifact.TraceManyOptions{}))
	out.Images = make([]traced, len(images))
	for i, image := range images {
		out.Images[i] = t.running(ctx, image, results[image.name])
	}
	return out, nil
}

// running describes what runs. What Zadig does not know by its name, such as an
// image that was pulled through a mirror, is looked for by its digest.
func (t tools) running(ctx context.Context, image runningImage, result artifact.Result) traced {
	a, err := result.Artifact, result.Err
	if digest := cmp.Or(image.id, image.name); errors.Is(err, zadig.ErrNotFound) && strings.Contains(digest, "@") {
		a, err = t.client.Artifact.Trace(ctx, digest)
	}
	switch {
	case errors.Is(err, zadig.ErrNotFound):
		return traced{Image: text(image.name), Commits: []commit{}, Error: "not known to Zadig"}
	case err != nil:
		return traced{Image: text(image.name), Commits: []commit{}, Error: explain(err)}
	}
	out := describe(image.name, a)
	out.Drifted = a.CompareDigest(image.id) == artifact.DigestDrifted
	return out
}

// podImages returns the images of the containers of a pod or a list of pods,
// without those of pods that have ended.
func podImages(pods string) (images []runningImage, err error) {
	type container struct {
		Name    string `json:"name"`
		Image   string `json:"image"`
		ImageID string `json:"imageID"`
	}
	type pod struct {
		Spec struct {
			Containers     []container `json:"containers"`
			InitContainers []container `json:"initContainers"`
		} `json:"spec"`
		Status struct {
			Phase                 string      `json:"phase"`
			ContainerStatuses     []container `json:"containerStatuses"`
			InitContainerStatuses []container `json:"initContainerStatuses"`
		} `json:"status"`
	}
	var list struct {
		pod
		Items []pod `json:"items"`
	}
	if err := json.Unmarshal([]byte(pods), &list); err != nil {
		return nil, fmt.Errorf("got pods that are not the JSON of kubectl get pods: %w", err)
	}
	for _, p := range append(list.Items, list.pod) {
		if p.Status.Phase == "Succeeded" || p.Status.Phase == "Failed" {
			continue
		}
		ids := make(map[string]string)
		for _, c := range slices.Concat(p.Status.ContainerStatuses, p.Status.InitContainerStatuses) {
			ids[c.Name] = c.ImageID
		}
		for _, c := range slices.Concat(p.Spec.Containers, p.Spec.InitContainers) {
			if c.Image != "" {
				images = append(images, runningImage{c.Image, ids[c.Name]})
			}
		}
	}
	return images, nil
}
