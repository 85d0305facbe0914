package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/zadig-go/zadig/artifact"
	"github.com/zadig-go/zadig/core"
)

type imageIn struct {
	Image string `json:"image" jsonschema:"image reference as it was pushed, or with a digest"`
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
	Drifted bool     `json:"drifted,omitempty"` // another image runs under this tag than was built
	Error   string   `json:"error,omitempty"`
}

func describe(name string, a *artifact.Artifact) traced {
	out := traced{Image: text(name)}
	out.Commits = capped(a.Commits(), &out.Omitted, func(c *artifact.Commit) commit {
		return commit{
			Repository: text(c.RepoOwner + "/" + c.RepoName), Commit: text(c.CommitID), Branch: text(c.Branch), Tag: text(c.Tag),
			Message: text(c.CommitMessage), Author: text(c.AuthorName), URL: text(c.URL()),
			PullRequests: capped(c.PullRequests(), &out.Omitted, pullRequest),
		}
	})
	return out
}

// pullRequest names a pull request as its code host does, #7, and !7 on GitLab,
// and says where it is.
func pullRequest(p core.PullRequest) string {
	sign, url := "#", p.URL()
	if strings.Contains(url, "/merge_requests/") {
		sign = "!"
	}
	return text(strings.TrimSpace(fmt.Sprintf("%s%d %s", sign, p.Number, url)))
}

// trace returns the artifact of an image, with all pull requests, also where
// only the digest is known.
func (t tools) trace(ctx context.Context, name string) (*artifact.Artifact, error) {
	return t.client.Artifact.Trace(ctx, name)
}

func (t tools) traceImage(ctx context.Context, in imageIn) (out traced, err error) {
	a, err := t.trace(ctx, in.Image)
	if err != nil {
		return out, err
	}
	return describe(in.Image, a), nil
}
