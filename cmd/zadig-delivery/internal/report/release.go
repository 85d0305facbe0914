package report

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/zadig-go/zadig/artifact"
	"github.com/zadig-go/zadig/cmd/zadig-delivery/internal/cli"
	"github.com/zadig-go/zadig/cmd/zadig-delivery/internal/record"
	"github.com/zadig-go/zadig/delivery"
)

// release is what the page shows of one. It is made of named fields of the
// SDK's types, so that none of their credentials gets into a page.
type release struct {
	ID, Version, Project, By string
	Workflow, Env, Status    string
	WorkflowKey              string
	Failed                   bool
	Why                      string // it failed
	Desc                     string
	Task                     int
	Labels                   []string
	Created                  time.Time // zero: not known
	Images                   []*image
	Tests, TestsFailed       int
	Others                   []delivered // charts and files
	Rollback                 bool        // an image was built before the one that it replaced
	Previous                 *release    // which Changes are about; nil: none
	Changes                  delivery.Changes
}

// image is one that a release delivers, with the build that made it.
type image struct {
	Service, Container, Ref string
	Digest                  string
	Size                    int64 // bytes, 0: not known
	Built                   time.Time
	Took                    time.Duration // 0: not known
	Commits                 []commit
	Issues                  []issue
	Origin                  origin
}

// origin is what is known about where an image comes from.
type origin int

const (
	originKnown origin = iota
	originNotTraced
	originForeign // Zadig does not know the image
	originFailed  // the server did not say
)

type commit struct {
	ID, URL, Message, Author, Repo, Ref string
	PRs                                 []pull
}

type pull struct {
	Number int
	URL    string
}

type issue struct{ Key, URL, Summary string }

// delivered is a chart, file or image that a release handed out.
type delivered struct{ Kind, Name, Where string }

