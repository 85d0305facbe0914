package running_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig/artifact"
	"github.com/zadig-go/zadig/cmd/zadig-delivery/internal/origin"
	"github.com/zadig-go/zadig/cmd/zadig-delivery/internal/running"
	"github.com/zadig-go/zadig/environment"
	"github.com/zadig-go/zadig/workflow"
	"github.com/zadig-go/zadig/zadigtest"
)

const cart = "registry.example.com/shop/cart:1"

// deployed returns a task of a workflow that ran from start to start+100, was approved
// by somebody, and has a job that deploys.
func deployed(project, name string, number int, start int64, approver string, job *workflow.Job) *workflow.Task {
	approval := &workflow.Approval{Status: workflow.StatusPassed, Steps: []*workflow.ApprovalStep{{
		Approvers: []*workflow.Approver{{Name: approver, Decision: workflow.DecisionApprove}}}}}
	return &workflow.Task{
		ProjectName: project, WorkflowName: name, TaskID: number, Status: workflow.StatusPassed,
		CreateTime: start, StartTime: start, EndTime: start + 100,
		Stages: []*workflow.Stage{
			{Name: "approve", Status: workflow.StatusPassed, Jobs: []*workflow.Job{zadigtest.ApprovalJob(approval)}},
			{Name: "deploy", Status: workflow.StatusPassed, Jobs: []*workflow.Job{job}},
		},
	}
}

// Task 1 of shop-dev built the image, and another task deployed it to prod at 1500;
// at 1900 the service was scaled.
func TestApprovals(t *testing.T) {
	t.Parallel()
	deploy := func(status, env, image string) *workflow.Job {
		return zadigtest.DeployJob(status, env, true, environment.Image{Service: "cart", Container: "app", Image: image})
	}
	failed, toDev := deploy(workflow.StatusFailed, "prod", cart), deploy(workflow.StatusPassed, "dev", cart)
	toProd := deploy(workflow.StatusPassed, "prod", cart)
	other := deploy(workflow.StatusPassed, "prod", "registry.example.com/shop/cart:2")
	for name, row := range map[string]struct {
		task      *workflow.Task
		workflows []string
		approved  []string
		read      int // tasks
	}{
		"the task that built it":         {deployed("shop", "shop-dev", 1, 1000, "ann", toProd), nil, []string{"ann"}, 1},
		"another of the same workflow":   {deployed("shop", "shop-dev", 2, 1450, "ben", toProd), nil, []string{"ben"}, 2},
		"of a workflow that is named":    {deployed("shop", "prod", 1, 1450, "cas", toProd), []string{"prod"}, []string{"cas"}, 2},
		"of a workflow that is not":      {deployed("shop", "prod", 1, 1450, "cas", toProd), nil, nil, 1},
		"that deployed another image":    {deployed("shop", "shop-dev", 2, 1450, "dan", other), nil, nil, 2},
		"that failed":                    {deployed("shop", "shop-dev", 2, 1450, "guy", failed), nil, nil, 2},
		"to another environment":         {deployed("shop", "shop-dev", 2, 1450, "hal", toDev), nil, nil, 2},
		"that ran at another time":       {deployed("shop", "shop-dev", 2, 1550, "eve", toProd), nil, nil, 1},
		"that built it in other project": {deployed("lab", "shop-dev", 1, 1000, "fay", toProd), nil, nil, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, version := range []string{"v2.3.1", "v3.4.1", "v5.0.0"} {
				container := &environment.Container{Name: "app", Image: cart}
				deployment := func(revision int, at int64) *zadigtest.Deployment {
					return &zadigtest.Deployment{ProjectName: "shop", EnvName: "prod", Production: true, Deployment: environment.Deployment{
						ServiceName: "cart", Revision: revision, CreateTime: at, CreateBy: "zoe", Containers: []*environment.Container{container}}}
				}
				page := "/v1/projects/detail/" + row.task.ProjectName + "/pipelines/custom/shop-dev/1"
				srv := zadigtest.NewServer(t,
					zadigtest.WithServerVersion(version), zadigtest.WithTasks(row.task),
					zadigtest.WithArtifacts(&artifact.Artifact{Type: "image", Image: cart, Activities: []*artifact.Activity{
						{Type: artifact.ActivityBuild, StartTime: 1000, EndTime: 1050, URL: page},
					}}),
					zadigtest.WithEnvironments(&environment.Environment{ProjectName: "shop", Name: "prod", Production: true,
						Services: []*environment.EnvService{{ServiceName: "cart", Type: "k8s", Containers: []*environment.Container{container}}}}),
					zadigtest.WithDeployments(deployment(1, 1500), deployment(2, 1900)))
				client := srv.Client()
				uses, err := running.FromEnvironment(t.Context(), client.Environment, "shop", "prod")
				require.NoError(t, err)
				images, err := running.Trace(t.Context(), origin.Tracer{Artifacts: client.Artifact}, uses.Sorted(), nil)
				require.NoError(t, err)
				require.Len(t, images, 1)
				approvals := running.Approvals{Tasks: client.Workflow, Project: "shop", Env: "prod", Workflows: row.workflows}
				require.NoError(t, approvals.Find(t.Context(), images))
				assert.Equal(t, row.approved, images[0].ApprovedBy, version)
				assert.Equal(t, "zoe", images[0].DeployedBy, version)
				assert.Len(t, srv.RequestsTo(zadigtest.GetWorkflowTask), row.read, version)
			}
		})
	}
}
