package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/artifact"
	"github.com/zadig-go/zadig/delivery"
)

// atOnce is how many requests are under way at the same time.
const atOnce = 8

// release is what the page shows of one. It is made of named fields of the
// SDK's types, so that none of their credentials gets into a page.
type release struct {
	ID, Version, Project, By   string
	Workflow, Env, Status, Why string // Why it failed
	Desc                       string
	Task                       int
	Labels                     []string
	Created                    time.Time
	Images                     []*image
	Tests, TestsFailed         int
	Others                     []string // charts and files that were handed out
	Newer, Older               string   // ids of the neighbours
}

// image is one that a release delivers, with the build that made it.
type image struct {
	Service, Container, Ref string
	Digest                  string
	Size                    int64
	origin
	Origin originState
}

// origin is where an image comes from.
type origin struct {
	Built   time.Time
	Took    time.Duration // 0: not known
	Commits []commit
	Issues  []issue
}

type originState string

const (
	originNotAsked originState = "not asked"
	originKnown    originState = "known"
	originForeign  originState = "foreign" // Zadig did not build it
	originFailed   originState = "failed"  // the server did not say
)

type commit struct {
	ID, URL, Message, Author, Repo, Ref string
	PRs                                 []pull
}

func newCommit(id, url, message, author, owner, repo, ref string) commit {
	c := commit{ID: id, URL: url, Message: message, Author: author, Ref: ref}
	if repo != "" {
		c.Repo = strings.TrimPrefix(owner+"/"+repo, "/")
	}
	return c
}

type pull struct {
	Number int
	URL    string
}

type issue struct{ Key, URL, Summary string }

// gaps is what the page lacks because Zadig did not say it.
type gaps struct {
	releases, images int   // that could not be read, and traced
	first            error // of them
	more             bool  // the limit left out older releases
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
	return fmt.Errorf("the page lacks %s and the origin of %s: %w", plural(g.releases, "release"), plural(g.images, "image"), g.first)
}

// collect asks for the releases, newest first, and where their images come
// from.
func collect(ctx context.Context, client *zadig.Client, o options, bar progress) ([]*release, *gaps, error) {
	missing := new(gaps)
	found, err := list(ctx, client, o, missing, bar)
	if err != nil {
		return nil, nil, err
	}
	if err := complete(ctx, client, found, missing, bar); err != nil {
		return nil, nil, err
	}
	releases := make([]*release, len(found))
	for i, r := range found {
		releases[i] = newRelease(r)
	}
	for i, r := range releases {
		if i > 0 {
			r.Newer = releases[i-1].ID
			releases[i-1].Older = r.ID
		}
	}
	if o.trace {
		err = trace(ctx, client, releases, missing, bar)
	}
	return releases, missing, err
}

func list(ctx context.Context, client *zadig.Client, o options, missing *gaps, bar progress) ([]*delivery.Release, error) {
	var found []*delivery.Release
	var last error // of the element before, until there is another one
	for r, err := range client.Delivery.All(ctx, delivery.ListOptions{ProjectName: o.project, SkipManifests: true}) {
		if last != nil {
			missing.add(&missing.releases, last)
		}
		if last = err; err != nil {
			continue
		}
		if created := plausible(r.VersionInfo.Created()); !created.IsZero() && created.Before(o.since) {
			break // newest first: nothing younger follows
		}
		if o.limit > 0 && len(found) == o.limit {
			missing.more = true
			break
		}
		found = append(found, r)
		bar.say("%s", plural(len(found), "release"))
	}
	if last == nil {
		return found, nil
	}
	// The last element was an error: of one release, or the end of the walk.
	oneOnly := errors.Is(last, zadig.ErrUnexpectedResponse) || errors.Is(last, zadig.ErrServer) || errors.Is(last, zadig.ErrResponseTooLarge)
	if len(found) == 0 || !oneOnly {
		return nil, last
	}
	missing.add(&missing.releases, last)
	return found, nil
}

// complete reads by id what lists leave out since v4.2.
func complete(ctx context.Context, client *zadig.Client, found []*delivery.Release, missing *gaps, bar progress) error {
	var bare []int
	for i, r := range found {
		if r.Services != nil && len(r.Services) == 0 {
			bare = append(bare, i)
		}
	}
	var (
		group sync.WaitGroup
		mu    sync.Mutex
		fatal error
		done  int
		slots = make(chan struct{}, atOnce)
	)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	for _, i := range bare {
		slots <- struct{}{}
		if ctx.Err() != nil {
			break
		}
		group.Go(func() {
			defer func() { <-slots }()
			v := found[i].VersionInfo
			whole, err := client.Delivery.Get(ctx, v.ID, delivery.GetOptions{ProjectName: v.ProductName})
			mu.Lock()
			defer mu.Unlock()
			done++
			bar.say("details of %d of %s", done, plural(len(bare), "release"))
			switch {
			case err == nil:
				found[i] = whole
			case errors.Is(err, zadig.ErrNotFound): // deleted meanwhile: what the list said stands
			case concernsOne(err):
				missing.add(&missing.releases, err)
			case fatal == nil:
				fatal = err
				cancel()
			}
		})
	}
	group.Wait()
	if fatal != nil {
		return fatal
	}
	return ctx.Err()
}

// concernsOne tells errors about one release or image from those that the
// next request would meet, too.
func concernsOne(err error) bool {
	return errors.Is(err, zadig.ErrServer) || errors.Is(err, zadig.ErrResponseTooLarge)
}

