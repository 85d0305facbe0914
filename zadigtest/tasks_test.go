package zadigtest_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/artifact"
	"github.com/zadig-go/zadig/core"
	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/zadigtest"
)

func TestTask(t *testing.T) {
	t.Parallel()
	failed := k8s("shop", 7, "cart")
	failed.VersionInfo.Status = delivery.StatusFailed
	failed.Error, failed.Services = "denied", []*delivery.FlatService{{
		ServiceName: "cart",
		Images: []*delivery.ServiceImage{
			{ContainerName: "app", SourceImage: "a/cart:1", TargetImage: "b/cart:1", PushImage: true}, {ContainerName: "side"},
		},
	}}
	creating := k8s("shop", 8)
	creating.VersionInfo.Status = delivery.StatusCreating
	built := image(1, "r/cart:1")
	built.Activities = []*artifact.Activity{
		nil,
		{Type: artifact.ActivityBuild, URL: "/v1/projects/detail/shop/pipelines/custom/ci/3", StartTime: 1700000000, EndTime: 1700000060},
		{Type: artifact.ActivityDeploy, URL: "not a task"},
	}
	srv := zadigtest.NewServer(t, zadigtest.WithReleases(failed, creating), zadigtest.WithArtifacts(built))
	get := func(query string) reply { return ask(t, srv, "/openapi/workflows/custom/task?"+query) }

	assertParts(t, get("workflowKey=dev&taskId=7").body, `"task_id":7`, `"workflow_key":"dev"`, `"status":"failed"`, `"error":"denied"`,
		`"distribute_target":[{"service_module":"app","service_name":"cart","source_image":"a/cart:1","target_image":"b/cart:1"}]`)
	assertParts(t, get("workflowKey=dev&taskId=8").body, `"status":"running"`, `"start_time":1700000008`, `"stages":[]`)
	assertParts(t, get("workflowKey=ci&taskId=3").body, `"start_time":1700000000`, `"end_time":1700000060`, `"name":"build"`)
	for _, query := range []string{"", "workflowKey=dev", "workflowKey=dev&taskId=9", "taskId=7", "workflowKey=ci&taskId=7"} {
		assert.Equal(t, 500, get(query).status, query)
		assert.Contains(t, get(query).body, "mongo: no documents in result", query)
	}
	bad := get("workflowKey=dev&taskId=abc")
	assert.Equal(t, 400, bad.status)
	assert.Empty(t, bad.body)

	srv.Inject(zadigtest.NoPermission())
	assert.Equal(t, 200, get("workflowKey=dev&taskId=7").status, "the handler asks for none")
	srv.ClearFaults()
	srv.Inject(zadigtest.DatabaseDown())
	_, err := once(srv).Workflow.Task(t.Context(), core.TaskRef{WorkflowName: "dev", TaskID: 7})
	require.ErrorIs(t, err, zadig.ErrServer)
}
