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

// release is the page's data about a release. It copies only named fields of the SDK's
// types, so that no credential gets into a page.
type release struct {
	record.Release

	WorkflowName string      `json:"workflow_name"` // as people read it
	Shown        string      `json:"created_at"`    // Created, "": not known
	URL          string      `json:"url,omitempty"` // of its page in Zadig
	TaskURL      string      `json:"task_url,omitempty"`
	Tests        int         `json:"tests,omitempty"`
	TestsFailed  int         `json:"tests_failed,omitempty"`
	Delivered    []delivered `json:"delivered,omitempty"`
	Rollback     bool        `json:"rollback,omitempty"` // an image was built before the one that it replaced
	PreviousAt   int         `json:"previous,omitempty"` // how many releases further down Previous is
	ImagesAt     []int       `json:"images"`             // indices of Images

	Created  time.Time `json:"-"` // zero: not known
	Images   []*image  `json:"-"`
	Previous *release  `json:"-"` // the release that it is compared with
	group    *group
}

// image is an image that releases deliver, with the build that made it.
type image struct {
	record.Image

	Digest  string          `json:"digest,omitempty"`
	Size    int64           `json:"size,omitempty"` // bytes
	Shown   string          `json:"built,omitempty"`
	Seconds int             `json:"seconds,omitempty"` // that the build took
	Commits []record.Commit `json:"commits"`
	Issues  []record.Issue  `json:"issues,omitempty"`
	Note    string          `json:"note,omitempty"` // why there are no commits

	Built  time.Time `json:"-"`
	source string    // the reference under which Zadig built it
	index  int
}

// The values of image.Note.
const (
	noCommits = "No commits are known."
	notTraced = "Not traced."
	foreign   = "Zadig does not know this image."
	failed    = "This image could not be traced."
)

// delivered is a chart, file or image that a release distributed.
type delivered struct {
	Kind  string `json:"kind"`
	Name  string `json:"name"`
	Where string `json:"where,omitempty"`
}

// newRelease returns the page's data about r. Releases share the images in
// known.
func newRelease(r *delivery.Release, base string, known map[record.Image]*image) *release {
	out := &release{
		Release: record.NewRelease(r), Created: plausible(r.VersionInfo.Created()),
		WorkflowName: cmp.Or(r.VersionInfo.WorkflowDisplayName, r.VersionInfo.WorkflowName),
	}
	out.URL, out.TaskURL = record.WebURL(base, out.Release), record.TaskURL(base, out.Release)
	if !out.Created.IsZero() {
		out.Shown = minute(out.Created)
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
	add := func(kind, name, where string) {
		if name = strings.TrimSpace(name); name != "" {
			out.Delivered = append(out.Delivered, delivered{kind, name, where})
		}
	}
	for _, d := range r.DistributeInfo {
		if d != nil {
			add("chart", d.ChartName+" "+d.ChartVersion, d.ChartRepoName)
			add("file", d.PackageFile, "")
			add("image", cmp.Or(d.Image, d.RegistryName), "")
		}
	}
	for _, s := range r.Services {
		if s != nil {
			add("chart", s.ChartName+" "+s.ChartVersion, r.ChartRepoName)
		}
	}
	cli.MapTexts(out, 0, cli.Clean)
	sources := record.Sources(r)
	for _, i := range record.Images(r) {
		one := known[i]
		if one == nil {
			one = &image{Image: i, source: sources[i.Image], Commits: []record.Commit{}, Note: notTraced}
			one.Service, one.Container = cli.Clean(i.Service), cli.Clean(i.Container)
			known[i] = one
		}
		for _, b := range r.BuildInfo {
			if b != nil && b.ImageName == i.Image {
				one.built(b)
			}
		}
		out.Images = append(out.Images, one)
	}
	return out
}

// plausible returns t, or the zero Time if no Zadig can have written it: a single release
// with such a time would stretch the charts over thousands of years.
func plausible(t time.Time) time.Time {
	if t.Year() < 2000 || t.After(time.Now().AddDate(1, 0, 0)) {
		return time.Time{}
	}
	return t.Local()
}

// built sets the build of an image from the release itself, which has it up to v3.4.
func (i *image) built(b *delivery.BuildInfo) {
	i.setBuild(b.Duration(), b.Ended())
	if b.ImageInfo != nil {
		i.Digest, i.Size = b.ImageInfo.ImageDigest, b.ImageInfo.ImageSize
	}
	if i.Note == notTraced {
		i.Note, i.Commits = "", record.BuildCommits(b)
		for _, one := range b.Issues {
			if one != nil {
				i.addIssue(record.Issue{Key: one.Key, URL: one.URL, Title: one.Summary})
			}
		}
	}
}

// traced adds the result of tracing: an error, or an artifact. Where a release names one
// pull request, its artifact names all.
func (i *image) traced(a *artifact.Artifact, note string) {
	if a == nil {
		if i.Note == notTraced {
			i.Note = note
		}
		return
	}
	i.Digest, i.Size = cmp.Or(i.Digest, a.ImageDigest), cmp.Or(i.Size, a.ImageSize)
	for _, b := range a.Builds() {
		i.setBuild(b.Duration(), b.Ended())
	}
	for _, key := range a.Issues() {
		i.addIssue(record.NewIssue(key, nil))
	}
	known := i.Commits
	if commits := record.Commits(a); len(commits) > 0 {
		i.Commits = commits
	}
	for at := range i.Commits {
		for _, own := range known {
			if c := &i.Commits[at]; own.Commit == c.Commit && len(own.PullRequests) > len(c.PullRequests) {
				c.PullRequests = own.PullRequests
			}
		}
	}
	if i.Note = ""; len(i.Commits) == 0 {
		i.Note = noCommits
	}
}

func (i *image) setBuild(took time.Duration, ended time.Time) {
	if i.Seconds == 0 && took > 0 {
		i.Seconds = int(took.Seconds())
	}
	if i.Built.IsZero() {
		i.Built = plausible(ended)
	}
}

func (i *image) addIssue(issue record.Issue) {
	if !slices.ContainsFunc(i.Issues, func(known record.Issue) bool { return known.Key == issue.Key }) {
		i.Issues = append(i.Issues, issue)
	}
}

// Name returns the release's name on the page.
func (r *release) Name() string { return cmp.Or(r.Version, r.ID) }

func (r *release) failed() bool { return r.Status == delivery.StatusFailed }

// service returns the name of the image's service or, if that is not known, of the
// image.
func (i *image) service() string {
	repository, _ := splitReference(i.Image.Image)
	return cmp.Or(i.Service, repository[strings.LastIndexByte(repository, '/')+1:])
}

// splitReference cuts an image reference before its tag or digest.
func splitReference(ref string) (repository, version string) {
	repository, _, _ = strings.Cut(ref, "@")
	if colon := strings.LastIndexByte(repository, ':'); colon > strings.LastIndexByte(repository, '/') {
		repository = repository[:colon]
	}
	return repository, ref[len(repository):]
}
