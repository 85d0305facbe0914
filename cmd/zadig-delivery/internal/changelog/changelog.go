// Package changelog has the command that writes release notes.
package changelog

import (
	"github.com/spf13/cobra"

	"github.com/zadig-go/zadig/cmd/zadig-delivery/internal/cli"
	"github.com/zadig-go/zadig/cmd/zadig-delivery/internal/find"
	"github.com/zadig-go/zadig/cmd/zadig-delivery/internal/origin"
	"github.com/zadig-go/zadig/delivery"
)

const long = `Writes release notes of what changed from one release to another: commits by
their type, with pull requests and authors, issues, and the images that differ.

A version can be an id, or latest, the newest one. Without an old version it is
the newest before the new one, of the same environment, that succeeded.

Zadig knows the commit that an image was built from, not those between two
builds: compare links lead to these.`

const examples = `  zadig-delivery changelog --project shop v1.2.0 v1.3.0 > notes.md
  zadig-delivery changelog --project shop --env prod latest
  zadig-delivery changelog --demo --project shop v1.0.18 v1.1.1`

// Command returns the command.
func Command() *cobra.Command {
	var f cli.Flags
	var workflow string
	cmd := &cobra.Command{
		Use: "changelog [old-version] version", Short: "Write release notes between two releases", Long: long, Example: examples,
		Args: func(_ *cobra.Command, args []string) error {
			switch {
			case len(args) < 1 || len(args) > 2:
				return cli.Usage("changelog needs one or two versions, the new one last (got %d arguments)", len(args))
			case f.Project == "":
				return cli.Usage("changelog needs --project")
			}
			return nil
		},
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 {
				args = []string{find.Previous, args[0]}
			}
			return run(cmd, f, workflow, args[0], args[1])
		},
	}
	f.Register(cmd, []cli.Format{cli.Markdown, cli.Table, cli.Wide, cli.JSON, cli.CSV}, "project", "env")
	cmd.Flags().StringVar(&workflow, "workflow", "", "only releases of this `workflow`, where several name versions alike")
	return cmd
}

func run(cmd *cobra.Command, f cli.Flags, workflow, old, version string) error {
	ctx := cmd.Context()
	client, closeServer, err := cli.Connect(ctx, f.Demo, cli.DemoData())
	if err != nil {
		return err
	}
	defer closeServer()
	progress := cli.NewProgress(cmd.ErrOrStderr())
	defer progress.Clear()
	progress.Show("looking for %s", version)
	finder := find.Finder{Releases: client.Delivery, Project: f.Project, Workflow: workflow, Env: f.Env}
	to, err := finder.Find(ctx, version)
	if err != nil {
		return err
	}
	var from *delivery.Release
	if old == find.Previous {
		from, err = finder.Before(ctx, to)
	} else {
		from, err = finder.Find(ctx, old)
	}
	if err != nil {
		return err
	}
	n, err := takeNotes(ctx, origin.Tracer{Artifacts: client.Artifact, Progress: progress}, from, to)
	if err != nil {
		return err
	}
	progress.Clear()
	if err := n.write(cmd.OutOrStdout(), f.Format); err != nil {
		return err
	}
	if n.failed != nil {
		return cli.Explained(n.failed, "some images could not be traced, the notes name them: %s", cli.Explain(n.failed))
	}
	return nil
}
