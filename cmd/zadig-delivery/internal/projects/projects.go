// Package projects implements the command that lists projects.
package projects

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/zadig-go/zadig/cmd/zadig-delivery/internal/cli"
	"github.com/zadig-go/zadig/cmd/zadig-delivery/internal/record"
	"github.com/zadig-go/zadig/delivery"
)

const long = `Lists the projects that have releases, with the newest release of each. The
token's user needs the right to view the releases of all projects.`

// Project is a project with releases.
type Project struct {
	Name     string         `json:"project"`
	Releases int            `json:"releases"`
	Envs     []string       `json:"envs"` // in alphabetical order
	Latest   record.Release `json:"latest"`
}

// Of returns the projects that have releases, sorted by their newest releases, newest
// first. skip gets the errors of releases that cannot be read.
func Of(ctx context.Context, client *delivery.Service, skip func(error)) ([]*Project, error) {
	var all []*Project
	byName := make(map[string]*Project)
	o := delivery.ListOptions{SkipDetails: true, SkipManifests: true}
	err := cli.Each(client.All(ctx, o), skip, func(r *delivery.Release) (bool, error) {
		name := r.VersionInfo.ProductName
		p := byName[name]
		if p == nil {
			p = &Project{Name: name, Envs: []string{}, Latest: record.NewRelease(r)}
			byName[name] = p
			all = append(all, p)
		}
		p.Releases++
		if env := r.Environment(); env != "" && !slices.Contains(p.Envs, env) {
			p.Envs = append(p.Envs, env)
			slices.Sort(p.Envs)
		}
		return true, nil
	})
	return all, err
}

// Command returns the command.
func Command() *cobra.Command {
	var f cli.Flags
	cmd := &cobra.Command{
		Use: "projects", Short: "List projects with their newest releases", Long: long, Args: cobra.ExactArgs(0),
		Example: "  zadig-delivery projects --demo",
		RunE: f.Run(func(c *cli.Call, _ []string) error {
			skipper := &cli.Skipper{Stderr: c.Stderr}
			all, failed := Of(c, c.Delivery, skipper.Skip)
			out := cli.NewOutput(c.Stdout, f.Format,
				cli.Column{Name: "PROJECT", Least: 10}, cli.Column{Name: "RELEASES", Drop: 3}, cli.Column{Name: "ENVS", Drop: 2, Least: 8},
				cli.Column{Name: "LATEST", Least: 8}, cli.Column{Name: "ENV", Wide: true}, cli.Column{Name: "STATUS"},
				cli.Column{Name: "CREATED"}, cli.Column{Name: "BY", Drop: 4, Least: 6})
			for _, p := range all {
				l := p.Latest
				row := cli.Texts(p.Name, strconv.Itoa(p.Releases), strings.Join(p.Envs, ", "), l.Version, l.Env, l.Status,
					cli.Time(l.CreatedAt), l.CreatedBy)
				if err := out.Add(p, row); err != nil {
					return err
				}
			}
			return cli.NeedsProject(errors.Join(failed, skipper.Err(), out.Flush()), "")
		}),
	}
	f.Register(cmd, cli.Formats)
	return cmd
}
