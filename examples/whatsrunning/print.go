package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/zadig-go/zadig/examples/internal/cli"
)

// record is an image in JSON.
type record struct {
	Status      string         `json:"status"`
	Image       string         `json:"image"`
	ImageID     string         `json:"image_id"` // of what runs
	Pods        int            `json:"pods"`
	Namespaces  map[string]int `json:"namespaces"` // pods in each
	BuiltDigest string         `json:"built_digest"`
	BuiltAt     *time.Time     `json:"built_at"` // null if it is not known
	Commits     []commit       `json:"commits"`
	Issues      []string       `json:"issues"`
	Error       string         `json:"error,omitempty"`
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
}

type pullRequest struct {
	Number int    `json:"number"`
	URL    string `json:"url"`
}

func (o *origin) record() record {
	r := record{
		Status: o.status, Image: o.Image, ImageID: o.ImageID, Pods: o.Pods, Namespaces: o.Namespaces,
		Commits: []commit{}, Issues: []string{},
	}
	if o.err != nil {
		r.Error = cli.Explain(o.err)
	}
	if o.artifact == nil {
		return r
	}
	r.BuiltDigest = o.artifact.ImageDigest
	if at := o.builtAt(); !at.IsZero() {
		r.BuiltAt = new(at.UTC())
	}
	r.Issues = append(r.Issues, o.artifact.Issues()...)
	for _, c := range o.artifact.Commits() {
		line := commit{
			Repo: c.RepoOwner + "/" + c.RepoName, Commit: c.CommitID, URL: c.URL(), Branch: c.Branch, Tag: c.Tag,
			Message: c.CommitMessage, Author: c.AuthorName, PullRequests: []pullRequest{},
		}
		for _, pr := range c.PullRequests() {
			line.PullRequests = append(line.PullRequests, pullRequest{pr.Number, pr.URL()})
		}
		r.Commits = append(r.Commits, line)
	}
	return r
}

// builtAt is when the newest build ended, or else when the image was recorded.
func (o *origin) builtAt() time.Time {
	for _, build := range o.artifact.Builds() {
		if at := build.Ended(); !at.IsZero() {
			return at
		}
	}
	return o.artifact.Created()
}

func write(out io.Writer, format cli.Format, found []*origin, knownOnly bool) error {
	rows := cli.NewRows(out, format, "STATUS", "IMAGE", "PODS", "COMMIT", "PR", "AUTHOR", "BUILT", "NAMESPACES")
	counts := make(map[string]int)
	for _, o := range found {
		counts[o.status]++
		if knownOnly && o.status == unknown {
			continue
		}
		if format != cli.JSON {
			o.addTo(rows)
		} else if err := cli.WriteJSON(out, o.record()); err != nil {
			return err
		}
	}
	if err := rows.Flush(); err != nil || format == cli.JSON {
		return err
	}
	var summary []string
	for _, status := range statuses {
		if n := counts[status]; n > 0 {
			summary = append(summary, fmt.Sprintf("%d %s", n, status))
		}
	}
	if len(summary) == 0 {
		_, err := fmt.Fprintln(out, "No images run.")
		return err
	}
	_, err := fmt.Fprintf(out, "\n%s.\n", strings.Join(summary, ", "))
	if err == nil && counts[drifted] > 0 {
		_, err = fmt.Fprintln(out, "Drifted: the tag was pushed again; the commit is that of the build that Zadig knows, not of what runs.")
	}
	return err
}

const shortCommit = 12

// addTo adds a row for each pull request of each commit, or one.
func (o *origin) addTo(rows *cli.Rows) {
	pods := ""
	if o.Pods > 0 {
		pods = strconv.Itoa(o.Pods)
	}
	first := []cli.Cell{{Text: o.status}, {Text: o.shown(), Code: true}, {Text: pods}, {}, {}, {}, {}, {Text: o.namespaces()}}
	if o.artifact == nil {
		rows.Add(first...)
		return
	}
	first[6].Text = cli.Time(o.builtAt())
	row := first
	for _, c := range o.record().Commits {
		row[3] = cli.Cell{Text: c.Repo + "@" + cli.Shorten(c.Commit, shortCommit), URL: c.URL}
		if len(c.Commit) > shortCommit {
			row[3].Text = c.Repo + "@" + c.Commit[:shortCommit]
		}
		row[5] = cli.Cell{Text: c.Author}
		for i, pr := range c.PullRequests {
			if i > 0 {
				rows.Add(row...)
				row = make([]cli.Cell, len(first))
			}
			row[4] = cli.Cell{Text: "#" + strconv.Itoa(pr.Number), URL: pr.URL}
		}
		rows.Add(row...)
		row = make([]cli.Cell, len(first))
	}
	if len(o.artifact.Commits()) == 0 {
		rows.Add(first...)
	}
}

// shown is the image as people read it: with the digest where that matters, and
// no more of it than tells one from another.
func (o *origin) shown() string {
	image, digest, found := strings.Cut(o.Image, "@")
	if o.status == drifted {
		_, digest, found = strings.Cut(o.ImageID, "@")
	}
	if !found {
		return image
	}
	return image + "@" + cli.Shorten(digest, len("sha256:")+shortCommit+1)
}

// namespaces are those that run the image, with how many pods of them where
// it is more than one.
func (o *origin) namespaces() string {
	var all []string
	for _, namespace := range slices.Sorted(maps.Keys(o.Namespaces)) {
		if n := o.Namespaces[namespace]; n > 1 {
			namespace += fmt.Sprintf(" (%d)", n)
		}
		all = append(all, namespace)
	}
	return strings.Join(all, ", ")
}
