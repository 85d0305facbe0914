package workflow_test

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/internal/testkit/clienttest"
	"github.com/zadig-go/zadig/internal/testkit/recording"
	"github.com/zadig-go/zadig/workflow"
)

const tasksPath = "/openapi/workflows/custom/shop-dev/tasks"

// history is a workflow with tasks 1 to count, the newest first, as a server pages it.
// Every three tasks share a second.
func history(t *testing.T, count *int) (*zadig.Client, *clienttest.Mock) {
	t.Helper()
	client, mock := clienttest.NewMock(t)
	mock.Get(tasksPath, func(req *http.Request) (*http.Response, error) {
		query := req.URL.Query()
		page, _ := strconv.Atoi(query.Get("pageNum"))
		size, _ := strconv.Atoi(query.Get("pageSize"))
		if page < 1 || size < 1 || query.Get("projectKey") != "shop" {
			t.Errorf("sent %s", req.URL.RawQuery)
		}
		var tasks []string
		for n := *count - (page-1)*size; n > *count-page*size && n > 0; n-- {
			tasks = append(tasks, fmt.Sprintf(`{"workflow_key":"shop-dev","task_id":%d,"create_time":%d,"status":"passed"}`, n, 1700000000+n/3))
		}
		body := fmt.Sprintf(`{"total":%d,"workflow_tasks":[%s]}`, *count, strings.Join(tasks, ","))
		return clienttest.Respond(http.StatusOK, body)(req)
	})
	return client, mock
}

func TestTasksReadsAllPages(t *testing.T) {
	t.Parallel()
	for _, count := range []int{0, 1, 5, 19, 20, 21, 100} {
		client, mock := history(t, &count)
		var numbers []int
		for task, err := range client.Workflow.Tasks(t.Context(), "shop", "shop-dev", workflow.TasksOptions{PerPage: 5}) {
			require.NoError(t, err, count)
			assert.True(t, task.IsSummary())
			numbers = append(numbers, task.TaskID)
		}
		require.Len(t, numbers, count)
		assert.True(t, slices.IsSortedFunc(numbers, func(a, b int) int { return b - a }), numbers)
		assert.LessOrEqual(t, len(mock.URLs()), 2+count/2)
	}
}

func TestRecordedTasks(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"v2.3.1", "v3.4.1", "v5.0.0"} {
		for name, count := range map[string]int{"task_list": 14, "task_list_same_create_time": 3, "task_list_real_approvals": 5,
			"task_list_unknown_project": 0} {
			r := recording.Get(t, "environment/"+version+"/"+name)
			client, _ := clienttest.Mocked(t, r.Request.Path, r.Respond)
			key := strings.Split(r.Request.Path, "/")[4]
			var tasks []*workflow.Task
			for task, err := range client.Workflow.Tasks(t.Context(), "shop", key, workflow.TasksOptions{PerPage: 50}) {
				require.NoError(t, err, name)
				assert.Equal(t, key, task.WorkflowName)
				tasks = append(tasks, task)
			}
			require.Len(t, tasks, count, name)
			if name == "task_list_real_approvals" {
				assert.Equal(t, version == "v2.3.1", tasks[2].Status == "waitforapprove", "since v3.1.0 only the jobs say it")
				assert.False(t, tasks[2].Done())
			}
		}
	}
}

func TestTasksEndsWithAnError(t *testing.T) {
	t.Parallel()
	odd := zadig.ErrUnexpectedResponse
	for name, row := range map[string]struct {
		status int
		body   string
		want   error
		says   string
	}{
		"a broken task":    {500, "", zadig.ErrServer, ""},
		"database down":    {500, `{"code":500,"description":"server selection error: timeout"}`, zadig.ErrServer, ""},
		"before v1.18.0":   {404, "Invalid path: " + tasksPath, zadig.ErrUnsupported, "servers before v1.18.0"},
		"another workflow": {200, `{"total":1,"workflow_tasks":[{"workflow_key":"other","task_id":1}]}`, odd, `of workflow "other"`},
		"undecodable":      {200, `{"total":1,"workflow_tasks":[{"task_id":"x"}]}`, odd, "at /0/task_id: got a string"},
		"no task":          {200, `{"total":1,"workflow_tasks":[{"workflow_key":"shop-dev"}]}`, odd, "got a task"},
		"another object":   {200, `{"code":10000}`, odd, "want a page of workflow tasks: missing workflow_tasks"},
		"login page":       {200, `<html></html>`, odd, "HTML"},
		"not as promised":  {200, `{"total":9,"workflow_tasks":[]}`, odd, "X-Total"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, _ := clienttest.Mocked(t, tasksPath, clienttest.Respond(row.status, row.body))
			yields := 0
			for task, err := range client.Workflow.Tasks(t.Context(), "shop", "shop-dev", workflow.TasksOptions{}) {
				yields++
				assert.Nil(t, task)
				require.ErrorIs(t, err, row.want)
				require.ErrorContains(t, err, row.says)
				failed, ok := errors.AsType[*zadig.Error](err)
				require.True(t, ok)
				assert.Contains(t, failed.URL, tasksPath)
			}
			assert.Equal(t, 1, yields)
		})
	}
}

func TestTasksStopsAndRefuses(t *testing.T) {
	t.Parallel()
	count := 100
	client, mock := history(t, &count)
	for _, err := range client.Workflow.Tasks(t.Context(), "shop", "shop-dev", workflow.TasksOptions{}) {
		require.NoError(t, err)
		break
	}
	assert.Len(t, mock.URLs(), 1)
	for want, err := range map[string]error{
		"project: must not be empty": first(client.Workflow.Tasks(t.Context(), "", "shop-dev", workflow.TasksOptions{})),
		`slash (got "")`:             first(client.Workflow.Tasks(t.Context(), "shop", "", workflow.TasksOptions{})),
		`slash (got "a/b")`:          first(client.Workflow.Tasks(t.Context(), "shop", "a/b", workflow.TasksOptions{})),
		`slash (got "..")`:           first(client.Workflow.Tasks(t.Context(), "shop", "..", workflow.TasksOptions{})),
		"PerPage: must not be":       first(client.Workflow.Tasks(t.Context(), "shop", "shop-dev", workflow.TasksOptions{PerPage: -1})),
	} {
		require.ErrorIs(t, err, zadig.ErrBadRequest)
		require.ErrorContains(t, err, want)
	}
	assert.Len(t, mock.URLs(), 1)
}

func first(tasks func(yield func(*workflow.Task, error) bool)) error {
	for _, err := range tasks {
		return err
	}
	return nil
}
