package changelog

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/zadig-go/zadig/cmd/zadig-delivery/internal/cli"
	"github.com/zadig-go/zadig/cmd/zadig-delivery/internal/record"
)

// write writes the notes as JSON or CSV for programs, as Markdown to publish, or as
// tables.
func (n *notes) write(w io.Writer, format cli.Format) error {
	switch format {
	case cli.JSON:
		return cli.WriteJSON(w, n)
	case cli.CSV:
		return n.writeCommits(w, format)
	case cli.Markdown:
		n.writeMarkdown(w)
		return n.writeImages(w, format)
	}
	fmt.Fprintf(w, "%s %s: ", cli.Clean(n.Project), cli.Clean(n.To.Version))
	for _, line := range n.head() {
		fmt.Fprintln(w, cli.Clean(line))
	}
	fmt.Fprintln(w)
	err := n.writeCommits(w, format)
	for _, i := range n.Issues {
		fmt.Fprintln(w, cli.Clean("issue "+i.Key+" "+i.Title))
	}
	fmt.Fprintln(w)
	return errors.Join(err, n.writeImages(w, format))
}

// head returns the sentences about the releases.
func (n *notes) head() []string {
	to, from := n.To, n.From
	released := "Released"
	if to.Env != "" {
		released += " from " + to.Env
	}
	lines := []string{fmt.Sprintf("%s by %s on %s; changes since %s of %s.", released, to.CreatedBy, cli.Time(to.CreatedAt),
		from.Version, cli.Time(from.CreatedAt))}
	if to.Env != from.Env && to.Env != "" && from.Env != "" {
		lines = append(lines, fmt.Sprintf("%s was released from %s, not from %s.", from.Version, from.Env, to.Env))
	}
	back := 0
	for _, i := range n.Images {
		if i.Change == rolledBack {
			back++
		}
	}
	switch {
	case back > 0:
		lines = append(lines, fmt.Sprintf("This is a rollback of %d of %d images: they were built before those of %s.", back,
			len(n.Images), from.Version))
	case to.CreatedAt.Before(from.CreatedAt):
		lines = append(lines, fmt.Sprintf("%s is older than %s: these are the changes when going back to it.", to.Version, from.Version))
	}
	if to.Status == "failed" {
		lines = append(lines, "This release failed: "+reason(to))
	}
	if from.Status == "failed" {
		lines = append(lines, from.Version+" failed: "+reason(from))
	}
	if len(n.Images) == 0 && len(n.Manifests) == 0 {
		lines = append(lines, "No image changed.")
	}
	return lines
}

func reason(r record.Release) string { return cmp.Or(cli.Clean(r.Failure), "Zadig gives no reason.") }

// foot returns the sentences about the images.
func (n *notes) foot() (lines []string) {
	has := func(change string) bool {
		return slices.ContainsFunc(n.Images, func(i image) bool { return i.Change == change })
	}
	if has(missing) {
		lines = append(lines, "Images that are not in this release may still be running.")
	}
	if has(added) && n.From.Status == "failed" {
		lines = append(lines, n.From.Version+" failed: images listed as added may be in an earlier release.")
	}
	if len(n.Manifests) > 0 {
		lines = append(lines, "Manifests that differ, possibly only in the image: "+strings.Join(n.Manifests, ", ")+".")
	}
	return lines
}

func (n *notes) writeCommits(w io.Writer, format cli.Format) error {
	out := cli.NewOutput(w, format, cli.Column{Name: "TYPE"}, cli.Column{Name: "SUBJECT", Least: 16}, cli.Column{Name: "COMMIT"},
		cli.Column{Name: "REPOSITORY", Drop: 4, Least: 8}, cli.Column{Name: "REF", Wide: true}, cli.Column{Name: "PR", Drop: 2},
		cli.Column{Name: "AUTHOR", Drop: 3, Least: 6}, cli.Column{Name: "SERVICES", Drop: 5, Least: 8}, cli.Column{Name: "URL", Wide: true})
	for _, kind := range kinds {
		for _, c := range n.Commits {
			if c.Type != kind.name {
				continue
			}
			row := cli.Texts(c.Type, c.Subject, c.Short(), c.Repo, c.Ref(), c.Pulls(), c.Author, strings.Join(c.Services, ", "), c.URL)
			if err := out.Add(c, row); err != nil {
				return err
			}
		}
	}
	return out.Flush()
}