func newRelease(r *delivery.Release) *release {
	v := r.VersionInfo
	out := &release{
		ID: cli.Clean(v.ID), Version: cli.Clean(v.Version), Project: cli.Clean(v.ProductName), By: cli.Clean(v.CreatedBy),
		Workflow: cli.Clean(cmp.Or(v.WorkflowDisplayName, v.WorkflowName)), WorkflowKey: cli.Clean(v.WorkflowName), Task: v.TaskID,
		Env: cli.Clean(r.Environment()), Status: cli.Clean(record.Status(r)), Failed: r.Failed(), Why: cli.Clean(r.FailureReason()),
		Desc: cli.Clean(v.Desc), Created: plausible(v.Created()),
	}
	for _, label := range v.Labels {
		out.Labels = append(out.Labels, cli.Clean(label))
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
		shown := &image{Service: cli.Clean(i.Service), Container: cli.Clean(i.Container), Ref: i.Image, Origin: originNotTraced}
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
			out.Others = append(out.Others, delivered{"chart", cli.Clean(d.ChartName + " " + d.ChartVersion), cli.Clean(d.ChartRepoName)})
		case d.DistributeType == delivery.DistributeFile:
			out.Others = append(out.Others, delivered{"file", cli.Clean(d.PackageFile), ""})
		case d.RegistryName != "" || d.Image != "":
			out.Others = append(out.Others, delivered{"image", cli.Clean(cmp.Or(d.Image, d.RegistryName)), ""})
		}
	}
	for _, s := range r.Services {
		if s != nil && s.ChartName != "" {
			out.Others = append(out.Others, delivered{"chart", cli.Clean(s.ChartName + " " + s.ChartVersion), cli.Clean(r.ChartRepoName)})
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
	return t.Local()
}

// built takes what a release itself knows about the build of an image, up to
// v3.4.
func (i *image) built(b *delivery.BuildInfo) {
	i.Origin = originKnown
	i.Took, i.Built = b.Duration(), plausible(b.Ended())
	if b.ImageInfo != nil {
		i.Digest, i.Size = b.ImageInfo.ImageDigest, b.ImageInfo.ImageSize
	}
	for _, c := range b.Commits {
		if c != nil {
			known := newCommit(c.CommitID, c.URL(), c.CommitMessage, c.AuthorName, cmp.Or(c.RepoNamespace, c.RepoOwner), c.RepoName,
				cmp.Or(c.Branch, c.Tag))
			for _, pr := range c.PullRequests() {
				known.PRs = append(known.PRs, pull{pr.Number, web(pr.URL())})
			}
			i.Commits = append(i.Commits, known)
		}
	}
	for _, known := range b.Issues {
		if known != nil {
			i.Issues = append(i.Issues, issue{cli.Clean(known.Key), web(known.URL), cli.FirstLine(known.Summary)})
		}
	}
}

// traced adds what tracing found to what the release itself says.
func (i *image) traced(result origin, a *artifact.Artifact) {
	if a == nil {
		if i.Origin == originNotTraced {
			i.Origin = result
		}
		return
	}
	i.Origin = result
	i.Digest = cmp.Or(i.Digest, a.ImageDigest)
	i.Size = cmp.Or(i.Size, a.ImageSize)
	for _, b := range a.Builds() {
		if took := b.Duration(); i.Took == 0 && took > 0 {
			i.Took = took
		}
		if i.Built.IsZero() {
			i.Built = plausible(b.Ended())
		}
		for _, key := range b.Issues {
			key = cli.Clean(key)
			if !slices.ContainsFunc(i.Issues, func(known issue) bool { return known.Key == key }) {
				i.Issues = append(i.Issues, issue{Key: key})
			}
		}
	}
	own := len(i.Commits) > 0
	for _, c := range a.Commits() {
		known := newCommit(c.CommitID, c.URL(), c.CommitMessage, c.AuthorName, c.RepoOwner, c.RepoName, cmp.Or(c.Branch, c.Tag))
		for _, pr := range c.PullRequests() {
			known.PRs = append(known.PRs, pull{pr.Number, web(pr.URL())})
		}
		at := slices.IndexFunc(i.Commits, func(c commit) bool { return c.ID == known.ID })
		switch {
		case at < 0 && !own:
			i.Commits = append(i.Commits, known)
		case at >= 0 && len(known.PRs) > len(i.Commits[at].PRs): // releases name one of several
			i.Commits[at].PRs = known.PRs
		}
	}
}

func newCommit(id, url, message, author, owner, repo, ref string) commit {
	c := commit{ID: cli.Clean(id), URL: web(url), Message: cli.FirstLine(message), Author: cli.Clean(author), Ref: cli.Clean(ref)}
	if repo != "" {
		c.Repo = cli.Clean(strings.TrimPrefix(owner+"/"+repo, "/"))
	}
	return c
}

// web is a URL that a page may link to, or "".
func web(url string) string {
	if (strings.HasPrefix(url, "https://") || strings.HasPrefix(url, "http://")) && cli.Clean(url) == url {
		return url
	}
	return ""
}

// Name is what the page calls the release.
func (r *release) Name() string { return cmp.Or(r.Version, r.ID) }

// Services are the names of a release's services, each once.
func (r *release) Services() []string {
	var names []string
	for _, i := range r.Images {
		if name := i.service(); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// service is the name of an image's service or, where it is not known, of the
// image.
func (i *image) service() string { return cmp.Or(i.Service, i.name()) }

// name is an image's, without registry, tag and digest.
func (i *image) name() string {
	repository, _ := splitReference(i.Ref)
	return repository[strings.LastIndexByte(repository, '/')+1:]
}

// splitReference cuts an image reference before its tag or digest.
func splitReference(ref string) (repository, version string) {
	end := len(ref)
	if at := strings.IndexByte(ref, '@'); at >= 0 {
		end = at
	}
	if colon := strings.LastIndexByte(ref[:end], ':'); colon > strings.LastIndexByte(ref[:end], '/') {
		end = colon
	}
	return ref[:end], ref[end:]
}
