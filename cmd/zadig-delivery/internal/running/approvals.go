package running

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/cmd/zadig-delivery/internal/cli"
	"github.com/zadig-go/zadig/core"
	"github.com/zadig-go/zadig/workflow"
)

// Approvals finds who approved the images of an environment.
type Approvals struct {
	Tasks        *workflow.Service
	Project, Env string
	Workflows    []string // that may have deployed the images, in addition to those that built them
	Progress     *cli.Progress

	read   map[core.TaskRef]*workflow.Task
	listed map[string][]*workflow.Task // by workflow
}

// newest is the number of tasks of a workflow that are listed, in up to 15 requests.
const newest = 200

// Find sets who approved the deployment of each image. Zadig does not say which task
// deployed an image, so Find first reads the task that built it. If that task did not
// deploy the image, Find reads the tasks of the same workflow and of Workflows that ran
// when the service was deployed to the environment. Deleted tasks have no approvals.
func (a *Approvals) Find(ctx context.Context, images []*Image) error {
	a.read, a.listed = make(map[core.TaskRef]*workflow.Task), make(map[string][]*workflow.Task)
	for _, i := range images {
		if err := a.find(ctx, i); err != nil {
			return err
		}
	}
	for _, name := range a.Workflows {
		if tasks, searched := a.listed[name]; searched && len(tasks) == 0 {
			return fmt.Errorf("workflow %s has no task in project %s", name, a.Project)
		}
	}
	return nil
}

func (a *Approvals) find(ctx context.Context, i *Image) error {
	workflows := slices.Clone(a.Workflows)
	for _, build := range i.builds {
		ref, ok := build.Task()
		if !ok || ref.ProjectName != a.Project { // a task deploys in its own project
			continue
		}
		if found, err := a.of(ctx, ref, i); found || err != nil {
			return err
		}
		workflows = append(workflows, ref.WorkflowName)
	}
	slices.Sort(workflows)
	for _, name := range slices.Compact(workflows) {
		if found, err := a.ofWorkflow(ctx, name, i); found || err != nil {
			return err
		}
	}
	return nil
}

// ofWorkflow looks for the deployment of an image among the tasks of a workflow.
func (a *Approvals) ofWorkflow(ctx context.Context, name string, i *Image) (found bool, err error) {
	if len(i.deployments) == 0 {
		return false, nil
	}
	tasks, known := a.listed[name]
	if !known {
		for task, err := range a.Tasks.Tasks(ctx, a.Project, name, workflow.TasksOptions{}) {
			if err != nil {
				return false, err
			}
			if tasks = append(tasks, task); len(tasks) == newest {
				break
			}
		}
		a.listed[name] = tasks
	}
	for _, task := range tasks {
		ran := func(t time.Time) bool {
			return task.StartTime != 0 && !t.Before(task.Started()) && (task.EndTime == 0 || !t.After(task.Ended()))
		}
		if slices.ContainsFunc(i.deployments, ran) {
			if found, err := a.of(ctx, task.Ref(), i); found || err != nil {
				return found, err
			}
		}
	}
	return false, nil
}

// of reads a task, and sets who approved it if it deployed the image.
func (a *Approvals) of(ctx context.Context, ref core.TaskRef, i *Image) (found bool, err error) {
	task, known := a.read[ref]
	if !known {
		if task, err = a.Tasks.Task(ctx, ref); err != nil && !errors.Is(err, zadig.ErrNotFound) {
			return false, err
		}
		a.read[ref] = task
		a.Progress.Show("%d tasks read", len(a.read))
	}
	// A project has no two environments with the same name, so Production need not
	// be compared.
	found = slices.ContainsFunc(task.Deploys(), func(d *workflow.Deploy) bool {
		return d.Environment == a.Env && d.Image == i.Image && d.Status == workflow.StatusPassed
	})
	if found {
		i.ApprovedBy = approvers(task)
	}
	return found, nil
}

// approvers returns the names of those who approved, once each.
func approvers(task *workflow.Task) (names []string) {
	for _, approval := range task.Approvals() {
		for _, approver := range approval.ApprovedBy() {
			if name := cmp.Or(approver.Name, approver.ID); !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}
