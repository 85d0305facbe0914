// Package wait implements the command that waits until a release or a task has
// ended.
package wait

import (
	"context"
	"errors"
	"time"

	"github.com/spf13/cobra"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/cmd/zadig-delivery/internal/cli"
	"github.com/zadig-go/zadig/cmd/zadig-delivery/internal/find"
	"github.com/zadig-go/zadig/cmd/zadig-delivery/internal/record"
	"github.com/zadig-go/zadig/core"
	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/workflow"
)

const long = `Polls a release or a workflow task every 2 to 30 seconds until it has ended. The
exit code is 0 if it succeeded. It is 1 if the release or task failed, was
rejected or canceled, or has not ended after --timeout.`

const examples = `  zadig-delivery wait --project shop v1.3.0 && echo released
  zadig-delivery wait --project shop --workflow shop-dev --task 7 --timeout 30m
  zadig-delivery wait --demo --project shop v1.1.1`

// task is a task in JSON.
type task struct {
	Project  string `json:"project"`
	Workflow string `json:"workflow"`
	Task     int    `json:"task"`
	Status   string `json:"status"`
}

// Command returns the command.
func Command() *cobra.Command {
	var f cli.Flags
	var name string
	var number int
	var timeout time.Duration
	cmd := &cobra.Command{
		Use: "wait [version]", Short: "Wait until a release or a task has ended", Long: long, Example: examples,
		Args: func(_ *cobra.Command, args []string) error {
			if (len(args) == 1) == (name != "" && number > 0) {
				return errors.New("wait needs a version, or --workflow and --task")
			}
			return nil
		},
		RunE: f.Run(func(c *cli.Call, args []string) (err error) {
			ctx, cancel := context.WithTimeout(c, timeout)
			defer cancel()
			out := cli.NewOutput(c.Stdout, f.Format,
				cli.Column{Name: "PROJECT"}, cli.Column{Name: "RELEASE"}, cli.Column{Name: "WORKFLOW"}, cli.Column{Name: "STATUS"})
			out.Sparse = true
			what := "release"
			if len(args) == 1 {
				err = waitRelease(ctx, c.Client, f, args[0], out)
			} else {
				what = "task"
				err = waitTask(ctx, c.Client, core.TaskRef{ProjectName: f.Project, WorkflowName: name, TaskID: number}, out)
			}
			if errors.Is(err, context.DeadlineExceeded) {
				err = cli.Explained(err, "the %s has not ended after %s", what, timeout)
			}
			return errors.Join(out.Flush(), err)
		}),
	}
	f.Register(cmd, cli.Formats, "project!", "env")
	cmd.Flags().StringVar(&name, "workflow", "", "wait for a task of the workflow with this `key`")
	cmd.Flags().IntVar(&number, "task", 0, "wait for the task with this `number`")
	cmd.Flags().DurationVar(&timeout, "timeout", time.Hour, "wait at most for this `duration`")
	return cmd
}

func waitRelease(ctx context.Context, client *zadig.Client, f cli.Flags, version string, out *cli.Output) error {
	r, err := find.Finder{Releases: client.Delivery, Project: f.Project, Env: f.Env}.Find(ctx, version)
	if err != nil {
		return err
	}
	last, err := client.Delivery.Wait(ctx, r.VersionInfo.ID, delivery.WaitOptions{ProjectName: f.Project, TaskDone: client.Workflow.Done})
	if failed, ok := errors.AsType[*delivery.WaitError](err); ok {
		last = failed.Release
	}
	if last != nil {
		line := record.NewRelease(last)
		return errors.Join(out.Add(line, cli.Texts(line.Project, line.Version, "", line.Status)), err)
	}
	return err
}

func waitTask(ctx context.Context, client *zadig.Client, ref core.TaskRef, out *cli.Output) error {
	last, err := client.Workflow.Wait(ctx, ref, workflow.WaitOptions{})
	if failed, ok := errors.AsType[*workflow.WaitError](err); ok {
		last = failed.Task
	}
	if last != nil {
		line := task{ref.ProjectName, ref.WorkflowName, ref.TaskID, last.Status}
		return errors.Join(out.Add(line, cli.Texts(line.Project, "", line.Workflow, line.Status)), err)
	}
	return err
}
