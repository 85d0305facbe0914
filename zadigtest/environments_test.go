package zadigtest_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/core"
	"github.com/zadig-go/zadig/environment"
	"github.com/zadig-go/zadig/workflow"
	"github.com/zadig-go/zadig/zadigtest"
)

var (
	dev = &environment.Environment{ProjectName: "shop", Name: "dev", Alias: "开发", Status: "success", Services: []*environment.EnvService{
		{ServiceName: "cart", Type: "k8s", Status: "running", Containers: []*environment.Container{
			{Name: "app", Type: "init", Image: "r/cart:1"},
		}},
		{ServiceName: "web", Type: "helm", Status: "running"},
	}}
	prod = &environment.Environment{ProjectName: "shop", Name: "prod", Production: true, Status: "sleeping",
		Services: []*environment.EnvService{}}
	deployed = &zadigtest.Deployment{ProjectName: "shop", EnvName: "dev", Deployment: environment.Deployment{ServiceName: "cart", Revision: 3,
		CreateBy: "alice", CreateTime: 1700000000, Operation: environment.OperationRollback, Containers: dev.Services[0].Containers}}
)

// TestEnvironmentsOnAllVersions reads environments as far as each version has them.
func TestEnvironmentsOnAllVersions(t *testing.T) {
	t.Parallel()
	for _, version := range zadigtest.Versions() {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			srv := zadigtest.NewServer(t, zadigtest.WithServerVersion(version), zadigtest.WithEnvironments(dev, prod),
				zadigtest.WithDeployments(deployed))
			s, ctx := once(srv).Environment, t.Context()
			list, err := s.List(ctx, "shop", environment.ListOptions{})
			if indexOf(version) < indexOf("v1.18.0") {
				require.ErrorIs(t, err, zadig.ErrUnsupported)
				return
			}
			require.NoError(t, err)
			require.Len(t, list, 1)
			assert.True(t, list[0].IsSummary())
			assert.Equal(t, "开发", list[0].Alias)

			got, err := s.Get(ctx, "shop", "dev", environment.GetOptions{})
			require.NoError(t, err)
			assert.Equal(t, []environment.Image{{Service: "cart", Container: "app", Image: "r/cart:1"}}, got.Images())
			assert.Equal(t, version >= "v3.2", got.Services[0].Containers[0].Type == "init")
			assert.Equal(t, "running", got.Services[0].Status)
			assert.Empty(t, got.Services[1].Status, "of helm")

			production, err := s.Get(ctx, "shop", "prod", environment.GetOptions{Production: true})
			require.NoError(t, err)
			assert.Equal(t, "sleeping", production.Status)
			_, err = s.Get(ctx, "shop", "prod", environment.GetOptions{})
			require.ErrorIs(t, err, zadig.ErrNotFound)

			history, err := s.History(ctx, "shop", "dev", "cart", environment.HistoryOptions{})
			if version == "v1.18.0" {
				require.ErrorIs(t, err, zadig.ErrUnsupported)
				return
			}
			require.NoError(t, err)
			require.Len(t, history, 1)
			assert.Equal(t, version >= "v3.2", history[0].Images() != nil)
			assert.Equal(t, version >= "v3.4", history[0].IsRollback())
			_, err = s.History(ctx, "nope", "dev", "cart", environment.HistoryOptions{})
			assert.Equal(t, version >= "v3.2", errors.Is(err, zadig.ErrNotFound))

			srv.SetEnvironment(&environment.Environment{ProjectName: "shop", Name: "dev"}, &environment.Environment{ProjectName: "shop", Name: "qa"})
			list, err = s.List(ctx, "shop", environment.ListOptions{})
			require.NoError(t, err)
			assert.Len(t, list, 2)
		})
	}
}

