// Package changelog implements the command that writes release notes.
package changelog

import (
	"github.com/spf13/cobra"

	"github.com/zadig-go/zadig/cmd/zadig-delivery/internal/cli"
	"github.com/zadig-go/zadig/cmd/zadig-delivery/internal/find"
	"github.com/zadig-go/zadig/cmd/zadig-delivery/internal/origin"
	"github.com/zadig-go/zadig/delivery"
)

const long = `Writes release notes between two releases: commits by type, with pull requests
and authors, issues, and the images that differ.

A version can also be an id, or latest. By default, the old version is the newest
successful release of the same environment before the new one.

Zadig knows only the commits that images were built from. The compare links in
the notes show the commits between two builds.`

const examples = `  zadig-delivery changelog --project shop v1.2.0 v1.3.0 > notes.md
  zadig-delivery changelog --project shop --env prod latest
  zadig-delivery changelog --demo --project shop v1.0.18 v1.1.1`

// Command returns the command.
func Command() *cobra.Command {
	var f cli.Flags
	var workflow string
	cmd := &cobra.Command{
		Use: "changelog [old-version] version", Short: "Write release notes between two releases", Long: long, Example: examples,
		Args: cobra.RangeArgs(1, 2), RunE: f.Run(func(c *cli.Call, args []string) error { return run(c, f, workflow, args) }),
	}
	f.Register(cmd, []cli.Format{cli.Markdown, cli.Table, cli.Wide, cli.JSON, cli.CSV}, "project!", "env")
	cmd.Flags().StringVar(&workflow, "workflow", "", "only releases of this `workflow`, if several workflows use the same versions")
	return cmd
}

func run(c *cli.Call, f cli.Flags, workflow string, versions []string) error {
	version := versions[len(versions)-1]
	c.Progress.Show("looking for %s", version)
	finder := find.Finder{Releases: c.Delivery, Project: f.Project, Workflow: workflow, Env: f.Env}
	to, err := finder.Find(c, version)
	if err != nil {
		return err
	}
	var from *delivery.Release
	if len(versions) == 1 {
		from, err = finder.Before(c, to)
	} else {
		from, err = finder.Find(c, versions[0])
	}
	if err != nil {
		return err
	}
	n, err := takeNotes(c, origin.Tracer{Artifacts: c.Artifact, Progress: c.Progress}, from, to)
	if err != nil {
		return err
	}
	c.Progress.Clear()
	if err := n.write(c.Stdout, f.Format); err != nil {
		return err
	}
	if n.failed != nil {
		return cli.Explained(n.failed, "some images could not be traced (the notes list them): %s", cli.Explain(n.failed))
	}
	return nil
}
