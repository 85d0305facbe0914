package zadigtest_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/artifact"
	"github.com/zadig-go/zadig/core"
	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/workflow"
	"github.com/zadig-go/zadig/zadigtest"
)

// TestTasksMatchTheirReleasesAndArtifacts follows generated releases and
// artifacts to their tasks, on every version that has them.
func TestTasksMatchTheirReleasesAndArtifacts(t *testing.T) {
	t.Parallel()
	data := zadigtest.Generate(3, 12)
	srv := zadigtest.NewServer(t, zadigtest.WithData(data))
	client := once(srv)
	for _, version := range zadigtest.Versions() {
		srv.SetServerVersion(version)
		_, err := client.Workflow.Task(t.Context(), core.TaskRef{WorkflowName: "nope", TaskID: 1})
		if version == "v1.7.1" || version == "v1.11.0" {
			require.Error(t, err, version)
			continue
		}
		require.ErrorIs(t, err, zadig.ErrNotFound, version)
		built := 0
		for _, a := range data.Artifacts {
			for _, build := range a.Builds() {
				ref, ok := build.Task()
				if !ok {
					continue
				}
				task, err := client.Workflow.Task(t.Context(), ref)
				require.NoError(t, err, version)
				assert.Equal(t, ref, task.Ref(), version)
				assert.True(t, task.Done())
				assert.False(t, task.Started().IsZero())
				assert.False(t, task.Ended().Before(task.Started()))
				assert.Equal(t, build.CreatedBy, task.TaskCreator)
				assert.Contains(t, imagesOf(t, task), a.Image)
				built++
			}
		}
		assert.Positive(t, built)
		for _, r := range data.Releases {
			if ref, ok := r.Task(); ok {
				task, err := client.Workflow.Task(t.Context(), ref)
				require.NoError(t, err, version)
				for _, b := range r.BuildInfo {
					assert.Contains(t, imagesOf(t, task), b.ImageName)
				}
			}
		}
	}
}

// imagesOf are the images that the jobs of a task built.
func imagesOf(t *testing.T, task *workflow.Task) (images []string) {
	t.Helper()
	for _, stage := range task.Stages {
		for _, job := range stage.Jobs {
			if job.Type != workflow.JobBuild {
				continue
			}
			var spec struct {
				Image string `json:"image"`
				Repos []struct {
					CommitID string `json:"commit_id"`
				} `json:"repos"`
			}
			require.NoError(t, json.Unmarshal(job.Spec, &spec))
			assert.NotEmpty(t, spec.Repos)
			images = append(images, spec.Image)
		}
	}
	return images
}

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
		`"distribute_target":[{"service_name":"cart","service_module":"app","source_image":"a/cart:1","target_image":"b/cart:1"}]`)
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