// trace fills in where the images come from.
func trace(ctx context.Context, client *zadig.Client, releases []*release, missing *gaps, bar progress) error {
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
	done := 0
	for ref, result := range client.Artifact.TraceMany(ctx, refs, artifact.TraceManyOptions{Concurrency: atOnce}) {
		done++
		bar.say("origin of %d of %s", done, plural(len(refs), "image"))
		state := originKnown
		switch err := result.Err; {
		case err == nil:
		case errors.Is(err, zadig.ErrNotFound):
			state = originForeign
		case concernsOne(err):
			state = originFailed
			missing.add(&missing.images, err)
		default:
			return fmt.Errorf("where images come from (-no-trace leaves that out): %w", err)
		}
		for _, i := range byRef[ref] {
			i.learn(state, result.Artifact)
		}
	}
	return ctx.Err()
}

// learn adds what tracing found to what the release itself says.
func (i *image) learn(state originState, a *artifact.Artifact) {
	if a == nil {
		if i.Origin == originNotAsked {
			i.Origin = state
		}
		return
	}
	i.Origin = state
	i.Digest = cmp.Or(i.Digest, a.ImageDigest)
	i.Size = cmp.Or(i.Size, a.ImageSize)
	for _, b := range a.Builds() {
		if took := lasted(b.StartTime, b.EndTime); i.Took == 0 && took > 0 {
			i.Took, i.Built = took, plausible(b.Ended())
		}
		for _, key := range b.Issues {
			if !slices.ContainsFunc(i.Issues, func(known issue) bool { return known.Key == key }) {
				i.Issues = append(i.Issues, issue{Key: key})
			}
		}
	}
	if len(i.Commits) > 0 {
		return
	}
	for _, c := range a.Commits() {
		known := newCommit(c.CommitID, c.URL(), c.CommitMessage, c.AuthorName, c.RepoOwner, c.RepoName, cmp.Or(c.Branch, c.Tag))
		for _, pr := range c.PullRequests() {
			known.PRs = append(known.PRs, pull{pr.Number, pr.URL()})
		}
		i.Commits = append(i.Commits, known)
	}
}

func newRelease(r *delivery.Release) *release {
	v := r.VersionInfo
	out := &release{
		ID: v.ID, Version: v.Version, Project: v.ProductName, By: v.CreatedBy,
		Workflow: cmp.Or(v.WorkflowDisplayName, v.WorkflowName), Task: v.TaskID,
		Env: r.EnvName, Status: v.Status, Why: r.Error, Desc: v.Desc, Labels: v.Labels, Created: plausible(v.Created()),
	}
	if v.ProductEnvInfo != nil {
		out.Env = cmp.Or(out.Env, v.ProductEnvInfo.EnvName)
	}
	if v.Progress != nil {
		out.Why = cmp.Or(out.Why, v.Progress.Error)
	}
	builds := make(map[string]*delivery.BuildInfo)
	for _, b := range r.BuildInfo {
		if b != nil && b.ImageName != "" {
			builds[b.ImageName] = b
		}
	}
	for _, i := range r.Images() {
		same := func(shown *image) bool { return shown.Service == i.Service && shown.Ref == i.Image }
		if slices.ContainsFunc(out.Images, same) { // in the environment and in a chart
			continue
		}
		shown := &image{Service: i.Service, Container: i.Container, Ref: i.Image, Origin: originNotAsked}
		if b := builds[i.Image]; b != nil {
			shown.built(b)
		}
		out.Images = append(out.Images, shown)
	}
	for _, t := range r.TestInfo {
		if t == nil {
			continue
		}
		for _, report := range t.TestReports {
			if report != nil && report.TestSuite != nil {
				out.Tests += report.TestSuite.Tests
				out.TestsFailed += report.TestSuite.Failures + report.TestSuite.Errors
			}
		}
	}
	for _, d := range r.DistributeInfo {
		switch {
		case d == nil:
		case d.DistributeType == delivery.DistributeChart:
			out.Others = append(out.Others, fmt.Sprintf("chart %s %s in %s", d.ChartName, d.ChartVersion, d.ChartRepoName))
		case d.DistributeType == delivery.DistributeFile:
			out.Others = append(out.Others, "file "+d.PackageFile)
		case d.RegistryName != "" || d.Image != "":
			out.Others = append(out.Others, "image "+cmp.Or(d.Image, d.RegistryName))
		}
	}
	return out
}

// plausible is t, or the zero Time if no Zadig can have written it: one such
// release would stretch the charts over thousands of years.
func plausible(t time.Time) time.Time {
	if t.Year() < 2000 || t.After(time.Now().AddDate(1, 0, 0)) {
		return time.Time{}
	}
	return t
}

// built takes what a release itself knows about the build of an image, up to
// v3.4.
func (i *image) built(b *delivery.BuildInfo) {
	i.Origin = originKnown
	i.Took, i.Built = lasted(b.StartTime, b.EndTime), plausible(b.Ended())
	if b.ImageInfo != nil {
		i.Digest, i.Size = b.ImageInfo.ImageDigest, b.ImageInfo.ImageSize
	}
	for _, c := range b.Commits {
		if c != nil {
			known := newCommit(c.CommitID, c.URL(), c.CommitMessage, c.AuthorName, cmp.Or(c.RepoNamespace, c.RepoOwner), c.RepoName, cmp.Or(c.Branch, c.Tag))
			for _, pr := range c.PullRequests() {
				known.PRs = append(known.PRs, pull{pr.Number, pr.URL()})
			}
			i.Commits = append(i.Commits, known)
		}
	}
	for _, known := range b.Issues {
		if known != nil {
			i.Issues = append(i.Issues, issue{known.Key, known.URL, known.Summary})
		}
	}
}