// TestHistoryKeeps20 has more deployments than a server keeps.
func TestHistoryKeeps20(t *testing.T) {
	t.Parallel()
	var all []*zadigtest.Deployment
	for revision := 25; revision > 0; revision-- {
		redis := environment.Deployment{ServiceName: "redis", Revision: revision}
		all = append(all, &zadigtest.Deployment{ProjectName: "shop", EnvName: "dev", Chart: true, Deployment: redis})
	}
	srv := zadigtest.NewServer(t, zadigtest.WithDeployments(all...))
	history, err := once(srv).Environment.History(t.Context(), "shop", "dev", "redis", environment.HistoryOptions{Chart: true})
	require.NoError(t, err)
	require.Len(t, history, 20)
	assert.Equal(t, 6, history[0].Revision)
	assert.Equal(t, 25, history[19].Revision)
	_, err = once(srv).Environment.History(t.Context(), "shop", "dev", "redis", environment.HistoryOptions{})
	require.NoError(t, err)
}

func TestFaultsOfEnvironments(t *testing.T) {
	t.Parallel()
	srv := zadigtest.NewServer(t, zadigtest.WithEnvironments(dev, prod), zadigtest.WithDeployments(deployed))
	s, ctx := once(srv).Environment, t.Context()
	list := func(production bool) (int, error) {
		all, err := s.List(ctx, "shop", environment.ListOptions{Production: production})
		return len(all), err
	}
	history := func(production bool) error {
		_, err := s.History(ctx, "shop", "dev", "cart", environment.HistoryOptions{Production: production})
		return err
	}
	restore := srv.Inject(zadigtest.NoPermission())
	n, err := list(false)
	require.NoError(t, err)
	assert.Zero(t, n, "a user without the right gets an empty list")
	require.ErrorIs(t, history(false), zadig.ErrForbidden)
	_, err = s.Get(ctx, "shop", "prod", environment.GetOptions{Production: true})
	require.NoError(t, err, "by name no right is checked")
	restore()

	restore = srv.Inject(zadigtest.LicenseExpired())
	n, err = list(false)
	require.NoError(t, err)
	assert.Equal(t, 1, n)
	_, err = list(true)
	require.ErrorIs(t, err, zadig.ErrLicense)
	require.ErrorIs(t, history(true), zadig.ErrLicense)
	_, err = s.Get(ctx, "shop", "prod", environment.GetOptions{Production: true})
	require.ErrorIs(t, err, zadig.ErrLicense)
	restore()

	restore = srv.Inject(zadigtest.DatabaseDown())
	_, err = list(false)
	require.ErrorIs(t, err, zadig.ErrServer)
	require.ErrorIs(t, history(false), zadig.ErrServer)
	_, err = s.Get(ctx, "shop", "dev", environment.GetOptions{})
	require.ErrorIs(t, err, zadig.ErrServer)
	restore()

	srv.Inject(zadigtest.ClusterDown())
	e, err := s.Get(ctx, "shop", "dev", environment.GetOptions{})
	require.NoError(t, err)
	assert.Empty(t, e.Services[0].Status)
	assert.Equal(t, "success", e.Status)
	srv.SetServerVersion("v2.3.1")
	_, err = s.Get(ctx, "shop", "dev", environment.GetOptions{})
	require.ErrorIs(t, err, zadig.ErrServer)
	assert.Equal(t, "Zadig cannot reach the Kubernetes cluster of this environment", zadig.Explain(err))
}

