// Package trace has the command that traces images to their commits.
package trace

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/artifact"
	"github.com/zadig-go/zadig/cmd/zadig-delivery/internal/cli"
	"github.com/zadig-go/zadig/cmd/zadig-delivery/internal/origin"
)

const long = `Writes the commits, pull requests and authors that images were built from. An
image may have a digest or be named as a mirror has it: then it is found by its
digest. One that Zadig does not know ends with exit code 1.`

const examples = `  zadig-delivery trace registry.example.com/shop/cart:20240307195445-18-main
  zadig-delivery trace -o json registry.example.com/shop/cart@sha256:… | jq -r .commits[].commit`

// line is an image in JSON.
type line struct {
	Image string `json:"image"`
	origin.Origin
}

// Command returns the command.
func Command() *cobra.Command {
	var f cli.Flags
	cmd := &cobra.Command{
		Use: "trace image...", Short: "Trace images to commits, pull requests and authors", Long: long, Example: examples,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return cli.Usage("trace needs an image (see zadig-delivery trace -h)")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return run(cmd, f, args) },
	}
	f.Register(cmd, cli.Formats)
	return cmd
}

func run(cmd *cobra.Command, f cli.Flags, images []string) error {
	client, closeServer, err := cli.Connect(cmd.Context(), f.Demo, cli.DemoData())
	if err != nil {
		return err
	}
	defer closeServer()
	progress := cli.NewProgress(cmd.ErrOrStderr())
	defer progress.Clear()
	results, err := origin.Tracer{Artifacts: client.Artifact, Progress: progress}.Trace(cmd.Context(), images, nil)
	if err != nil {
		return err
	}
	progress.Clear()
	out := cli.NewOutput(cmd.OutOrStdout(), f.Format, origin.Columns(
		cli.Column{Name: "IMAGE", Once: true, Least: 24},
		cli.Column{Name: "BUILT", Once: true, Drop: 6},
		cli.Column{Name: "BY", Once: true, Wide: true},
	)...)
	failed := 0
	for _, image := range images {
		result := results[image]
		if result.Err != nil {
			failed++
			complain(cmd, image, result)
		}
		o := origin.New(result)
		by := ""
		if result.Artifact != nil {
			by = result.Artifact.CreatedBy
		}
		name := cli.ImageCell(image)
		if err := out.Add(line{image, o}, o.Rows(name, cli.Cell{Text: o.Built()}, cli.Cell{Text: by})...); err != nil {
			return err
		}
	}
	if err := out.Flush(); err != nil {
		return err
	}
	if failed > 0 {
		return fmt.Errorf("images that could not be traced: %d of %d", failed, len(images))
	}
	return nil
}

func complain(cmd *cobra.Command, image string, result artifact.Result) {
	err := result.Err
	if errors.Is(err, zadig.ErrNotFound) {
		err = errors.New("not known to Zadig")
	}
	cli.Complain(cmd.ErrOrStderr(), cli.Name+": "+cli.Clean(image), err)
}
