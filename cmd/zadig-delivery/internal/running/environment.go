package running

import (
	"cmp"
	"context"
	"errors"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/cmd/zadig-delivery/internal/cli"
	"github.com/zadig-go/zadig/environment"
)

// FromEnvironment returns the images that Zadig has recorded as deployed in an
// environment, and who last deployed each. The cluster may run other images.
func FromEnvironment(ctx context.Context, client *environment.Service, project, name string) (*Uses, error) {
	env, err := client.Get(ctx, project, name, environment.GetOptions{})
	production := errors.Is(err, zadig.ErrNotFound) || name == "production" // which names no test environment
	if production {
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
		uses.NoHistory = cmp.Or(uses.NoHistory, err)
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
			for _, d := range history {
				use.deployments = append(use.deployments, d.Created())
			}
		}
	}
	return uses, nil
}

// unknownEnvironment returns an error that names the project's environments.
func unknownEnvironment(ctx context.Context, client *environment.Service, project, name string) error {
	var names []string
	for _, production := range []bool{false, true} {
		envs, _ := client.List(ctx, project, environment.ListOptions{Production: production}) // a user who may not view them gets no names
		for _, env := range envs {
			names = append(names, env.Name)
		}
	}
	return cli.NotFound("project "+project+" has no environment "+name, name, names)
}
