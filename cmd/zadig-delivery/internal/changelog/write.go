package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/zadig-go/zadig/examples/internal/cli"
)

const shortCommit = 8

func short(commit string) string {
	if len(commit) > shortCommit {
		return commit[:shortCommit]
	}
	return commit
}

// place names a container, as Zadig does where its name is not the service's.
func (i image) place() string {
	switch {
	case i.Container == "" || i.Container == i.Service:
		return i.Service
	case i.Service == "":
		return i.Container
	}
	return i.Service + "/" + i.Container
}

// ref is what was built: the tag, or else the branch.
func (c *commit) ref() string {
	if c.Tag != "" {
		return c.Tag
	}
	return c.Branch
}

func (u untraced) what() string {
	if u.Old {
		return u.Reason + "; commits that the old version had too could not be left out"
	}
	return u.Reason
}

func (v version) whyFailed() string { return cmp.Or(v.Failure, "Zadig gives no reason") }

// doubt is what a failure of either release means for what was added and
// removed.
func (n *notes) doubt() string {
	differs := func(change string) bool {
		return slices.ContainsFunc(n.Images, func(i image) bool { return i.Change == change })
	}
	var sentences []string
	if n.To.Failed && differs("removed") {
		sentences = append(sentences, n.To.Version+" failed: what looks removed may only not have been delivered.")
	}
	if n.From.Failed && differs("added") {
		sentences = append(sentences, n.From.Version+" failed: what looks added may have been delivered before it.")
	}
	return strings.Join(sentences, " ")
}

// compareLinks names the repositories where there are several.
func (i image) compareLinks() cli.Cell {
	var links cli.Cell
	for at, c := range i.Compare {
		link := cli.Cell{Text: "compare", URL: c.URL}
		if len(i.Compare) > 1 {
			link.Text = "compare " + c.Repo
		}
		if at == 0 {
			links = link
		} else {
			links.Also = append(links.Also, link)
		}
	}
	return links
}

// back reports whether the notes are those of going back.
func (n *notes) back() bool { return n.To.CreatedAt.Before(n.From.CreatedAt) }

// writer remembers the first error.
type writer struct {
	io.Writer

	err error
}

func (w *writer) printf(format string, args ...any) {
	if w.err == nil {
		_, w.err = fmt.Fprintf(w, format, args...)
	}
}

func (n *notes) writeMarkdown(out io.Writer) error {
	w := &writer{Writer: out}
	w.printf("# %s %s\n\n", cli.Escape(n.Project), cli.Escape(n.To.Version))
	w.printf("Released by %s on %s. Changes since %s of %s.\n", cli.Escape(n.To.CreatedBy), cli.Time(n.To.CreatedAt), cli.Escape(n.From.Version), cli.Time(n.From.CreatedAt))
	if n.back() {
		w.printf("\n%s is older than %s: this is what going back changes.\n", cli.Escape(n.To.Version), cli.Escape(n.From.Version))
	}
	if n.To.Failed {
		w.printf("\n**This release failed**: %s\n", cli.Escape(n.To.whyFailed()))
	}
	if n.From.Failed {
		w.printf("\n**%s failed**: %s\n", cli.Escape(n.From.Version), cli.Escape(n.From.whyFailed()))
	}
	if text := cli.Escape(n.To.Description); text != "" {
		w.printf("\n> %s\n", text)
	}
	if len(n.Images) == 0 && len(n.Manifests) == 0 {
		w.printf("\nNo image changed.\n")
	}
	if len(n.Images) > 0 {
		w.printf("\n## Images\n\n")
		rows := cli.NewRows(w, cli.Markdown, "", "Service", "From", "To", "")
		for _, i := range n.Images {
			rows.Add(cli.Cell{Text: i.Change}, cli.Cell{Text: i.place()}, cli.Cell{Text: i.From, Code: true}, cli.Cell{Text: i.To, Code: true}, i.compareLinks())
		}
		if err := rows.Flush(); err != nil {
			return err
		}
		if slices.ContainsFunc(n.Images, func(i image) bool { return i.Change != "changed" }) {
			w.printf("\nAdded is what only %s delivered, removed what only %s did.\n", cli.Escape(n.To.Version), cli.Escape(n.From.Version))
		}
		if doubt := n.doubt(); doubt != "" {
			w.printf("\n%s\n", cli.Escape(doubt))
		}
	}
	if len(n.Manifests) > 0 {
		w.printf("\nManifests differ, be it in the image alone: %s\n", escapeAll(n.Manifests))
	}
	if len(n.Commits) > 0 {
		w.printf("\n## Commits\n\nThose that the new images were built from; others may lie between them and the old ones.\n\n")
	}
	for _, c := range n.Commits {
		w.printf("- %s %s", cli.CodeLink(short(c.Commit), c.URL), cli.Escape(cli.FirstLine(c.Message)))
		w.printf(" (%s", cli.Escape(c.Repo))
		if c.ref() != "" {
			w.printf(" %s", cli.Code(c.ref()))
		}
		for _, pr := range c.PullRequests {
			w.printf(", %s", cli.Link(cli.PullRequest(pr.Number, pr.URL), pr.URL))
		}
		w.printf(")")
		if c.Author != "" {
			w.printf(" by %s", cli.Escape(c.Author))
		}
		w.printf(": %s\n", escapeAll(c.Services))
	}
	if len(n.PullRequests) > 0 {
		w.printf("\n## Pull requests\n\n")
	}
	for _, pr := range n.PullRequests {
		w.printf("- %s\n", cli.Link(pr.Repo+" "+cli.PullRequest(pr.Number, pr.URL), pr.URL))
	}
	if len(n.Issues) > 0 {
		w.printf("\n## Issues\n\n")
	}
	for _, i := range n.Issues {
		w.printf("- %s\n", strings.TrimSpace(cli.Link(i.Key, i.URL)+" "+cli.Escape(i.Title)))
	}
	if len(n.Authors) > 0 {
		w.printf("\n## Authors\n\n%s\n", escapeAll(n.Authors))
	}
	if len(n.Untraced) > 0 {
		w.printf("\n## Not traced\n\n")
	}
	for _, u := range n.Untraced {
		w.printf("- %s (%s): %s\n", cli.Code(u.Image), cli.Escape(u.Service), cli.Escape(u.what()))
	}
	return w.err
}

