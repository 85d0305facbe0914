package changelog

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/artifact"
	"github.com/zadig-go/zadig/cmd/zadig-delivery/internal/cli"
	"github.com/zadig-go/zadig/cmd/zadig-delivery/internal/origin"
	"github.com/zadig-go/zadig/cmd/zadig-delivery/internal/record"
	"github.com/zadig-go/zadig/delivery"
)

// notes are the changes from one release to another.
type notes struct {
	Project   string         `json:"project"`
	From      record.Release `json:"from"`
	To        record.Release `json:"to"`
	Commits   []*commit      `json:"commits"`
	Issues    []record.Issue `json:"issues"`
	Images    []image        `json:"images"`
	Manifests []string       `json:"manifests"` // services whose manifests differ
	Untraced  []untraced     `json:"untraced"`

	failed error // why an image could not be traced, unless Zadig does not know it
}

type image struct {
	Change    string       `json:"change"` // added, changed, rolled back or not in this release
	Service   string       `json:"service"`
	Container string       `json:"container"`
	From      string       `json:"from"`
	To        string       `json:"to"`
	Compare   []comparison `json:"compare"` // one for each repository that the two images were built from
}

// place returns the service and container.
func (i image) place() string {
	return record.Image{Service: i.Service, Container: i.Container}.Place()
}

// comparison is a page of a code host with all commits from one build to
// another.
type comparison struct {
	Repo string `json:"repo"`
	URL  string `json:"url"`
}

type untraced struct {
	Service string `json:"service"`
	Image   string `json:"image"`
	Old     bool   `json:"old"` // an image of the old version: its commits are not known, and so cannot be left out
	Reason  string `json:"reason"`
}

// The values of image.Change.
const (
	added      = "added"
	changed    = "changed"
	rolledBack = "rolled back"
	missing    = "not in this release"
)

// takeNotes compares two releases and traces the images that differ.
func takeNotes(ctx context.Context, tracer origin.Tracer, from, to *delivery.Release) (*notes, error) {
	changes := delivery.Diff(from, to)
	n := &notes{
		Project: to.VersionInfo.ProductName, From: record.NewRelease(from), To: record.NewRelease(to),
		Commits: []*commit{}, Issues: []record.Issue{}, Images: []image{}, Untraced: []untraced{},
		Manifests: append([]string{}, changes.Manifests...),
	}
	for _, i := range changes.Changed {
		n.Images = append(n.Images, image{Change: changed, Service: i.Service, Container: i.Container, From: i.From, To: i.To})
	}
	for _, i := range changes.Added {
		n.Images = append(n.Images, image{Change: added, Service: i.Service, Container: i.Container, To: i.Image})
	}
	for _, i := range changes.Removed {
		n.Images = append(n.Images, image{Change: missing, Service: i.Service, Container: i.Container, From: i.Image})
	}
	n.Images = withoutRepeated(n.Images)
	var toTrace []string
	for _, i := range n.Images {
		for _, ref := range []string{i.From, i.To} {
			if ref != "" {
				toTrace = append(toTrace, ref)
			}
		}
	}
	tracer.Sources = record.Sources(from, to)
	traced, err := tracer.Trace(ctx, toTrace, nil)
	if err != nil {
		return nil, err
	}
	n.fill(traced, tracer.Sources, issueTitles(to))
	return n, nil
}

// withoutRepeated drops each change without a container if another change says the same
// about a container, because a packaged chart and its environment both name the image.
func withoutRepeated(images []image) []image {
	return slices.DeleteFunc(slices.Clone(images), func(i image) bool {
		return i.Container == "" && slices.ContainsFunc(images, func(other image) bool {
			return other.Container != "" && other.Service == i.Service && other.From == i.From && other.To == i.To
		})
	})
}

// fill adds the commits that the new images have and the old images lack. For images that
// were rolled back, it adds those that the old images have and the new images lack.
func (n *notes) fill(traced map[string]artifact.Result, sources, titles map[string]string) {
	var was, is, back, gone []*artifact.Artifact
	services := make(map[string][]string) // by the image that Zadig built
	for at := range n.Images {
		i := &n.Images[at]
		i.Compare = []comparison{}
		older, newer := n.traced(traced, *i, i.From, true), n.traced(traced, *i, i.To, false)
		for _, ref := range []string{i.From, i.To} {
			built := cmp.Or(sources[ref], ref)
			services[built] = appendNew(services[built], i.place())
		}
		if i.Change == changed && isRollback(older, newer) {
			i.Change = rolledBack
			older, newer = newer, older
			back, gone = append(back, older), append(gone, newer)
		} else {
			was, is = append(was, older), append(is, newer)
		}
		for _, page := range artifact.CompareURLs(older, newer) {
			i.Compare = append(i.Compare, comparison{page.RepoOwner + "/" + page.RepoName, page.URL})
		}
	}
	changes := artifact.Diff(was, is)
	for _, c := range changes.Commits {
		n.addCommit(c, services)
	}
	for _, c := range artifact.Diff(back, gone).Commits {
		n.addCommit(c, services).Type = "rollback"
	}
	for _, text := range changes.Issues {
		n.Issues = appendNew(n.Issues, record.NewIssue(text, titles))
	}
}

// isRollback reports whether the newer image was built before the older one.
func isRollback(older, newer *artifact.Artifact) bool {
	if older == nil || newer == nil {
		return false
	}
	a, b := origin.New(artifact.Result{Artifact: older}).BuiltAt, origin.New(artifact.Result{Artifact: newer}).BuiltAt
	return a != nil && b != nil && b.Before(*a)
}

// traced returns the artifact of an image, or nil if it could not be traced.
func (n *notes) traced(traced map[string]artifact.Result, i image, ref string, old bool) *artifact.Artifact {
	result := traced[ref]
	if err := result.Err; err != nil && i.Change != missing { // errors of missing images are not listed
		reason := "not known to Zadig"
		if !errors.Is(err, zadig.ErrNotFound) {
			reason, n.failed = cli.Explain(err), err
		}
		n.Untraced = appendNew(n.Untraced, untraced{i.place(), ref, old, reason})
	}
	return result.Artifact
}

func (n *notes) addCommit(c artifact.NewCommit, services map[string][]string) *commit {
	line := newCommit(record.NewCommit(c.Commit))
	for _, image := range c.Images {
		for _, service := range services[image] {
			line.Services = appendNew(line.Services, service)
		}
	}
	n.Commits = append(n.Commits, line)
	return line
}

// issueTitles returns the summaries of issues by their keys and pages, as far as
// the release has them: servers up to v3.4 send them.
func issueTitles(r *delivery.Release) map[string]string {
	titles := make(map[string]string)
	for _, build := range r.BuildInfo {
		if build == nil {
			continue
		}
		for _, i := range build.Issues {
			if i != nil {
				titles[i.Key], titles[i.URL] = i.Summary, i.Summary
			}
		}
	}
	return titles
}

// appendNew appends one to all, unless all already has it.
func appendNew[E comparable](all []E, one E) []E {
	if slices.Contains(all, one) {
		return all
	}
	return append(all, one)
}
