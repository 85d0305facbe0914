// Changelog writes release notes of what changed between two versions of a
// project: images, commits, pull requests, issues and authors.
//
//	changelog -project shop v1.2.0 v1.3.0 > notes.md
package main

import (
	"bufio"
	"context"
	"errors"
	"io"

	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/examples/internal/cli"
	"github.com/zadig-go/zadig/zadigtest"
)

const name = "changelog"

const usage = `
Usage: changelog -project project [flags] old-version new-version

Writes release notes of what changed from one version of a project to another:
images that are new, changed or gone, and the commits, pull requests, issues and
authors of the new images. What could not be traced is said.

A version can be "latest", the newest one, and the old one "previous", the
newest before the new one that did not fail.

  changelog -project shop v1.2.0 v1.3.0 > notes.md
  changelog -project shop previous latest
  changelog -demo -project shop v1.0.16 v1.0.18    to see what it looks like`

func main() { cli.Main(run) }

// run is the program but for the process around it.
func run(ctx context.Context, args []string, _ io.Reader, stdout, stderr io.Writer) int {
	return cli.Exit(name, program(ctx, args, stdout, stderr), stderr)
}

func program(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	f := cli.NewFlags(name, cli.Markdown, usage)
	project := f.String("project", "", "the `project`; required")
	workflow := f.String("workflow", "", "only releases of this `workflow`, where several name versions alike")
	versions, err := f.Parse(args, stdout)
	switch {
	case err != nil:
		return err
	case *project == "":
		return cli.Usage("-project is missing")
	case len(versions) != 2 || versions[0] == "" || versions[1] == "":
		return cli.Usage("it takes two versions, the old and the new one, and got %d", len(versions))
	case versions[1] == previous:
		return cli.Usage("%q can only be the old version, the first one", previous)
	}
	progress := cli.NewProgress(stderr)
	defer progress.Clear()

	client, closeServer, err := cli.Connect(ctx, f.Demo, func() zadigtest.Data { return zadigtest.Generate(1, 60) })
	if err != nil {
		return err
	}
	defer closeServer()
	o := delivery.ListOptions{ProjectName: *project, WorkflowName: *workflow}
	progress.Show("looking for %s", versions[1])
	to, err := find(ctx, client.Delivery, o, versions[1])
	if err != nil {
		return err
	}
	progress.Show("looking for %s", versions[0])
	var from *delivery.Release
	if versions[0] == previous {
		from, err = before(ctx, client.Delivery, o, to)
	} else {
		from, err = find(ctx, client.Delivery, o, versions[0])
	}
	if err != nil {
		return err
	}
	n, err := takeNotes(ctx, client.Artifact, from, to, progress)
	if err != nil {
		return err
	}
	progress.Clear()
	out := bufio.NewWriter(stdout)
	switch f.Format {
	case cli.JSON:
		err = cli.WriteJSON(out, n)
	case cli.Table:
		err = n.writeText(out)
	default:
		err = n.writeMarkdown(out)
	}
	if err := errors.Join(err, out.Flush()); err != nil {
		return err
	}
	if n.failed != nil {
		return cli.Explained(n.failed, "some images could not be traced, the notes name them: %s", cli.Explain(n.failed))
	}
	return nil
}