func escapeAll(texts []string) string {
	var all []string
	for _, text := range texts {
		all = append(all, cli.Escape(text))
	}
	return strings.Join(all, ", ")
}

// writeText writes the notes as tables under headings.
func (n *notes) writeText(out io.Writer) error {
	w := &writer{Writer: out}
	w.printf("%s %s, released by %s on %s; changes since %s of %s\n", cli.Clean(n.Project), cli.Clean(n.To.Version),
		cli.Clean(n.To.CreatedBy), cli.Time(n.To.CreatedAt), cli.Clean(n.From.Version), cli.Time(n.From.CreatedAt))
	if n.back() {
		w.printf("%s is older than %s: this is what going back changes\n", cli.Clean(n.To.Version), cli.Clean(n.From.Version))
	}
	if n.To.Failed {
		w.printf("this release failed: %s\n", cli.Clean(n.To.whyFailed()))
	}
	if n.From.Failed {
		w.printf("%s failed: %s\n", cli.Clean(n.From.Version), cli.Clean(n.From.whyFailed()))
	}
	if len(n.Images) == 0 && len(n.Manifests) == 0 {
		w.printf("no image changed\n")
	}
	table := func(header []string, rows [][]string) {
		if len(rows) == 0 {
			return
		}
		w.printf("\n")
		t := cli.NewRows(w, cli.Table, header...)
		for _, row := range rows {
			t.Add(cli.Cells(row...)...)
		}
		w.err = cmp.Or(w.err, t.Flush())
	}
	var images, commits, issues, untraced [][]string
	for _, i := range n.Images {
		images = append(images, []string{i.Change, i.place(), i.From, i.To})
	}
	for _, c := range n.Commits {
		var prs []string
		for _, pr := range c.PullRequests {
			prs = append(prs, cli.PullRequest(pr.Number, pr.URL))
		}
		commits = append(commits, []string{
			short(c.Commit), c.Repo, c.ref(), strings.Join(prs, ", "), c.Author,
			strings.Join(c.Services, ", "), cli.FirstLine(c.Message),
		})
	}
	for _, i := range n.Issues {
		issues = append(issues, []string{i.Key, i.Title})
	}
	for _, u := range n.Untraced {
		untraced = append(untraced, []string{u.Image, u.Service, u.what()})
	}
	table([]string{"CHANGE", "SERVICE", "FROM", "TO"}, images)
	if doubt := n.doubt(); doubt != "" {
		w.printf("%s\n", cli.Clean(doubt))
	}
	if len(n.Manifests) > 0 {
		w.printf("\nMANIFESTS DIFFER\n%s\n", cli.Clean(strings.Join(n.Manifests, ", ")))
	}
	table([]string{"COMMIT", "REPOSITORY", "FROM", "PR", "AUTHOR", "SERVICES", "MESSAGE"}, commits)
	table([]string{"ISSUE", "TITLE"}, issues)
	table([]string{"NOT TRACED", "SERVICE", "WHY"}, untraced)
	return w.err
}
