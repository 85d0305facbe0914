package workflow_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig/core"
	"github.com/zadig-go/zadig/internal/testkit/clienttest"
	"github.com/zadig-go/zadig/internal/testkit/recording"
	"github.com/zadig-go/zadig/workflow"
)

// newest is a task as v5.0.0 sends it.
const newest = `{
	"task_id": 7, "workflow_key": "shop-dev", "workflow_name": "商城 开发", "params": [{"name": "x", "value": "p4ss"}],
	"status": "failed", "reverted": false, "remark": "weekly", "task_creator": "alice", "task_revoker": "bob",
	"create_time": 1700000000, "start_time": 1700000010, "end_time": 1700000100,
	"stages": [
		{"name": "build", "status": "passed", "start_time": 1700000010, "end_time": 1700000070, "parallel": true, "manual_exec": null, "jobs": [
			{"name": "build-0", "key": "build.cart", "display_name": "cart", "origin_name": "build", "type": "zadig-build", "status": "passed",
			 "reverted": false, "start_time": 1700000010, "end_time": 1700000070, "cost_seconds": 60, "error": "", "retry_count": 2,
			 "spec": {"repos": [{"repo_name": "shop", "oauth_token": "s3cret"}], "image": "r/cart:1"}, "job_info": null}
		], "error": ""},
		{"name": "approve", "status": "", "parallel": false, "manual_exec": null, "jobs": [
			{"name": "wait", "type": "approval", "status": "", "cost_seconds": 0, "error": "refused", "spec": null}
		], "error": "refused"}
	],
	"project_key": "shop", "error": "refused", "is_restart": true, "debug": false, "approval_ticket_id": "", "approval_id": ""
}`

// read returns the task that the service reads from a body.
func read(t *testing.T, body string) *workflow.Task {
	t.Helper()
	client, _ := clienttest.Mocked(t, taskPath, clienttest.Respond(http.StatusOK, body))
	task, err := client.Workflow.Task(t.Context(), shopDev7)
	require.NoError(t, err)
	return task
}

// recorded returns a task of workflow release-shop or live-flow that a server sent.
func recorded(t *testing.T, name string, number int) *workflow.Task {
	t.Helper()
	r := recording.Get(t, "environment/"+name)
	client, _ := clienttest.Mocked(t, taskPath, r.Respond)
	query, err := url.ParseQuery(r.Request.Query)
	require.NoError(t, err)
	task, err := client.Workflow.Task(t.Context(), core.TaskRef{WorkflowName: query.Get("workflowKey"), TaskID: number})
	require.NoError(t, err)
	return task
}

func TestTask(t *testing.T) {
	t.Parallel()
	task := read(t, newest)
	assert.Equal(t, shopDev7, task.Ref())
	assert.Equal(t, "商城 开发", task.WorkflowDisplayName)
	assert.Equal(t, "alice", task.TaskCreator)
	assert.True(t, task.IsRestart)
	assert.Equal(t, time.Unix(1700000000, 0), task.Created())
	assert.Equal(t, time.Unix(1700000010, 0), task.Started())
	assert.Equal(t, time.Unix(1700000100, 0), task.Ended())
	assert.Equal(t, 90*time.Second, task.Duration())

	require.Len(t, task.Stages, 2)
	assert.Equal(t, time.Unix(1700000070, 0), task.Stages[0].Ended())
	assert.True(t, task.Stages[1].Started().IsZero())
	build, wait := task.Stages[0].Jobs[0], task.Stages[1].Jobs[0]
	assert.Equal(t, workflow.JobBuild, build.Type)
	assert.EqualValues(t, 60, build.CostSeconds)
	assert.Equal(t, time.Unix(1700000010, 0), build.Started())
	assert.Equal(t, time.Unix(1700000070, 0), build.Ended())
	var spec struct{ Image string }
	require.NoError(t, json.Unmarshal(build.Spec, &spec))
	assert.Equal(t, "r/cart:1", spec.Image)
	assert.Nil(t, wait.Spec)
	assert.Equal(t, "refused", wait.Error)

	again := new(workflow.Task)
	data, err := json.Marshal(task)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(data, again))
	assert.JSONEq(t, string(build.Spec), string(again.Stages[0].Jobs[0].Spec), "JSON keeps the spec")
	again.Stages[0].Jobs[0].Spec = task.Stages[0].Jobs[0].Spec
	assert.Equal(t, task, again)
}

