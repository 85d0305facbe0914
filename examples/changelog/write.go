package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
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

// back tells whether the notes are those of going back.
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
			compare := cli.Cell{}
			if i.Compare != "" {
				compare = cli.Cell{Text: "compare", URL: i.Compare}
			}
			rows.Add(cli.Cell{Text: i.Change}, cli.Cell{Text: i.place()}, cli.Cell{Text: i.From, Code: true}, cli.Cell{Text: i.To, Code: true}, compare)
		}
		if err := rows.Flush(); err != nil {
			return err
		}
		if slices.ContainsFunc(n.Images, func(i image) bool { return i.Change != "changed" }) {
			w.printf("\nAdded is what only %s delivered, removed what only %s did.\n", cli.Escape(n.To.Version), cli.Escape(n.From.Version))
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
			w.printf(", %s", cli.Link("#"+strconv.Itoa(pr.Number), pr.URL))
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
		w.printf("- %s\n", cli.Link(fmt.Sprintf("%s #%d", pr.Repo, pr.Number), pr.URL))
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
			prs = append(prs, "#"+strconv.Itoa(pr.Number))
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
	if len(n.Manifests) > 0 {
		w.printf("\nMANIFESTS DIFFER\n%s\n", cli.Clean(strings.Join(n.Manifests, ", ")))
	}
	table([]string{"COMMIT", "REPOSITORY", "FROM", "PR", "AUTHOR", "SERVICES", "MESSAGE"}, commits)
	table([]string{"ISSUE", "TITLE"}, issues)
	table([]string{"NOT TRACED", "SERVICE", "WHY"}, untraced)
	return w.err
}
