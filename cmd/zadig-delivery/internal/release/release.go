// Package release implements the command that shows one release.
package release

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/cmd/zadig-delivery/internal/cli"
	"github.com/zadig-go/zadig/cmd/zadig-delivery/internal/find"
	"github.com/zadig-go/zadig/cmd/zadig-delivery/internal/origin"
	"github.com/zadig-go/zadig/cmd/zadig-delivery/internal/record"
)

const long = `Shows a release with its images, the commits that they were built from, and the
pull requests and authors. The argument is a version, an id, or latest. With
--env, a version or latest means a release of that environment.`

const examples = `  zadig-delivery release --project shop v1.3.0
  zadig-delivery release --project shop --env prod latest
  zadig-delivery release --demo --project shop v1.1.1`

// line is the release in JSON.
type line struct {
	record.Release
	URL     string  `json:"url"`
	TaskURL string  `json:"task_url"`
	Images  []image `json:"images"`
}

type image struct {
	record.Image
	origin.Origin
}

// Command returns the command.
func Command() *cobra.Command {
	var f cli.Flags
	cmd := &cobra.Command{
		Use: "release version", Short: "Show one release: images, commits, pull requests", Long: long, Example: examples,
		Args: cobra.ExactArgs(1), RunE: f.Run(func(c *cli.Call, args []string) error { return run(c, f, args[0]) }),
	}
	f.Register(cmd, cli.Formats, "project!", "env")
	return cmd
}

func run(c *cli.Call, f cli.Flags, version string) error {
	r, err := find.Finder{Releases: c.Delivery, Project: f.Project, Env: f.Env}.Find(c, version)
	if err != nil {
		return err
	}
	l := line{Release: record.NewRelease(r), Images: []image{}}
	if !f.Demo {
		l.URL, l.TaskURL = record.WebURL(os.Getenv("ZADIG_URL"), l.Release), record.TaskURL(os.Getenv("ZADIG_URL"), l.Release)
	}
	var names []string
	for _, i := range record.Images(r) {
		l.Images = append(l.Images, image{Image: i})
		names = append(names, i.Image)
	}
	results, failed := origin.Tracer{Artifacts: c.Artifact, Progress: c.Progress, Sources: record.Sources(r)}.Trace(c, names, nil)
	c.Progress.Clear()
	if c.Err() != nil {
		return c.Err()
	}
	for at := range l.Images {
		result := results[l.Images[at].Image.Image]
		if result.Err != nil && !errors.Is(result.Err, zadig.ErrNotFound) {
			failed = cmp.Or(failed, result.Err)
		}
		l.Images[at].Origin = origin.New(result)
	}
	if failed != nil {
		failed = cli.Explained(failed, "not all images could be traced: %s", cli.Explain(failed))
	}
	return errors.Join(l.write(c.Stdout, f.Format), failed)
}

func (l line) write(w io.Writer, format cli.Format) error {
	if format == cli.Table || format == cli.Wide {
		l.writeHead(w)
	}
	if format == cli.JSON {
		return cli.WriteJSON(w, l)
	}
	out := cli.NewOutput(w, format, origin.Columns(
		cli.Column{Name: "SERVICE", Once: true, Least: 8}, cli.Column{Name: "IMAGE", Once: true, Least: 24},
		cli.Column{Name: "BUILT", Once: true, Wide: true},
	)...)
	for _, i := range l.Images {
		name := cli.ImageCell(i.Image.Image)
		if err := out.Add(i, i.Rows(cli.Cell{Text: i.Place()}, name, cli.Cell{Text: i.Built()})...); err != nil {
			return err
		}
	}
	return out.Flush()
}

// writeHead writes the fields of the release itself.
func (l line) writeHead(w io.Writer) {
	task := ""
	if l.Task > 0 {
		task = fmt.Sprintf("%d of %s", l.Task, l.Workflow)
	}
	for _, fact := range [][2]string{
		{"Release", l.Project + " " + l.Version}, {"Status", l.Status}, {"Failure", l.Failure}, {"Environment", l.Env},
		{"Created", cli.Time(l.CreatedAt) + " by " + l.CreatedBy}, {"Task", task}, {"Labels", strings.Join(l.Labels, ", ")},
		{"Description", cli.Clean(l.Description)}, {"Page", l.URL}, {"Task's page", l.TaskURL},
	} {
		if fact[1] != "" {
			fmt.Fprintf(w, "%-12s  %s\n", fact[0], cli.Clean(fact[1]))
		}
	}
	fmt.Fprintln(w)
}
