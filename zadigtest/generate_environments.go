package zadigtest

import (
	"slices"

	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/environment"
	"github.com/zadig-go/zadig/workflow"
)

// addEnvironments adds the environments to which the releases deployed their images,
// with the history of deployments, and the workflow tasks that deployed to production,
// each after an approval. The releases must be sorted newest first.
func (d *Data) addEnvironments() {
	type place struct{ project, name string }
	known, revisions := make(map[place]*environment.Environment), make(map[string]int)
	for _, r := range slices.Backward(d.Releases) {
		info := r.VersionInfo
		env := info.ProductEnvInfo
		if env == nil || info.Status == delivery.StatusFailed {
			continue
		}
		e := known[place{info.ProductName, env.EnvName}]
		if e == nil {
			e = &environment.Environment{
				ProjectName: info.ProductName, Name: env.EnvName, Namespace: env.Namespace, Production: env.Production,
				ClusterID: "65e12f00c528c2182225e8c1", RegistryID: "65e12f00c528c2182225e8d3", Status: environment.StatusSuccess,
			}
			known[place{info.ProductName, env.EnvName}] = e
			d.Environments = append(d.Environments, e)
		}
		e.UpdateBy, e.UpdateTime = info.CreatedBy, info.CreatedAt
		for _, group := range env.Services {
			for _, s := range group {
				name := e.ProjectName + "/" + e.Name + "/" + s.ServiceName
				revisions[name]++
				d.deploy(e, s, info, revisions[name])
			}
		}
		if env.Production && info.Type == "" && len(r.DeployInfo) > 0 {
			d.Tasks = append(d.Tasks, withApproval(taskOf(r), people[info.TaskID%len(people)], info.CreatedAt-75))
		}
	}
}

// deploy replaces a service of an environment with a new revision.
func (d *Data) deploy(e *environment.Environment, s *delivery.EnvService, info *delivery.VersionInfo, revision int) {
	i := slices.IndexFunc(e.Services, func(have *environment.EnvService) bool { return have.ServiceName == s.ServiceName })
	if i < 0 {
		i = len(e.Services)
		e.Services = append(e.Services, &environment.EnvService{ServiceName: s.ServiceName, Type: s.Type, Status: environment.ServiceRunning})
	}
	e.Services[i].Containers = nil
	for _, c := range s.Containers {
		c := &environment.Container{Name: c.Name, Image: c.Image, ImageName: imageName(c.Image)}
		e.Services[i].Containers = append(e.Services[i].Containers, c)
	}
	d.Deployments = append(d.Deployments, &Deployment{
		ProjectName: e.ProjectName, EnvName: e.Name, Production: e.Production,
		Deployment: environment.Deployment{
			ServiceName: s.ServiceName, Revision: revision, Containers: e.Services[i].Containers,
			Operation: environment.OperationDefault, DeployType: s.Type, CreateTime: info.CreatedAt, CreateBy: info.CreatedBy,
		},
	})
}

// withApproval adds a stage with an approval by approver, before the last stage that
// deploys.
func withApproval(t *workflow.Task, approver string, at int64) *workflow.Task {
	approval := &workflow.Stage{
		Name: "approve", Status: workflow.StatusPassed, StartTime: at - 600, EndTime: at,
		Jobs: []*workflow.Job{ApprovalJob(&workflow.Approval{
			Status: workflow.StatusPassed, Description: "Deploy to production?", Timeout: 60, StartTime: at - 600, EndTime: at,
			Steps: []*workflow.ApprovalStep{{Needed: 1, Approvers: []*workflow.Approver{
				{ID: "u-" + approver, Name: approver, Decision: workflow.DecisionApprove, Comment: "LGTM", OperationTime: at},
			}}},
		})},
	}
	deploys := 0
	for i, s := range t.Stages {
		if s.Jobs[0].Type == workflow.JobDeploy {
			deploys = i
		}
	}
	t.Stages = slices.Insert(t.Stages, deploys, approval)
	return t
}