// approvals are those of a task, as they are on all versions.
var approvals = []*workflow.Approval{
	{Job: "native", System: workflow.ApprovalNative, Status: workflow.StatusPassed,
		Description: "上线？", Timeout: 30, StartTime: 1, EndTime: 2, Steps: []*workflow.ApprovalStep{
			{Needed: 1, Approvers: []*workflow.Approver{
				{ID: "1", Name: "王芳", Decision: "approve", Comment: "同意", OperationTime: 2}, {ID: "2", Name: "赵敏"},
			}},
		}},
	{Job: "lark", System: workflow.ApprovalLark, Status: workflow.StatusPassed, Steps: []*workflow.ApprovalStep{
		{Needed: 2, Approvers: []*workflow.Approver{
			{ID: "1", Decision: "approve", OperationTime: 2}, {ID: "2", Decision: "approve", OperationTime: 3},
		}},
		{Needed: 1, Approvers: []*workflow.Approver{{ID: "3", Decision: "approve", OperationTime: 4}, {ID: "4"}}},
	}},
	{Job: "wecom", System: workflow.ApprovalWeCom, Status: workflow.StatusPassed, Steps: []*workflow.ApprovalStep{
		{Needed: 1, Approvers: []*workflow.Approver{{ID: "1"}, {ID: "2"}}}, // Zadig does not send who decided
	}},
	{Job: "dingtalk", System: workflow.ApprovalDingTalk, Status: workflow.StatusWaitForApproval, StartTime: 5, Steps: []*workflow.ApprovalStep{
		{Needed: 1, Approvers: []*workflow.Approver{{ID: "1"}}},
	}},
}

func TestApprovalsOnAllVersions(t *testing.T) {
	t.Parallel()
	task := &workflow.Task{ProjectName: "shop", WorkflowName: "ci", TaskID: 7, Status: workflow.StatusRunning, CreateTime: 1}
	for _, a := range approvals {
		status := workflow.StatusPassed
		if a.IsOpen() {
			status = workflow.StatusRunning
		}
		task.Stages = append(task.Stages, &workflow.Stage{Name: a.Job, Status: status, Jobs: []*workflow.Job{
			zadigtest.ApprovalJob(a), zadigtest.DeployJob("", "prod", true, environment.Image{Service: "cart", Container: "app", Image: "r/cart:1"}),
		}})
	}
	srv := zadigtest.NewServer(t, zadigtest.WithTasks(task))
	for _, version := range zadigtest.Versions() {
		if indexOf(version) < indexOf("v1.18.0") {
			continue
		}
		srv.SetServerVersion(version)
		got, err := once(srv).Workflow.Task(t.Context(), task.Ref())
		require.NoError(t, err, version)
		require.Len(t, got.Approvals(), len(approvals), version)
		for i, a := range got.Approvals() {
			want := *approvals[i]
			if want.Stage = want.Job; version < "v3.1" {
				want.Job = ""
			}
			assert.Equal(t, &want, a, version)
		}
		assert.Len(t, got.Deploys(), len(approvals), version)
		for listed, err := range once(srv).Workflow.Tasks(t.Context(), "shop", "ci", workflow.TasksOptions{}) {
			require.NoError(t, err, version)
			assert.Equal(t, version < "v3.1", listed.Status == "waitforapprove", version)
		}
	}
	assert.NotNil(t, zadigtest.ApprovalJob(nil))
}

// TestTasksOfReleases lists tasks that were added and those of releases and builds.
func TestTasksOfReleases(t *testing.T) {
	t.Parallel()
	srv := zadigtest.NewServer(t)
	for _, status := range []string{workflow.StatusRunning, workflow.StatusReject} { // the second replaces the first
		srv.SetTask(&workflow.Task{ProjectName: "shop", WorkflowName: "shop-dev", TaskID: 99, Status: status, CreateTime: 1800000000})
		task, err := once(srv).Workflow.Task(t.Context(), core.TaskRef{WorkflowName: "shop-dev", TaskID: 99})
		require.NoError(t, err)
		assert.Equal(t, status, task.Status)
	}
	var numbers []int
	for task, err := range once(srv).Workflow.Tasks(t.Context(), "shop", "shop-dev", workflow.TasksOptions{PerPage: 2}) {
		require.NoError(t, err)
		numbers = append(numbers, task.TaskID)
	}
	assert.Equal(t, []int{99, 98, 92, 91}, numbers)
	srv.Inject(zadigtest.DatabaseDown())
	for _, err := range once(srv).Workflow.Tasks(t.Context(), "shop", "shop-dev", workflow.TasksOptions{}) {
		require.ErrorIs(t, err, zadig.ErrServer)
	}
	srv.ClearFaults()
	for query, want := range map[string]int{"pageSize=abc": 400, "pageNum=99999999999&pageSize=9223372036854775807": 500, "": 200} {
		assert.Equal(t, want, ask(t, srv, "/openapi/workflows/custom/shop-dev/tasks?"+query).status, query)
	}
}

