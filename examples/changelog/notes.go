package main

import (
	"context"
	"errors"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/artifact"
	"github.com/zadig-go/zadig/core"
	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/examples/internal/cli"
)

// notes are what changed from one release to another. They are the JSON of
// -format json.
type notes struct {
	Project      string        `json:"project"`
	From         version       `json:"from"`
	To           version       `json:"to"`
	Images       []image       `json:"images"`
	Manifests    []string      `json:"manifests"` // services whose manifests differ
	Commits      []*commit     `json:"commits"`
	PullRequests []pullRequest `json:"pull_requests"`
	Issues       []issue       `json:"issues"`
	Authors      []string      `json:"authors"`
	Untraced     []untraced    `json:"untraced"`

	failed error // an image could not be traced, for another reason than that Zadig does not know it
}

type version struct {
	Version     string    `json:"version"`
	CreatedBy   string    `json:"created_by"`
	CreatedAt   time.Time `json:"created_at"`
	Description string    `json:"description"`
	Failed      bool      `json:"failed"`
	Failure     string    `json:"failure,omitempty"` // the server's reason, "" if it gives none
}

type image struct {
	Change    string       `json:"change"` // added, changed or removed
	Service   string       `json:"service"`
	Container string       `json:"container"`
	From      string       `json:"from"`
	To        string       `json:"to"`
	Compare   []comparison `json:"compare"` // one for each repository that the two were built from
}

// comparison is a page of a code host with all commits from one build to
// another.
type comparison struct {
	Repo string `json:"repo"`
	URL  string `json:"url"`
}

type commit struct {
	Repo         string        `json:"repo"`
	Commit       string        `json:"commit"`
	URL          string        `json:"url"`
	Branch       string        `json:"branch"`
	Tag          string        `json:"tag"`
	Message      string        `json:"message"`
	Author       string        `json:"author"`
	PullRequests []pullRequest `json:"pull_requests"`
	Services     []string      `json:"services"`
}

type pullRequest struct {
	Repo   string `json:"repo"`
	Number int    `json:"number"`
	URL    string `json:"url"`
}

type issue struct {
	Key   string `json:"key"`
	URL   string `json:"url"`
	Title string `json:"title"`
}

type untraced struct {
	Service string `json:"service"`
	Image   string `json:"image"`
	Old     bool   `json:"old"` // an image of the old version: its commits are not known, and so not left out
	Reason  string `json:"reason"`
}

// takeNotes compares two releases and traces the images that differ.
func takeNotes(ctx context.Context, artifacts *artifact.Service, from, to *delivery.Release, progress *cli.Progress) (*notes, error) {
	changes := delivery.Diff(from, to)
	n := &notes{
		Project: to.VersionInfo.ProductName, From: newVersion(from), To: newVersion(to),
		Images: []image{}, Manifests: append([]string{}, changes.Manifests...),
		Commits: []*commit{}, PullRequests: []pullRequest{}, Issues: []issue{}, Authors: []string{}, Untraced: []untraced{},
	}
	for _, i := range changes.Changed {
		n.Images = append(n.Images, image{Change: "changed", Service: i.Service, Container: i.Container, From: i.From, To: i.To})
	}
	for _, i := range changes.Added {
		n.Images = append(n.Images, image{Change: "added", Service: i.Service, Container: i.Container, To: i.Image})
	}
	for _, i := range changes.Removed {
		n.Images = append(n.Images, image{Change: "removed", Service: i.Service, Container: i.Container, From: i.Image})
	}
	n.Images = withoutRepeated(n.Images)
	for at := range n.Images {
		n.Images[at].Compare = []comparison{}
	}

	var toTrace []string
	for _, i := range n.Images {
		for _, image := range []string{i.From, i.To} {
			if image != "" {
				toTrace = append(toTrace, image)
			}
		}
	}
	traced := make(map[string]artifact.Result)
	for image, result := range artifacts.TraceMany(ctx, toTrace, artifact.TraceManyOptions{}) {
		traced[image] = result
		progress.Show("%d images traced", len(traced))
		if errors.Is(result.Err, context.Canceled) || errors.Is(result.Err, zadig.ErrUnauthorized) {
			return nil, result.Err
		}
	}
	n.fill(traced, issueTitles(to))
	return n, nil
}

