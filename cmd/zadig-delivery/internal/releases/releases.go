// Package releases implements the command that lists releases, follows them as they
// appear, and exports them.
package releases

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/zadig-go/zadig/cmd/zadig-delivery/internal/cli"
	"github.com/zadig-go/zadig/cmd/zadig-delivery/internal/record"
	"github.com/zadig-go/zadig/delivery"
)

const long = `Lists releases, newest first. With --follow it lists the last ten, oldest first,
and then each new release when it appears and again when it has succeeded or
failed.

STATUS is success, failed or creating. Up to Zadig v3.4, it is always success if
a workflow made the release. For a failed release, DESCRIPTION is the reason
that the server gives.`

const examples = `  zadig-delivery releases --project shop --env prod --since 7d
  zadig-delivery releases --project shop --status failed -o wide
  zadig-delivery releases --project shop --service cart --images
  zadig-delivery releases --project shop --follow
  zadig-delivery releases -o json --full > all.jsonl
  zadig-delivery releases --demo --project shop --limit 5`

// command is the state of one call.
type command struct {
	cli.Flags

	list     delivery.ListOptions // the filters of the SDK
	images   bool
	full     bool
	follow   bool
	interval time.Duration

	*cli.Call

	out *cli.Output
}

// Command returns the command.
func Command() *cobra.Command {
	var c command
	cmd := &cobra.Command{
		Use: "releases", Aliases: []string{"list"}, Short: "List releases, follow them, export them",
		Long: long, Example: examples, Args: cobra.ExactArgs(0),
		RunE: c.Run(func(call *cli.Call, _ []string) error { c.Call = call; return c.run() }),
	}
	c.Statuses = cli.ReleaseStatuses
	c.Register(cmd, cli.Formats, "project", "env", "status", "since", "limit")
	flags := cmd.Flags()
	flags.StringVar(&c.list.WorkflowName, "workflow", "", "only releases of the workflow with this `key`")
	flags.IntVar(&c.list.TaskID, "task", 0, "only releases of the workflow task with this `number`")
	flags.StringVar(&c.list.ServiceName, "service", "", "only releases of this `service`; on Zadig v4.2 and later, a request per release")
	flags.StringVar(&c.list.Label, "label", "", "only releases with this `label`")
	flags.BoolVar(&c.images, "images", false, "show the images; on Zadig v4.2 and later, a request per release")
	flags.BoolVar(&c.full, "full", false, "with -o json: whole releases as the server sends them, without credentials")
	flags.BoolVar(&c.follow, "follow", false, "list the last ten releases, and then new ones as they appear")
	flags.DurationVar(&c.interval, "interval", 30*time.Second, "with --follow: wait this `duration` between requests")
	return cmd
}

func (c *command) run() error {
	switch {
	case c.full && c.Format != cli.JSON:
		return cli.Usage("--full needs -o json")
	case c.list.TaskID < 0:
		return cli.Usage("--task must not be negative (got %d)", c.list.TaskID)
	case c.interval <= 0:
		return cli.Usage("--interval must be positive (got %s)", c.interval)
	}
	c.list.ProjectName = c.Project
	c.list.SkipManifests = !c.full
	if !c.images && !c.full && c.list.ServiceName == "" {
		c.list.SkipDetails = true
	}
	c.out = cli.NewOutput(c.Stdout, c.Format, c.columns()...)
	if c.follow {
		return cli.NeedsProject(c.followAll(), c.Project)
	}
	err := c.listAll()
	c.Progress.Clear()
	return cli.NeedsProject(errors.Join(err, c.out.Flush()), c.Project)
}

// selects reports whether a release passes the filters that the SDK does not have.
func (c *command) selects(r *delivery.Release) bool {
	return (c.Env == "" || r.Environment() == c.Env) && (c.Status == "" || record.Status(r) == c.Status)
}

// listAll writes the releases, newest first.
func (c *command) listAll() error {
	if c.Limit > 0 && c.Env == "" && c.Status == "" && c.list.ServiceName == "" {
		c.list.PerPage = min(c.Limit, 100)
	}
	printed := 0
	skipper := &cli.Skipper{Stderr: c.Stderr, Progress: c.Progress}
	err := cli.Each(c.Delivery.All(c, c.list), skipper.Skip, func(r *delivery.Release) (bool, error) {
		if r.VersionInfo.Created().Before(c.Since) {
			return false, nil
		}
		if !c.selects(r) {
			return true, nil
		}
		printed++
		c.Progress.Show("%d releases, back to %s", printed, cli.Time(r.VersionInfo.Created()))
		return printed != c.Limit, c.print(r)
	})
	if err == nil && printed == 0 {
		if err := cli.KnownProject(c, c.Delivery, c.Project); err != nil {
			return err
		}
		if c.Format != cli.JSON {
			cli.Say(c.Stderr, "no releases match")
		}
	}
	return errors.Join(err, skipper.Err())
}

func (c *command) columns() []cli.Column {
	columns := []cli.Column{
		{Name: "CREATED", Once: true},
		{Name: "PROJECT", Once: true, Drop: 4, Least: 10},
		{Name: "VERSION", Once: true, Least: 10},
		{Name: "ENV", Once: true, Least: 8},
		{Name: "STATUS", Once: true},
		{Name: "BY", Once: true, Drop: 5, Least: 6},
		{Name: "WORKFLOW", Once: true, Wide: true},
		{Name: "TASK", Once: true, Wide: true},
		{Name: "LABELS", Once: true, Wide: true},
		{Name: "ID", Once: true, Wide: true},
	}
	if c.images {
		return append(columns, cli.Column{Name: "SERVICE", Least: 8}, cli.Column{Name: "IMAGE", Least: 24})
	}
	return append(columns, cli.Column{Name: "DESCRIPTION", Once: true, Drop: 6, Least: 12})
}

// print adds a release to the output.
func (c *command) print(r *delivery.Release) error {
	if c.full {
		return c.out.Add(r)
	}
	line := record.NewRelease(r)
	task := ""
	if line.Task > 0 {
		task = strconv.Itoa(line.Task)
	}
	cells := cli.Texts(cli.Time(line.CreatedAt), line.Project, line.Version, line.Env, line.Status, line.CreatedBy,
		line.Workflow, task, strings.Join(line.Labels, ", "), line.ID)
	if !c.images {
		text := cli.FirstLine(line.Description)
		if line.Failure != "" {
			text = line.Failure
		}
		return c.out.Add(line, append(cells, cli.Cell{Text: text}))
	}
	line.Images = c.imagesOf(r)
	var rows [][]cli.Cell
	for _, i := range line.Images {
		rows = append(rows, append(slices.Clip(cells), cli.Cell{Text: i.Place()}, cli.ImageCell(i.Image)))
	}
	if len(rows) == 0 {
		rows = append(rows, cells)
	}
	return c.out.Add(line, rows...)
}

// imagesOf returns the images of a release, or only those of --service.
func (c *command) imagesOf(r *delivery.Release) []record.Image {
	images := record.Images(r)
	if c.list.ServiceName == "" {
		return images
	}
	service, _ := r.Service(c.list.ServiceName)
	own := []record.Image{}
	for _, i := range service.Images {
		own = append(own, record.Image(i))
	}
	return own
}
