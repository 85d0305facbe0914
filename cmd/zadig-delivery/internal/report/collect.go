package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/artifact"
	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/examples/internal/cli"
)

// gaps is what the page lacks because Zadig did not say it.
type gaps struct {
	releases, images int   // that could not be read, and traced
	first            error // of them
	more             bool  // the limit left out older releases
	forbidden        error // tracing is, to the token's user
}

func (g *gaps) add(n *int, err error) {
	*n++
	if g.first == nil {
		g.first = err
	}
}

func (g *gaps) error() error {
	if g.first == nil {
		return nil
	}
	var lacking []string
	if g.releases > 0 {
		lacking = append(lacking, counted(g.releases, "release"))
	}
	if g.images > 0 {
		lacking = append(lacking, "the origin of "+counted(g.images, "image"))
	}
	return cli.Explained(g.first, "the page lacks %s: %s", strings.Join(lacking, " and "), cli.Explain(g.first))
}

// collect reads the releases, newest first, and traces their images.
func collect(ctx context.Context, client *zadig.Client, s settings, progress *cli.Progress) ([]*release, *gaps, error) {
	missing := new(gaps)
	found, err := list(ctx, client.Delivery, s, missing, progress)
	if err != nil {
		if errors.Is(err, zadig.ErrForbidden) && s.project == "" {
			err = cli.Explained(err, "without -project Zadig shows releases only to users who may see all projects: name a project with -project")
		}
		return nil, nil, err
	}
	releases := make([]*release, len(found))
	for i, r := range found {
		releases[i] = newRelease(r)
	}
	compare(found, releases)
	if s.trace {
		err = trace(ctx, client, releases, missing, progress)
	}
	slices.SortStableFunc(releases, func(a, b *release) int { return b.Created.Compare(a.Created) }) // those without a date last
	return releases, missing, err
}

func list(ctx context.Context, releases *delivery.Service, s settings, missing *gaps, progress *cli.Progress) ([]*delivery.Release, error) {
	o := delivery.ListOptions{ProjectName: s.project, SkipManifests: true}
	var found []*delivery.Release
	seen := false
	var last error // of the element before, until there is another one
	for r, err := range releases.All(ctx, o) {
		if last != nil { // the walk went on: it was about one release
			missing.add(&missing.releases, last)
		}
		seen = true
		if last = err; err != nil {
			continue
		}
		if created := plausible(r.VersionInfo.Created()); !created.IsZero() && created.Before(s.since) {
			break // newest first: nothing younger follows
		}
		if s.limit > 0 && len(found) == s.limit {
			missing.more = true
			break
		}
		found = append(found, r)
		progress.Show("%s", counted(len(found), "release"))
	}
	switch {
	case last == nil && !seen && s.project != "":
		return nil, unknownProject(ctx, releases, s.project)
	case last == nil:
		return found, nil
	case len(found) == 0 || !isAboutOne(last): // the walk ended
		return nil, last
	}
	missing.add(&missing.releases, last)
	return found, nil
}

// unknownProject returns an error that names projects with similar names.
// Zadig returns an empty list for a project that does not exist.
func unknownProject(ctx context.Context, releases *delivery.Service, project string) error {
	var names []string
	for r, err := range releases.All(ctx, delivery.ListOptions{Verbosity: delivery.VerbosityBrief}) {
		if err != nil { // a user who may not see all projects gets no names
			break
		}
		if !slices.Contains(names, r.VersionInfo.ProductName) {
			names = append(names, r.VersionInfo.ProductName)
		}
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	text := fmt.Sprintf("project %q does not exist or has no releases", project)
	if len(names) > 0 {
		const most = 3
		nearest := cli.Nearest(project, names)
		text += "; there are releases of " + strings.Join(nearest[:min(most, len(nearest))], ", ")
	}
	return errors.New(text)
}

// isAboutOne reports whether an error is about one release, so that a walk that
// ends with it may have gone on.
func isAboutOne(err error) bool {
	return errors.Is(err, zadig.ErrServer) || errors.Is(err, zadig.ErrResponseTooLarge) || errors.Is(err, zadig.ErrUnexpectedResponse)
}

// compare finds for each release, newest first, the one before it of the same
// project, workflow and environment that did not fail, and what changed.
func compare(found []*delivery.Release, releases []*release) {
	type series struct{ project, workflow, env string }
	newer := make(map[series][]int) // indices that wait for the one before them
	for i, r := range releases {
		if len(r.Images) == 0 {
			continue
		}
		key := series{r.Project, r.Workflow, r.Env}
		if !r.Failed {
			for _, n := range newer[key] {
				releases[n].Previous, releases[n].Changes = r, delivery.Diff(found[i], found[n])
			}
			newer[key] = newer[key][:0]
		}
		newer[key] = append(newer[key], i)
	}
}

// enoughForbidden is how many images the token's user may not trace before the
// others are not asked for.
const enoughForbidden = 8

// trace fills in where the images come from.
func trace(ctx context.Context, client *zadig.Client, releases []*release, missing *gaps, progress *cli.Progress) error {
	byRef := make(map[string][]*image)
	var refs []string
	for _, r := range releases {
		for _, i := range r.Images {
			if byRef[i.Ref] == nil {
				refs = append(refs, i.Ref)
			}
			byRef[i.Ref] = append(byRef[i.Ref], i)
		}
	}
	done, forbidden, allowed := 0, 0, false
	for ref, result := range client.Artifact.TraceMany(ctx, refs, artifact.TraceManyOptions{}) {
		done++
		progress.Show("%d of %s traced", done, counted(len(refs), "image"))
		state := originKnown
		switch err := result.Err; {
		case err == nil:
			allowed = true
		case errors.Is(err, zadig.ErrNotFound), errors.Is(err, zadig.ErrBadRequest): // the second: a release names what is no image
			allowed = true
			state = originForeign
		case errors.Is(err, zadig.ErrForbidden):
			state = originFailed
			missing.forbidden = err
			if forbidden++; !allowed && forbidden == enoughForbidden {
				return nil
			}
		case errors.Is(err, zadig.ErrServer), errors.Is(err, zadig.ErrResponseTooLarge):
			state = originFailed
			missing.add(&missing.images, err)
		default:
			return cli.Explained(err, "tracing images failed, which -no-trace leaves out: %s", cli.Explain(err))
		}
		for _, i := range byRef[ref] {
			i.traced(state, result.Artifact)
		}
	}
	if allowed && forbidden > 0 { // some images only, or a Zadig under load
		missing.add(&missing.images, missing.forbidden)
		missing.images += forbidden - 1
		missing.forbidden = nil
	}
	return ctx.Err()
}
