package mcpserver

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/artifact"
	"github.com/zadig-go/zadig/cmd/zadig-delivery/internal/cli"
	"github.com/zadig-go/zadig/cmd/zadig-delivery/internal/record"
	"github.com/zadig-go/zadig/core"
	"github.com/zadig-go/zadig/delivery"
)

const (
	maxSearched = 200 // releases that find_change looks at
	maxErrors   = 5   // errors that it reports
)

type changeIn struct {
	Project     string `json:"project" jsonschema:"name of the project"`
	Commit      string `json:"commit,omitempty" jsonschema:"commit id or its beginning, 7 to 64 hex digits"`
	PullRequest int    `json:"pull_request,omitempty" jsonschema:"instead of commit: number of a pull or merge request"`
	Env         string `json:"env,omitempty" jsonschema:"only releases of this environment"`
	Limit       int    `json:"limit,omitempty" jsonschema:"how many of the newest releases to search, 50 if not given, 200 at most"`
}

type found struct {
	Releases []record.Release `json:"releases"`
	Searched int              `json:"searched"`         // releases looked at
	More     bool             `json:"more"`             // there are older releases, or the list broke off
	Unread   int              `json:"unread"`           // releases that could not be read
	Untraced int              `json:"untraced"`         // images whose commits are not known
	Errors   []string         `json:"errors,omitempty"` // the first distinct errors of unread releases and untraced images
}

func (f *found) add(err error) {
	if s := cli.Explain(err); len(f.Errors) < maxErrors && !slices.Contains(f.Errors, s) {
		f.Errors = append(f.Errors, s)
	}
}

var commitPrefix = regexp.MustCompile(`^[0-9a-f]{7,64}$`)

// matches reports whether a build is of the change that find_change looks for.
func (in changeIn) matches(commit string, pulls []core.PullRequest) bool {
	if in.PullRequest > 0 {
		return slices.ContainsFunc(pulls, func(pr core.PullRequest) bool { return pr.Number == in.PullRequest })
	}
	return strings.HasPrefix(commit, in.Commit)
}

func (t tools) findChange(ctx context.Context, in changeIn) (found, error) {
	out := found{Releases: []record.Release{}}
	in.Commit = strings.ToLower(in.Commit)
	limit, err := limited(in.Limit, maxElements, maxSearched)
	switch {
	case err != nil:
		return out, err
	case (in.Commit == "") == (in.PullRequest == 0):
		return out, errors.New("got none or both of commit and pull_request, want one of them")
	case in.PullRequest < 0:
		return out, errors.New("pull_request must be a number from 1, got " + strconv.Itoa(in.PullRequest))
	case in.Commit != "" && !commitPrefix.MatchString(in.Commit):
		return out, errors.New("commit must be 7 to 64 hex digits")
	}
	known := make(map[string]bool) // by image: whether it was built from the change
	skip := func(err error) {
		out.Unread++
		out.add(err)
	}
	o := delivery.ListOptions{ProjectName: in.Project, SkipManifests: true, PerPage: min(limit+1, 100)}
	err = cli.Each(t.client.Delivery.All(ctx, o), skip, func(r *delivery.Release) (bool, error) {
		if out.Searched+out.Unread == limit {
			out.More = true
			return false, nil
		}
		out.Searched++
		if in.Env != "" && r.Environment() != in.Env {
			return true, nil
		}
		if in.builtFrom(r) || r.Services != nil && t.tracedTo(ctx, r, in, known, &out) {
			out.Releases = append(out.Releases, record.NewRelease(r))
		}
		return true, ctx.Err()
	})
	switch {
	case ctx.Err() != nil:
		return out, ctx.Err()
	case out.Searched == 0 && err != nil:
		return out, err
	case out.Searched == 0:
		return out, cli.KnownProject(ctx, t.client.Delivery, in.Project)
	case err != nil && out.Unread == 0:
		out.add(err)
	}
	out.More = out.More || err != nil
	return out, nil
}

// builtFrom reports whether the release itself names the change, as it may up to
// v3.4.
func (in changeIn) builtFrom(r *delivery.Release) bool {
	for _, b := range r.BuildInfo {
		if b == nil {
			continue
		}
		for _, c := range b.Commits {
			if c != nil && in.matches(c.CommitID, c.PullRequests()) {
				return true
			}
		}
	}
	return false
}

// tracedTo reports whether an image of the release was built from the change.
func (t tools) tracedTo(ctx context.Context, r *delivery.Release, in changeIn, known map[string]bool, out *found) bool {
	var images []string
	hit := false
	for _, i := range r.SourceImages() {
		is, ok := known[i.Image]
		hit = hit || is
		if !ok {
			images = append(images, i.Image)
		}
	}
	for name, result := range t.client.Artifact.TraceMany(ctx, images, artifact.TraceManyOptions{OneRequest: in.PullRequest == 0}) {
		known[name] = false
		if result.Err != nil {
			out.Untraced++
			if !errors.Is(result.Err, zadig.ErrNotFound) {
				out.add(result.Err)
			}
			continue
		}
		for _, c := range result.Artifact.Commits() {
			known[name] = known[name] || in.matches(c.CommitID, c.PullRequests())
		}
		hit = hit || known[name]
	}
	return hit
}
