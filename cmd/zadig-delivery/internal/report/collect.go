package report

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/artifact"
	"github.com/zadig-go/zadig/cmd/zadig-delivery/internal/cli"
	"github.com/zadig-go/zadig/cmd/zadig-delivery/internal/record"
	"github.com/zadig-go/zadig/delivery"
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
func collect(ctx context.Context, client *zadig.Client, s settings, store *cache, progress *cli.Progress) ([]*release, *gaps, error) {
	missing := new(gaps)
	found, err := list(ctx, client.Delivery, s, missing, progress)
	if err == nil {
		found, err = details(ctx, client.Delivery, found, store, missing, progress)
	}
	if err != nil {
		return nil, nil, cli.NeedsProject(err, s.Project)
	}
	releases := make([]*release, len(found))
	for i, r := range found {
		releases[i] = newRelease(r)
	}
	compare(found, releases)
	if !s.noTrace {
		err = trace(ctx, client, releases, store, missing, progress)
	}
	markRollbacks(releases)
	slices.SortStableFunc(releases, func(a, b *release) int { return b.Created.Compare(a.Created) }) // those without a date last
	return releases, missing, err
}

// list reads the releases as the list has them, newest first.
func list(ctx context.Context, releases *delivery.Service, s settings, missing *gaps, progress *cli.Progress) ([]*delivery.Release, error) {
	o := delivery.ListOptions{ProjectName: s.Project, SkipManifests: true, SkipDetails: true}
	var found []*delivery.Release
	skip := func(err error) { missing.add(&missing.releases, err) }
	err := cli.Each(releases.All(ctx, o), skip, func(r *delivery.Release) (bool, error) {
		if created := plausible(r.VersionInfo.Created()); !created.IsZero() && created.Before(s.Since) {
			return false, nil // newest first: nothing younger follows
		}
		if s.Env != "" && r.Environment() != s.Env || s.Status != "" && record.Status(r) != s.Status {
			return true, nil
		}
		if missing.more = s.Limit > 0 && len(found) == s.Limit; missing.more {
			return false, nil
		}
		found = append(found, r)
		progress.Show("%s listed", counted(len(found), "release"))
		return true, nil
	})
	if err == nil && len(found) == 0 && missing.releases == 0 {
		err = cli.KnownProject(ctx, releases, s.Project)
	}
	return found, err
}

// details reads by id what lists since v4.2 leave out.
func details(ctx context.Context, releases *delivery.Service, listed []*delivery.Release, store *cache, missing *gaps,
	progress *cli.Progress) ([]*delivery.Release, error) {
	type outcome struct {
		at  int
		r   *delivery.Release
		err error
	}
	var toRead []int
	for i, r := range listed {
		if r.IsSummary() {
			if known := store.release(r); known != nil {
				listed[i] = known
			} else {
				toRead = append(toRead, i)
			}
		}
	}
	const atOnce = 8
	outcomes := make(chan outcome)
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(atOnce)
	go func() {
		for _, at := range toRead {
			group.Go(func() error {
				v := listed[at].VersionInfo
				r, err := releases.Get(groupCtx, v.ID, delivery.GetOptions{ProjectName: v.ProductName})
				dropManifests(r)
				outcomes <- outcome{at, r, err}
				if err != nil && !isAboutOne(err) && !errors.Is(err, zadig.ErrNotFound) {
					return err
				}
				return nil
			})
		}
		_ = group.Wait() // returned again below
		close(outcomes)
	}()
	meter := newMeter(progress, len(toRead), "release")
	for o := range outcomes {
		meter.step()
		listed[o.at] = o.r
		switch {
		case o.err == nil:
			store.addRelease(o.r)
		case isAboutOne(o.err):
			missing.add(&missing.releases, o.err)
		}
	}
	listed = slices.DeleteFunc(listed, func(r *delivery.Release) bool { return r == nil }) // unread, or deleted meanwhile
	return listed, group.Wait()
}

// dropManifests drops most of a release, which the page does not show.
func dropManifests(r *delivery.Release) {
	if r == nil {
		return
	}
	for _, s := range r.Services {
		if s != nil {
			s.YAMLContent = ""
		}
	}
}

// meter shows how far long work has got, and how long it will go on.
type meter struct {
	progress    *cli.Progress
	what        string
	done, total int
	start       time.Time
}

func newMeter(progress *cli.Progress, total int, what string) *meter {
	return &meter{progress: progress, what: what, total: total, start: time.Now()}
}

func (m *meter) step() {
	m.done++
	left := time.Since(m.start) / time.Duration(m.done) * time.Duration(m.total-m.done)
	m.progress.Show("%s of %s read, %s left", thousands(m.done), counted(m.total, m.what), language{}.duration(left))
}

// isAboutOne reports whether an error may be about one release.
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

// markRollbacks marks the releases with an image that was built before the one
// that it replaced.
func markRollbacks(releases []*release) {
	for _, r := range releases {
		for _, c := range r.Changes.Changed {
			was, is := r.Previous.position(c.Service, c.From), r.position(c.Service, c.To)
			if was > 0 && is > 0 {
				before, now := r.Previous.Images[was-1].Built, r.Images[is-1].Built
				r.Rollback = r.Rollback || !now.IsZero() && now.Before(before)
			}
		}
	}
}

// enoughForbidden is how many images the token's user may not trace before the
// others are not asked for.
const enoughForbidden = 8

// trace fills in where the images come from.
func trace(ctx context.Context, client *zadig.Client, releases []*release, store *cache, missing *gaps, progress *cli.Progress) error {
	byRef := make(map[string][]*image)
	var refs []string
	for _, r := range releases {
		for _, i := range r.Images {
			if byRef[i.Ref] == nil && store.artifacts[i.Ref] == nil {
				refs = append(refs, i.Ref)
			}
			byRef[i.Ref] = append(byRef[i.Ref], i)
		}
	}
	fill := func(ref string, state origin, a *artifact.Artifact) {
		for _, i := range byRef[ref] {
			i.traced(state, a)
		}
	}
	for ref, a := range store.artifacts {
		fill(ref, originKnown, a)
	}
	meter := newMeter(progress, len(refs), "image")
	forbidden, allowed := 0, false
	for ref, result := range client.Artifact.TraceMany(ctx, refs, artifact.TraceManyOptions{}) {
		meter.step()
		state := originKnown
		switch err := result.Err; {
		case err == nil:
			allowed = true
			store.addArtifact(ref, result.Artifact)
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
			return cli.Explained(err, "tracing images failed, which --no-trace leaves out: %s", cli.Explain(err))
		}
		fill(ref, state, result.Artifact)
	}
	if allowed && forbidden > 0 { // some images only, or a Zadig under load
		missing.add(&missing.images, missing.forbidden)
		missing.images += forbidden - 1
		missing.forbidden = nil
	}
	return ctx.Err()
}
