package report

import (
	"cmp"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/artifact"
	"github.com/zadig-go/zadig/cmd/zadig-delivery/internal/cli"
	"github.com/zadig-go/zadig/cmd/zadig-delivery/internal/record"
	"github.com/zadig-go/zadig/delivery"
)

// gaps counts the data that Zadig did not send.
type gaps struct {
	releases, images int   // releases that could not be read, images that could not be traced
	first            error // of these errors
	more             bool  // the limit left out older releases
	forbidden        error // the error if the token's user may not trace images
}

func (g *gaps) add(n *int, err error) {
	*n++
	g.first = cmp.Or(g.first, err)
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
func collect(c *cli.Call, s settings, base string, store *cache) ([]*release, *gaps, error) {
	missing := new(gaps)
	found, err := list(c, s, missing)
	if err == nil {
		found, err = details(c, found, store, missing)
	}
	if err != nil {
		return nil, nil, cli.NeedsProject(err, s.Project)
	}
	known := make(map[record.Image]*image)
	releases := make([]*release, len(found))
	for i, r := range found {
		releases[i] = newRelease(r, base, known)
	}
	if !s.noTrace {
		err = trace(c, slices.Collect(maps.Values(known)), store, missing)
	}
	compare(found, releases)
	slices.SortStableFunc(releases, func(a, b *release) int { return b.Created.Compare(a.Created) }) // those without a date last
	return releases, missing, err
}

// list reads the releases as lists have them, newest first.
func list(c *cli.Call, s settings, missing *gaps) ([]*delivery.Release, error) {
	o := delivery.ListOptions{ProjectName: s.Project, SkipManifests: true, SkipDetails: true}
	var found []*delivery.Release
	skip := func(err error) { missing.add(&missing.releases, err) }
	err := cli.Each(c.Delivery.All(c, o), skip, func(r *delivery.Release) (bool, error) {
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
		c.Progress.Show("%s listed", counted(len(found), "release"))
		return true, nil
	})
	if err == nil && len(found) == 0 && missing.releases == 0 {
		err = cli.KnownProject(c, c.Delivery, s.Project)
	}
	return found, err
}

// details reads by id the details that lists since v4.2 leave out.
func details(c *cli.Call, listed []*delivery.Release, store *cache, missing *gaps) ([]*delivery.Release, error) {
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
	group, ctx := errgroup.WithContext(c)
	group.SetLimit(atOnce)
	var mu sync.Mutex
	step := newMeter(c.Progress, len(toRead), "release")
	for _, at := range toRead {
		group.Go(func() error {
			v := listed[at].VersionInfo
			r, err := c.Delivery.Get(ctx, v.ID, delivery.GetOptions{ProjectName: v.ProductName})
			mu.Lock()
			defer mu.Unlock()
			step()
			listed[at] = r
			switch {
			case err == nil:
				dropManifests(r)
				store.addRelease(r)
			case isAboutOne(err):
				missing.add(&missing.releases, err)
			case !errors.Is(err, zadig.ErrNotFound): // it was deleted meanwhile
				return err
			}
			return nil
		})
	}
	err := group.Wait()
	return slices.DeleteFunc(listed, func(r *delivery.Release) bool { return r == nil }), err
}

// dropManifests drops the manifests, which are most of a release and which the page
// does not show.
func dropManifests(r *delivery.Release) {
	for _, s := range r.Services {
		if s != nil {
			s.YAMLContent = ""
		}
	}
}

// newMeter returns a function that shows progress and the time left after each
// step.
func newMeter(progress *cli.Progress, total int, what string) (step func()) {
	done, start := 0, time.Now()
	return func() {
		done++
		left := time.Since(start) / time.Duration(done) * time.Duration(total-done)
		progress.Show("%s of %s read, %s left", thousands(done), counted(total, what), language{}.duration(left))
	}
}

// isAboutOne reports whether an error may be about a single release.
func isAboutOne(err error) bool {
	return errors.Is(err, zadig.ErrServer) || errors.Is(err, zadig.ErrResponseTooLarge) || errors.Is(err, zadig.ErrUnexpectedResponse)
}

// compare finds the previous release of each release: the last one before it in the same
// project, workflow and environment that did not fail. It also finds rollbacks: releases
// with an image that was built before the image that it replaced. The releases are sorted
// newest first.
func compare(found []*delivery.Release, releases []*release) {
	type series struct{ project, workflow, env string }
	newer := make(map[series][]int) // indices of releases whose previous release is not found yet
	for i, r := range releases {
		if len(r.Images) == 0 {
			continue
		}
		key := series{r.Project, r.Workflow, r.Env}
		if !r.failed() {
			for _, n := range newer[key] {
				releases[n].Previous = r
				for _, c := range delivery.Diff(found[i], found[n]).Changed {
					was, is := r.built(c.From), releases[n].built(c.To)
					releases[n].Rollback = releases[n].Rollback || !is.IsZero() && is.Before(was)
				}
			}
			newer[key] = newer[key][:0]
		}
		newer[key] = append(newer[key], i)
	}
}

// built returns when an image of the release was built.
func (r *release) built(ref string) time.Time {
	at := slices.IndexFunc(r.Images, func(i *image) bool { return i.Image.Image == ref })
	if at < 0 {
		return time.Time{}
	}
	return r.Images[at].Built
}

// enoughForbidden is the number of images after which no others are requested if the
// token's user was not permitted to trace any of them.
const enoughForbidden = 8

// trace fills in the origin of the images.
func trace(c *cli.Call, images []*image, store *cache, missing *gaps) error {
	byRef := make(map[string][]*image)
	var refs []string
	for _, i := range images {
		ref := i.source
		if known := store.artifacts[ref]; known != nil {
			i.traced(known, "")
			continue
		}
		if byRef[ref] == nil {
			refs = append(refs, ref)
		}
		byRef[ref] = append(byRef[ref], i)
	}
	slices.Sort(refs)
	step := newMeter(c.Progress, len(refs), "image")
	forbidden, allowed := 0, false
	for ref, result := range c.Artifact.TraceMany(c, refs, artifact.TraceManyOptions{}) {
		step()
		note := failed
		switch err := result.Err; {
		case err == nil:
			allowed = true
			store.addArtifact(ref, result.Artifact)
		case errors.Is(err, zadig.ErrNotFound), errors.Is(err, zadig.ErrBadRequest): // the second: a release names something that is not an image
			allowed = true
			note = foreign
		case errors.Is(err, zadig.ErrForbidden):
			missing.forbidden = err
			if forbidden++; !allowed && forbidden == enoughForbidden {
				return nil
			}
		case errors.Is(err, zadig.ErrServer), errors.Is(err, zadig.ErrResponseTooLarge):
			missing.add(&missing.images, err)
		default:
			return cli.Explained(err, "tracing images failed (--no-trace skips it): %s", cli.Explain(err))
		}
		for _, i := range byRef[ref] {
			i.traced(result.Artifact, note)
		}
	}
	if allowed && forbidden > 0 { // some images only, or a Zadig under load
		missing.add(&missing.images, missing.forbidden)
		missing.images += forbidden - 1
		missing.forbidden = nil
	}
	return c.Err()
}
