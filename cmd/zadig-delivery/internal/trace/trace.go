// Package trace implements the command that traces images to their commits.
package trace

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/cmd/zadig-delivery/internal/cli"
	"github.com/zadig-go/zadig/cmd/zadig-delivery/internal/origin"
)

const long = `Lists the commits that images were built from, with their pull requests and
authors. An image with a digest is found by the digest, even if its name is that
of a mirror. If Zadig does not know an image, the exit code is 1.`

const examples = `  zadig-delivery trace registry.example.com/shop/cart:20240307195445-18-main
  zadig-delivery trace -o json registry.example.com/shop/cart:20240307195445-18-main | jq -r '.commits[].commit'
  zadig-delivery trace --demo registry.example.com/shop/checkout:20240307024049-21-pr-810`

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
		Args: cobra.MinimumNArgs(1), RunE: f.Run(func(c *cli.Call, images []string) error { return run(c, f.Format, images) }),
	}
	f.Register(cmd, cli.Formats)
	return cmd
}

func run(c *cli.Call, format cli.Format, images []string) error {
	results, err := origin.Tracer{Artifacts: c.Artifact, Progress: c.Progress}.Trace(c, images, nil)
	if err != nil {
		return err
	}
	c.Progress.Clear()
	out := cli.NewOutput(c.Stdout, format, origin.Columns(
		cli.Column{Name: "IMAGE", Once: true, Least: 24},
		cli.Column{Name: "BUILT", Once: true, Drop: 6},
		cli.Column{Name: "BY", Once: true, Wide: true},
	)...)
	failed := 0
	for _, image := range images {
		result := results[image]
		if err := result.Err; err != nil {
			failed++
			if errors.Is(err, zadig.ErrNotFound) {
				err = errors.New("not known to Zadig")
			}
			cli.Complain(c.Stderr, cli.Name+": "+cli.Clean(image), err)
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