func TestBadEnvironmentsAndTasks(t *testing.T) {
	t.Parallel()
	for want, o := range map[string]zadigtest.Option{
		"an environment needs":   zadigtest.WithEnvironments(&environment.Environment{Name: "dev"}),
		"a deployment needs":     zadigtest.WithDeployments(nil),
		"a task needs":           zadigtest.WithTasks(&workflow.Task{WorkflowName: "ci"}),
		"there are two with the": zadigtest.WithEnvironments(dev, dev),
	} {
		_, err := zadigtest.Start(o)
		require.ErrorContains(t, err, want)
	}
	srv, err := zadigtest.Start()
	require.NoError(t, err)
	defer srv.Close()
	assert.Panics(t, func() { srv.SetTask(nil) })
	assert.Panics(t, func() { srv.SetEnvironment(nil) })
}

// TestReplacedDocumentsAreNeverMissing changes a task and an environment while they are read.
func TestReplacedDocumentsAreNeverMissing(t *testing.T) {
	t.Parallel()
	task := &workflow.Task{WorkflowName: "ci", TaskID: 1, Status: workflow.StatusRunning}
	srv, err := zadigtest.Start(zadigtest.WithTasks(task), zadigtest.WithEnvironments(dev))
	require.NoError(t, err)
	defer srv.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	go func() {
		for ctx.Err() == nil {
			srv.SetTask(task)
			srv.SetEnvironment(dev)
		}
	}()
	for client := once(srv); ctx.Err() == nil; {
		_, err := client.Workflow.Task(t.Context(), core.TaskRef{WorkflowName: "ci", TaskID: 1})
		require.NoError(t, err)
		_, err = client.Environment.Get(t.Context(), dev.ProjectName, dev.Name, environment.GetOptions{Production: dev.Production})
		require.NoError(t, err)
	}
	assert.Panics(t, func() { srv.SetTask(task, nil) })
	_, err = srv.Client().Workflow.Task(t.Context(), core.TaskRef{WorkflowName: "ci", TaskID: 1})
	require.NoError(t, err, "bad input changes nothing")
}

// TestGeneratedEnvironments follows what runs in generated environments to approved
// tasks.
func TestGeneratedEnvironments(t *testing.T) {
	t.Parallel()
	data := zadigtest.Generate(3, 60)
	srv := zadigtest.NewServer(t, zadigtest.WithData(data))
	client, approved := srv.Client(), 0
	require.NotEmpty(t, data.Environments)
	for _, e := range data.Environments {
		got, err := client.Environment.Get(t.Context(), e.ProjectName, e.Name, environment.GetOptions{Production: e.Production})
		require.NoError(t, err)
		assert.Equal(t, e.Images(), got.Images())
		for _, s := range got.Services {
			history, err := client.Environment.History(t.Context(), e.ProjectName, e.Name, s.ServiceName,
				environment.HistoryOptions{Production: e.Production})
			require.NoError(t, err)
			require.NotEmpty(t, history)
			assert.Equal(t, s.Containers[0].Image, history[len(history)-1].Images()[0].Image)
		}
	}
	for _, given := range data.Tasks {
		task, err := client.Workflow.Task(t.Context(), given.Ref())
		require.NoError(t, err)
		for _, a := range task.Approvals() {
			approved += len(a.ApprovedBy())
		}
	}
	assert.Positive(t, approved)
}

// indexOf returns the position of a version, the oldest first.
func indexOf(version string) int { return slices.Index(zadigtest.Versions(), version) }