// writeImages writes the images and the remarks about them.
func (n *notes) writeImages(w io.Writer, format cli.Format) error {
	out := cli.NewOutput(w, format, cli.Column{Name: "SERVICE", Least: 8}, cli.Column{Name: "FROM", Least: 16},
		cli.Column{Name: "TO", Least: 16}, cli.Column{Name: "CHANGE"})
	for _, i := range n.Images {
		change := cli.Cell{Text: i.Change, Markdown: i.Change}
		for _, c := range i.Compare {
			name := "compare"
			if len(i.Compare) > 1 {
				name += " " + c.Repo
			}
			change.Markdown += ", " + cli.Link(name, c.URL)
		}
		short := func(ref string) cli.Cell { return cli.Cell{Text: tag(ref), Code: true} }
		if err := out.Add(i, []cli.Cell{{Text: i.place()}, short(i.From), short(i.To), change}); err != nil {
			return err
		}
	}
	err := out.Flush()
	line, text, image := "%s\n", cli.Clean, cli.Clean
	if format == cli.Markdown {
		line, text, image = "\n%s\n", cli.Escape, cli.Code
	}
	for _, sentence := range n.foot() {
		fmt.Fprintf(w, line, text(sentence))
	}
	if format == cli.Markdown && len(n.Untraced) > 0 {
		fmt.Fprint(w, "\n## Not traced\n\n")
	}
	for _, u := range n.Untraced {
		start := "- "
		if format != cli.Markdown {
			start = "not traced: "
		}
		fmt.Fprintf(w, "%s%s (%s): %s\n", start, image(u.Image), text(u.Service), text(u.what()))
	}
	return err
}

// tag returns the part that distinguishes an image from others of its
// repository.
func tag(ref string) string {
	if _, after, ok := strings.Cut(ref, "@"); ok {
		return cli.Shorten(after, 20)
	}
	return ref[strings.LastIndexAny(ref, "/:")+1:]
}

func (u untraced) what() string {
	if u.Old {
		return u.Reason + "; commits that the old release had too could not be left out"
	}
	return u.Reason
}

// writeMarkdown writes everything except the images.
func (n *notes) writeMarkdown(w io.Writer) {
	fmt.Fprintf(w, "# %s %s\n", cli.Escape(n.Project), cli.Escape(n.To.Version))
	for _, line := range n.head() {
		fmt.Fprintf(w, "\n%s\n", cli.Escape(line))
	}
	if text := cli.Escape(n.To.Description); text != "" {
		fmt.Fprintf(w, "\n> %s\n", text)
	}
	for _, kind := range kinds {
		heading := "\n## " + kind.heading + "\n\n"
		for _, c := range n.Commits {
			if c.Type == kind.name {
				fmt.Fprint(w, heading+c.markdown())
				heading = ""
			}
		}
	}
	if len(n.Issues) > 0 {
		fmt.Fprint(w, "\n## Issues\n\n")
	}
	for _, i := range n.Issues {
		fmt.Fprintf(w, "- %s\n", strings.TrimSpace(cli.Link(i.Key, i.URL)+" "+cli.Escape(i.Title)))
	}
	if len(n.Images) > 0 {
		fmt.Fprint(w, "\n## Images\n\n")
	}
}

// markdown returns the commit as a line of Markdown.
func (c *commit) markdown() string {
	links := []string{cli.CodeLink(c.Short(), c.URL)}
	for _, pr := range c.PullRequests {
		links = append(links, cli.Link(pr.Name(), pr.URL))
	}
	line := "- " + cli.Escape(cmp.Or(c.Subject, "no message")) + " (" + strings.Join(links, ", ") + ")"
	if c.Author != "" {
		line += " by " + cli.Escape(c.Author)
	}
	return line + ", " + cli.Escape(c.Repo) + ": " + cli.Escape(strings.Join(c.Services, ", ")) + "\n"
}
