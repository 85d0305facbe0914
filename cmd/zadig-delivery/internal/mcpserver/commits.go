package main

import (
	"cmp"
	"context"
	"errors"
	"regexp"
	"slices"
	"strings"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/artifact"
	"github.com/zadig-go/zadig/delivery"
)

const (
	maxSearched = 200 // releases that find_commit looks at
	maxErrors   = 5   // that it reports
)

type commitIn struct {
	Project string `json:"project" jsonschema:"name of the project"`
	Commit  string `json:"commit" jsonschema:"commit id or its beginning, 7 to 64 hex digits"`
	Limit   int    `json:"limit,omitempty" jsonschema:"how many of the newest releases are looked at, 50 if not given, 200 at most"`
}

type found struct {
	Releases []summary `json:"releases"`
	Searched int       `json:"searched"`         // releases looked at
	More     bool      `json:"more"`             // there are older ones, or the list broke off
	Unread   int       `json:"unread"`           // releases that could not be read
	Untraced int       `json:"untraced"`         // images whose commits are not known
	Errors   []string  `json:"errors,omitempty"` // the first, each once, of unread and untraced
	Omitted  int       `json:"omitted"`
}

// add adds an error to those that are reported.
func (f *found) add(err error) {
	if s := explainInDetail(err); len(f.Errors) < maxErrors && !slices.Contains(f.Errors, s) {
		f.Errors = append(f.Errors, s)
	}
}

var commitPrefix = regexp.MustCompile(`^[0-9a-f]{7,64}$`)

func (t tools) findCommit(ctx context.Context, in commitIn) (out found, err error) {
	prefix := strings.ToLower(in.Commit)
	if !commitPrefix.MatchString(prefix) {
		return out, errors.New("commit must be 7 to 64 hex digits")
	}
	limit, err := limited(cmp.Or(in.Limit, maxElements), maxSearched)
	if err != nil {
		return out, err
	}
	var (
		hits   []*delivery.Release
		known  = make(map[string]bool) // by image: whether it was built from the commit
		failed error                   // in place of the last release, or nil
	)
	o := delivery.ListOptions{ProjectName: in.Project, SkipManifests: true, PerPage: min(limit+1, 100)}
	for r, err := range t.client.Delivery.All(ctx, o) {
		if ctx.Err() != nil {
			return out, ctx.Err()
		}
		if out.Searched+out.Unread == limit {
			out.More = true
			break
		}
		if failed = err; err != nil {
			out.Unread++
			out.add(err)
			continue
		}
		out.Searched++
		if builtFrom(r, prefix) || r.Services != nil && t.tracedTo(ctx, r, prefix, known, &out) {
			hits = append(hits, r)
		}
	}
	switch {
	case ctx.Err() != nil:
		return out, ctx.Err()
	case out.Searched == 0 && failed != nil:
		return out, failed
	}
	out.More = out.More || failed != nil // which may have ended the list
	out.Releases = capped(hits, &out.Omitted, summarize)
	return out, nil
}

// builtFrom reports whether the release itself, up to v3.4, names the commit.
func builtFrom(r *delivery.Release, prefix string) bool {
	for _, b := range r.BuildInfo {
		if b == nil {
			continue
		}
		for _, c := range b.Commits {
			if c != nil && strings.HasPrefix(c.CommitID, prefix) {
				return true
			}
		}
	}
	return false
}

// tracedTo reports whether an image of the release was built from the commit.
func (t tools) tracedTo(ctx context.Context, r *delivery.Release, prefix string, known map[string]bool, out *found) bool {
	var images []string
	hit := false
	for _, i := range r.Images() {
		is, ok := known[i.Image]
		hit = hit || is
		if !ok {
			images = append(images, i.Image)
		}
	}
	for name, result := range t.client.Artifact.TraceMany(ctx, images, artifact.TraceManyOptions{}) {
		known[name] = false
		if result.Err != nil {
			out.Untraced++
			if !errors.Is(result.Err, zadig.ErrNotFound) {
				out.add(result.Err)
			}
			continue
		}
		for _, c := range result.Artifact.Commits() {
			known[name] = known[name] || strings.HasPrefix(c.CommitID, prefix)
		}
		hit = hit || known[name]
	}
	return hit
}