func TestNamesUpToV1_17(t *testing.T) {
	t.Parallel()
	oldest := read(t, `{"task_id":7,"workflow_name":"shop-dev","stages":[],"project_name":"shop","is_restart":false}`)
	assert.Equal(t, shopDev7, oldest.Ref())
	assert.Empty(t, oldest.WorkflowDisplayName)
	v1_17 := read(t, `{"task_id":7,"workflow_name":"shop-dev","workflow_display_name":"商城","stages":[],"project_name":"shop"}`)
	assert.Equal(t, shopDev7, v1_17.Ref())
	assert.Equal(t, "商城", v1_17.WorkflowDisplayName)
}

func TestDone(t *testing.T) {
	t.Parallel()
	for status, want := range map[string]bool{
		workflow.StatusPassed: true, workflow.StatusFailed: true, workflow.StatusTimeout: true,
		workflow.StatusCancelled: true, workflow.StatusReject: true,
		workflow.StatusSkipped: true, workflow.StatusPause: false, workflow.StatusRunning: false, workflow.StatusCreated: false,
		workflow.StatusWaiting: false, workflow.StatusQueued: false, workflow.StatusBlocked: false, "": false, "wait_for_approval": false,
	} {
		assert.Equal(t, want, (&workflow.Task{Status: status}).Done(), status)
	}
}

// Credentials, and values of variables that may be credentials, are masked; everything
// else that a server sends is kept.
func TestSpecsHaveNoCredentials(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"v2.3.1", "v3.4.1", "v5.0.0"} {
		task := recorded(t, version+"/task_detail_error_handled_and_helm", 9)
		data, err := json.Marshal(task)
		require.NoError(t, err)
		assert.NotContains(t, string(data), "PLACEHOLDER-SECRET", version)
		assert.Contains(t, string(data), `"variable_kvs":[{`, version)

		task = recorded(t, version+"/task_detail_approved_native", 1)
		data, err = json.Marshal(task)
		require.NoError(t, err)
		assert.NotContains(t, string(data), "PLACEHOLDER-SECRET", version)
		assert.Contains(t, string(data), `"key":"VERBOSE"`, version)
		assert.Contains(t, string(data), `"value":"1"`, "the server marks it as harmless")
		assert.Contains(t, string(data), `"oauth_token":"[redacted]"`, version)
	}
	for spec, want := range map[string]string{
		`{"a":"b","n":1.50}`: `{"a":"b","n":1.50}`, // unchanged
		`null`:               ``,
		`{"envs":[{"key":"K","value":7,"is_credential":true}]}`:  `{"envs":[{"is_credential":true,"key":"K","value":"[redacted]"}]}`,
		`{"value":"plain","token":""}`:                           `{"value":"plain","token":""}`,
		`{"override_kvs":"[{\"key\":\"k\",\"value\":\"v\"}]"}`:   `{"override_kvs":"[redacted]"}`,           // of a helm chart, since v3.3.0
		`{"kv":[{"key":"k","val":"v"}]}`:                         `{"kv":[{"key":"k","val":"[redacted]"}]}`, // of Apollo
		`{"address":"https://u:p@h/x","n":12345678901234567890}`: `{"address":"https://h/x","n":12345678901234567890}`,
	} {
		task := read(t, `{"task_id":7,"workflow_key":"shop-dev","stages":[{"jobs":[{"spec":`+spec+`}]}]}`)
		assert.Equal(t, want, string(task.Stages[0].Jobs[0].Spec), spec)
	}
}
