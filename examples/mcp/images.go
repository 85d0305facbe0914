package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/artifact"
)

type imageIn struct {
	Image string `json:"image" jsonschema:"image reference as it was pushed, or with a digest"`
}

type runningIn struct {
	Images []string `json:"images,omitempty" jsonschema:"image references"`
	Pods   string   `json:"pods,omitempty" jsonschema:"in place of images: the output of kubectl get pods -o json"`
}

type commit struct {
	Repository   string   `json:"repository"`
	Commit       string   `json:"commit"`
	Branch       string   `json:"branch,omitempty"`
	Tag          string   `json:"tag,omitempty"`
	Message      string   `json:"message,omitempty"`
	Author       string   `json:"author,omitempty"`
	URL          string   `json:"url,omitempty"`
	PullRequests []string `json:"pull_requests"`
}

type traced struct {
	Image   string   `json:"image"`
	Commits []commit `json:"commits"`
	Omitted int      `json:"omitted"`
	Error   string   `json:"error,omitempty"`
}

type running struct {
	Images  []traced `json:"images"`
	Omitted int      `json:"omitted"`
}

func describe(name string, a *artifact.Artifact) traced {
	out := traced{Image: text(name)}
	out.Commits = capped(a.Commits(), &out.Omitted, func(c *artifact.Commit) commit {
		return commit{
			Repository: text(c.RepoOwner + "/" + c.RepoName), Commit: text(c.CommitID), Branch: text(c.Branch), Tag: text(c.Tag),
			Message: text(c.CommitMessage), Author: text(c.AuthorName), URL: text(c.URL()),
			PullRequests: capped(c.PullRequests(), &out.Omitted, func(p artifact.PullRequest) string {
				return text(strings.TrimSpace(fmt.Sprintf("#%d %s", p.Number, p.URL())))
			}),
		}
	})
	return out
}

// trace returns the artifact of an image, with all pull requests, also where
// only the digest is known.
func (t tools) trace(ctx context.Context, name string) (*artifact.Artifact, error) {
	a, err := t.client.Artifact.GetByImage(ctx, name)
	if errors.Is(err, zadig.ErrNotFound) && strings.Contains(name, "@") {
		return t.client.Artifact.FindByDigest(ctx, name)
	}
	return a, err
}

func (t tools) traceImage(ctx context.Context, in imageIn) (out traced, err error) {
	a, err := t.trace(ctx, in.Image)
	if err != nil {
		return out, err
	}
	return describe(in.Image, a), nil
}

func (t tools) traceRunning(ctx context.Context, in runningIn) (out running, err error) {
	images := in.Images
	if in.Pods != "" {
		if len(images) > 0 {
			return out, errors.New("got images and pods, want one of them")
		}
		if images, err = podImages(in.Pods); err != nil {
			return out, err
		}
	}
	images = slices.Compact(slices.Sorted(slices.Values(images)))
	if len(images) == 0 {
		return out, errors.New("got no image, want images or pods")
	}
	out.Images = capped(images, &out.Omitted, func(name string) traced {
		a, err := t.trace(ctx, name)
		switch {
		case errors.Is(err, zadig.ErrNotFound):
			return traced{Image: text(name), Commits: []commit{}, Error: "not known to Zadig"}
		case err != nil:
			return traced{Image: text(name), Commits: []commit{}, Error: explain(err)}
		}
		return describe(name, a)
	})
	return out, nil
}

// podImages returns the images of the containers of a pod or a list of pods.
func podImages(pods string) (images []string, err error) {
	type containers []struct {
		Image string `json:"image"`
	}
	type pod struct {
		Spec struct {
			Containers     containers `json:"containers"`
			InitContainers containers `json:"initContainers"`
		} `json:"spec"`
	}
	var list struct {
		pod
		Items []pod `json:"items"`
	}
	if err := json.Unmarshal([]byte(pods), &list); err != nil {
		return nil, fmt.Errorf("pods is no JSON of kubectl get pods: %w", err)
	}
	for _, p := range append(list.Items, list.pod) {
		for _, c := range slices.Concat(p.Spec.Containers, p.Spec.InitContainers) {
			if c.Image != "" {
				images = append(images, c.Image)
			}
		}
	}
	return images, nil
}
