package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/zadig-go/zadig/artifact"
	"github.com/zadig-go/zadig/examples/internal/cli"
)

// record is an image in JSON.
type record struct {
	Status      string         `json:"status"`
	Image       string         `json:"image"`
	ImageID     string         `json:"image_id"` // of what runs
	Pods        int            `json:"pods"`
	Namespaces  map[string]int `json:"namespaces"`  // pods in each
	Places      []place        `json:"places"`      // containers that run it
	BuiltImage  string         `json:"built_image"` // as Zadig knows it
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
		Places: append([]place{}, o.Places...), Commits: []commit{}, Issues: []string{},
	}
	if o.err != nil {
		r.Error = cli.Explain(o.err)
	}
	if o.artifact == nil {
		return r
	}
	r.BuiltImage, r.BuiltDigest = o.artifact.Image, o.artifact.ImageDigest
	if at := o.builtAt(); !at.IsZero() {
		r.BuiltAt = new(at.UTC())
	}
	r.Issues = append(r.Issues, o.artifact.Issues()...)
	for _, c := range o.artifact.Commits() {
		r.Commits = append(r.Commits, newCommit(c))
	}
	return r
}

func newCommit(c *artifact.Commit) commit {
	line := commit{
		Repo: c.RepoOwner + "/" + c.RepoName, Commit: c.CommitID, URL: c.URL(), Branch: c.Branch, Tag: c.Tag,
		Message: c.CommitMessage, Author: c.AuthorName, PullRequests: []pullRequest{},
	}
	for _, pr := range c.PullRequests() {
		line.PullRequests = append(line.PullRequests, pullRequest{pr.Number, pr.URL()})
	}
	return line
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

// write writes what was found, for a terminal of a width or, with 0, without
// regard to that. It returns how many images have each status.
func write(out io.Writer, format cli.Format, found []*origin, knownOnly bool, width int) (counts map[string]int, err error) {
	counts = make(map[string]int)
	var shown []*origin
	for _, o := range found {
		counts[o.status]++
		if !knownOnly || o.status != unknown {
			shown = append(shown, o)
		}
	}
	if format == cli.JSON {
		for _, o := range shown {
			if err := cli.WriteJSON(out, o.record()); err != nil {
				return counts, err
			}
		}
		return counts, nil
	}
	rows := cli.NewRows(out, format, "STATUS", "IMAGE", "PODS", "COMMIT", "PR", "AUTHOR", "BUILT", "NAMESPACES")
	common := new(registry)
	if format == cli.Table && width > 0 {
		common = commonRegistry(shown)
		rows.Fit(cli.Fit{
			Width:    width,
			Least:    map[string]int{"IMAGE": 30, "COMMIT": 10, "PR": 6, "AUTHOR": 8, "NAMESPACES": 10},
			Optional: []string{"BUILT", "PODS", "AUTHOR", "NAMESPACES", "PR", "COMMIT"},
		})
	}
	for _, o := range shown {
		o.addTo(rows, common)
	}
	if err := rows.Flush(); err != nil {
		return counts, err
	}
	_, err = io.WriteString(out, summary(counts)+legend(rows, common))
	return counts, err
}

// summary says how many images have which status.
func summary(counts map[string]int) string {
	var all []string
	for _, status := range statuses {
		if n := counts[status]; n > 0 {
			all = append(all, fmt.Sprintf("%d %s", n, status))
		}
	}
	if len(all) == 0 {
		return "No images run.\n"
	}
	text := "\n" + strings.Join(all, ", ") + ".\n"
	if counts[drifted] > 0 {
		text += "Drifted: the tag was pushed again; commit and author are those of the build\nthat Zadig knows, not of what runs.\n"
	}
	return text
}

// legend says what is not as it is because the table had to fit.
func legend(rows *cli.Rows, common *registry) string {
	text := ""
	if common.seen > 0 {
		text = fmt.Sprintf("%s stands for %s\n", cutRegistry, cli.Clean(common.name))
	}
	leftOut, shortened := rows.Cut()
	switch {
	case len(leftOut) > 0:
		text += fmt.Sprintf("Left out: %s; -wide shows all.\n", strings.Join(leftOut, ", "))
	case shortened:
		text += "-wide shows all.\n"
	}
	return text
}

// addTo adds a row for each pull request of each commit, or one.
func (o *origin) addTo(rows *cli.Rows, common *registry) {
	pods := ""
	if o.Pods > 0 {
		pods = strconv.Itoa(o.Pods)
	}
	first := []cli.Cell{{Text: o.status}, o.imageCell(common), {Text: pods}, {}, {}, {}, {}, o.namespacesCell()}
	if o.artifact == nil {
		rows.Add(first...)
		return
	}
	first[6].Text = cli.Time(o.builtAt())
	row := first
	for _, c := range o.artifact.Commits() {
		line := newCommit(c)
		row[3], row[5] = line.cell(), cli.Cell{Text: line.Author}
		for i, pr := range line.PullRequests {
			if i > 0 {
				rows.Add(row...)
				row = make([]cli.Cell, len(first))
			}
			row[4] = cli.Cell{Text: cli.PullRequest(pr.Number, pr.URL), URL: pr.URL}
		}
		rows.Add(row...)
		row = make([]cli.Cell, len(first))
	}
	if len(o.artifact.Commits()) == 0 {
		rows.Add(first...)
	}
}