func newVersion(r *delivery.Release) version {
	v := r.VersionInfo
	return version{v.Version, v.CreatedBy, v.Created().UTC(), v.Desc, r.Failed(), r.FailureReason()}
}

// withoutRepeated drops changes that name no container where another one says
// the same of one: a packaged chart and its environment both name one image.
func withoutRepeated(images []image) []image {
	return slices.DeleteFunc(slices.Clone(images), func(i image) bool {
		return i.Container == "" && slices.ContainsFunc(images, func(other image) bool {
			return other.Container != "" && other.Service == i.Service && other.From == i.From && other.To == i.To
		})
	})
}

// fill adds what the new images were built from and the old ones were not.
func (n *notes) fill(traced map[string]artifact.Result, titles map[string]string) {
	var was, is []*artifact.Artifact
	services := make(map[string][]string) // by the new image
	for at, i := range n.Images {
		if i.From != "" {
			was = append(was, n.traced(traced, i, i.From, true))
		}
		if i.To != "" {
			is = append(is, n.traced(traced, i, i.To, false))
			services[i.To] = append(services[i.To], i.Service)
		}
		for _, page := range artifact.CompareURLs(traced[i.From].Artifact, traced[i.To].Artifact) {
			n.Images[at].Compare = append(n.Images[at].Compare, comparison{page.RepoOwner + "/" + page.RepoName, page.URL})
		}
	}
	changes := artifact.Diff(was, is)
	for _, c := range changes.Commits {
		n.addCommit(c, services)
	}
	for _, pr := range changes.PullRequests {
		n.PullRequests = append(n.PullRequests, newPullRequest(pr))
	}
	for _, text := range changes.Issues {
		one := issue{Key: text, Title: titles[text]}
		if strings.HasPrefix(text, "http://") || strings.HasPrefix(text, "https://") {
			one.Key, one.URL = path.Base(text), text
		}
		n.Issues = appendNew(n.Issues, one)
	}
	n.Authors = append(n.Authors, changes.Authors...)
}

// traced returns the artifact of an image, nil if it could not be traced.
func (n *notes) traced(traced map[string]artifact.Result, i image, ref string, old bool) *artifact.Artifact {
	result := traced[ref]
	if result.Err != nil {
		n.addUntraced(i, ref, old, result.Err)
	}
	return result.Artifact
}

func (n *notes) addUntraced(i image, ref string, old bool, err error) {
	reason := "not known to Zadig"
	if !errors.Is(err, zadig.ErrNotFound) {
		reason = cli.Explain(err)
		n.failed = err
	}
	if i.Service == "" {
		i.Service = i.Container
	}
	n.Untraced = appendNew(n.Untraced, untraced{i.Service, ref, old, reason})
}

func (n *notes) addCommit(c artifact.NewCommit, services map[string][]string) {
	line := &commit{
		Repo: c.RepoOwner + "/" + c.RepoName, Commit: c.CommitID, URL: c.URL(), Branch: c.Branch, Tag: c.Tag,
		Message: c.CommitMessage, Author: c.AuthorName, PullRequests: []pullRequest{}, Services: []string{},
	}
	for _, pr := range c.PullRequests() {
		line.PullRequests = append(line.PullRequests, newPullRequest(pr))
	}
	for _, image := range c.Images {
		for _, service := range services[image] {
			line.Services = appendNew(line.Services, service)
		}
	}
	n.Commits = append(n.Commits, line)
}

func newPullRequest(pr core.PullRequest) pullRequest {
	return pullRequest{pr.RepoOwner + "/" + pr.RepoName, pr.Number, pr.URL()}
}

// issueTitles are the summaries of issues by their keys and pages, as far as
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

// appendNew appends what is not there yet.
func appendNew[E comparable](all []E, one E) []E {
	if slices.Contains(all, one) {
		return all
	}
	return append(all, one)
}
