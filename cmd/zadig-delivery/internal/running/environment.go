package running

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/cmd/zadig-delivery/internal/cli"
	"github.com/zadig-go/zadig/core"
	"github.com/zadig-go/zadig/environment"
	"github.com/zadig-go/zadig/workflow"
)

// FromEnvironment returns what Zadig stored as deployed in an environment, and
// who deployed it last. The cluster may run something else.
func FromEnvironment(ctx context.Context, client *environment.Service, project, name string) (*Uses, error) {
	production := false
	env, err := client.Get(ctx, project, name, environment.GetOptions{})
	if errors.Is(err, zadig.ErrNotFound) {
		production = true
		env, err = client.Get(ctx, project, name, environment.GetOptions{Production: true})
	}
	if errors.Is(err, zadig.ErrNotFound) {
		return nil, unknownEnvironment(ctx, client, project, name)
	}
	if err != nil {
		return nil, err
	}
	uses := new(Uses)
	for _, s := range env.Services {
		history, err := client.History(ctx, project, name, s.ServiceName, environment.HistoryOptions{Production: production})
		if err != nil && ctx.Err() != nil {
			return nil, err
		}
		problem := ""
		if s.Status != "" && s.Status != environment.ServiceRunning {
			problem = s.Status
		}
		for _, c := range s.Containers {
			use := uses.Add(c.Image, "")
			use.Namespaces[env.Namespace] = 1
			use.Places = append(use.Places, Place{Namespace: env.Namespace, Workload: s.ServiceName, Container: c.Name, Problem: problem})
			if n := len(history); n > 0 {
				last := history[n-1].Created()
				use.DeployedBy, use.DeployedAt = history[n-1].CreateBy, &last
			}
		}
	}
	return uses, nil
}

// FindApprovals sets who approved the deployment of each image to an environment,
// where the task that built it also deployed it: Zadig does not say which other
// task did. It reads each task once; tasks that are gone have no approvals.
func FindApprovals(ctx context.Context, tasks *workflow.Service, env string, images []*Image, progress *cli.Progress) error {
	read := make(map[core.TaskRef]*workflow.Task)
	for _, i := range images {
		for _, build := range i.builds {
			ref, ok := build.Task()
			if !ok {
				continue
			}
			task, known := read[ref]
			if !known {
				var err error
				if task, err = tasks.Task(ctx, ref); err != nil && !errors.Is(err, zadig.ErrNotFound) {
					return err
				}
				read[ref] = task
				progress.Show("%d tasks read", len(read))
			}
			if deployed(task, env, i.BuiltImage) {
				i.ApprovedBy = approvers(task)
				break
			}
		}
	}
	return nil
}

func deployed(task *workflow.Task, env, image string) bool {
	return slices.ContainsFunc(task.Deploys(), func(d *workflow.Deploy) bool {
		return d.Environment == env && d.Image == image && d.Status == workflow.StatusPassed
	})
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

// unknownEnvironment returns an error that names the environments that there
// are.
func unknownEnvironment(ctx context.Context, client *environment.Service, project, name string) error {
	var names []string
	for _, production := range []bool{false, true} {
		envs, _ := client.List(ctx, project, environment.ListOptions{Production: production}) // who may not view them gets no names
		for _, env := range envs {
			names = append(names, env.Name)
		}
	}
	return cli.NotFound("project "+project+" has no environment "+name, "there are", name, names)
}
