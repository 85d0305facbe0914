package workflow_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/core"
	"github.com/zadig-go/zadig/internal/testkit/clienttest"
	"github.com/zadig-go/zadig/workflow"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// taskPath is the path of the tasks of custom workflows.
const taskPath = "/openapi/workflows/custom/task"

var shopDev7 = core.TaskRef{ProjectName: "shop", WorkflowName: "shop-dev", TaskID: 7}

func TestTaskSendsOneRequest(t *testing.T) {
	t.Parallel()
	client, mock := clienttest.Mocked(t, taskPath, clienttest.Respond(http.StatusOK, `{"task_id":7,"workflow_key":"a+b&c","stages":[]}`))
	task, err := client.Workflow.Task(t.Context(), core.TaskRef{WorkflowName: "a+b&c", TaskID: 7})
	require.NoError(t, err)
	assert.Equal(t, "a+b&c", task.WorkflowName)
	require.Len(t, mock.URLs(), 1)
	sent := mock.URLs()[0]
	assert.Equal(t, taskPath, sent.Path)
	assert.Equal(t, "a+b&c", sent.Query().Get("workflowKey"))
	assert.Equal(t, "7", sent.Query().Get("taskId"))
	assert.Len(t, sent.Query(), 2)
}

func TestBadInputIsNotSent(t *testing.T) {
	t.Parallel()
	client, mock := clienttest.NewMock(t)
	for name, row := range map[string]struct {
		ctx  context.Context
		ref  core.TaskRef
		want string
	}{
		"zero":          {t.Context(), core.TaskRef{}, "workflow.Task: bad request: WorkflowName: must not be empty"},
		"no workflow":   {t.Context(), core.TaskRef{ProjectName: "shop", TaskID: 7}, "WorkflowName: must not be empty"},
		"no number":     {t.Context(), core.TaskRef{WorkflowName: "shop-dev"}, "TaskID: must be at least 1 (got 0)"},
		"negative":      {t.Context(), core.TaskRef{WorkflowName: "shop-dev", TaskID: -7}, "TaskID: must be at least 1 (got -7)"},
		"a nil context": {nil, shopDev7, "ctx: must not be nil"},
	} {
		_, err := client.Workflow.Task(row.ctx, row.ref)
		require.ErrorIs(t, err, zadig.ErrBadRequest, name)
		require.ErrorContains(t, err, row.want, name)
	}
	assert.Empty(t, mock.URLs())
}

func TestFailures(t *testing.T) {
	t.Parallel()
	odd := zadig.ErrUnexpectedResponse
	for name, row := range map[string]struct {
		status int
		body   string
		want   error
		says   string
	}{
		"unknown task": {500, `{"code":500,"description":"mongo: no documents in result","message":"Internal Error: "}`, zadig.ErrNotFound, ""},
		"database down": {500, `{"code":500,"description":"server selection error: server selection timeout","message":"Internal Error: "}`,
			zadig.ErrServer, ""},
		"a task whose project is gone": {500, // the text of another failure
			`{"code":500,"description":"failed to find product template shop, err: mongo: no documents in result"}`, zadig.ErrServer, ""},
		"panic":            {500, "", zadig.ErrServer, ""},
		"before v1.15.0":   {404, "Invalid path: " + taskPath, zadig.ErrUnsupported, "servers before v1.15.0 have no workflow tasks"},
		"another task":     {200, `{"task_id":8,"workflow_key":"shop-dev"}`, odd, `got task 8 of workflow "shop-dev", want task 7`},
		"another workflow": {200, `{"task_id":7,"workflow_key":"shop-prod"}`, odd, `got task 7 of workflow "shop-prod"`},
		"expired token":    {401, "", zadig.ErrUnauthorized, ""},
		"another object":   {200, `{"code":10000}`, odd, "want a workflow task"},
		"a number as text": {200, `{"task_id":"7"}`, odd, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, mock := clienttest.Mocked(t, taskPath, clienttest.Respond(row.status, row.body))
			task, err := client.Workflow.Task(t.Context(), shopDev7)
			require.ErrorIs(t, err, row.want)
			require.ErrorContains(t, err, row.says)
			assert.Nil(t, task)
			assert.Len(t, mock.URLs(), 1, "an error of the application is final")
		})
	}
}

func TestMethodsOnNil(t *testing.T) {
	t.Parallel()
	var task *workflow.Task
	assert.False(t, task.Done() || task.Succeeded() || task.IsSummary())
	assert.Nil(t, task.Approvals())
	assert.Nil(t, task.Deploys())
	assert.Zero(t, task.Ref())
	assert.Zero(t, task.Duration())
	var approval *workflow.Approval
	assert.False(t, approval.IsOpen())
	assert.Nil(t, approval.Pending())
	assert.Nil(t, approval.ApprovedBy())
	var approver *workflow.Approver
	assert.True(t, approver.Decided().IsZero())
	var deploy *workflow.Deploy
	assert.True(t, deploy.Ended().IsZero())
}
