package zadigtest

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/zadig-go/zadig/core"
	"github.com/zadig-go/zadig/workflow"
)

// WithTasks adds copies of workflow tasks. Each needs a WorkflowName and a TaskID. An
// added task replaces the one that the server would derive from releases and artifacts.
// [ApprovalJob] and [DeployJob] make jobs. On versions up to v3.0.0 an approval job
// becomes the approval of its stage.
func WithTasks(tasks ...*workflow.Task) Option {
	return WithData(Data{Tasks: tasks})
}

// SetTask adds copies of workflow tasks, or replaces those with the same WorkflowName and
// TaskID, for example when a task progresses. Bad input fails the test, or panics if the
// server was started by [Start].
func (s *Server) SetTask(tasks ...*workflow.Task) {
	if err := s.data.addTasks(tasks, true); err != nil {
		s.fail("zadigtest: SetTask: %v", err)
	}
}

// storedTask is a stored task with its JSON.
type storedTask struct {
	*workflow.Task
	doc map[string]any
}

func (t *storedTask) id() string {
	return strings.ToLower(fmt.Sprintf("%s/%d", t.WorkflowName, t.TaskID))
}
func (t *storedTask) created() int64 { return t.CreateTime }
func (t *storedTask) keys() []string { return []string{taskKey(t.WorkflowName, t.TaskID)} }

func (s *store) addTasks(tasks []*workflow.Task, replace bool) error {
	return add(&s.tasks, tasks, replace, newTask)
}

func newTask(given *workflow.Task) (*storedTask, error) {
	if given == nil || given.WorkflowName == "" || given.TaskID < 1 {
		return nil, errors.New("a task needs a WorkflowName and a TaskID")
	}
	t := new(storedTask)
	var err error
	if t.Task, err = copied(given); err == nil {
		t.doc, err = treeOf(given)
	}
	return t, err
}

// listTasks sends a page of a workflow's tasks without their stages. Zadig checks no
// permission for this request. If the page size is less than 1, it sends all tasks on
// every page. If the page number is less than 1, it sends all tasks in another order.
func (c *call) listTasks() *response {
	numbers, ok := c.numbers("pageNum", "pageSize")
	switch {
	case !ok:
		return empty(http.StatusBadRequest)
	case c.state == databaseDown:
		return internalError(databaseText)
	}
	page, size := numbers[0], numbers[1]
	if !c.values.Has("pageNum") {
		page = 1
	}
	if !c.values.Has("pageSize") {
		size = 10
	}
	tasks := c.data.tasksOf(c.query("projectKey"), c.parts["name"])
	if page < 1 {
		slices.Reverse(tasks)
	}
	shown, ok := window(tasks, page, size)
	if !ok {
		return internalError("(Location51024) BSON field 'skip' value must be >= 0")
	}
	list := []any{}
	for _, t := range shown {
		list = append(list, asSent("task listed", c.withApprovals(t), c.version))
	}
	return jsonResponse(map[string]any{"total": len(tasks), "workflow_tasks": list})
}

// tasksOf returns the tasks of a workflow in a project, newest first.
func (s *store) tasksOf(project, workflow string) (tasks []map[string]any) {
	numbers := make(map[int]bool)
	for _, t := range s.tasks.all() {
		if t.WorkflowName == workflow {
			numbers[t.TaskID] = true
		}
	}
	for _, r := range s.releases.all() {
		if r.VersionInfo.WorkflowName == workflow && r.VersionInfo.TaskID > 0 {
			numbers[r.VersionInfo.TaskID] = true
		}
	}
	for _, a := range s.artifacts.all() {
		for _, activity := range a.Activities {
			if ref, ok := core.ParseTaskURL(activity.URL); ok && ref.WorkflowName == workflow {
				numbers[ref.TaskID] = true
			}
		}
	}
	for number := range numbers {
		if t := s.taskDocument(workflow, number); t != nil && t["project_key"] == project {
			tasks = append(tasks, t)
		}
	}
	slices.SortFunc(tasks, func(a, b map[string]any) int {
		return cmp.Or(cmp.Compare(number(b, "create_time"), number(a, "create_time")), cmp.Compare(number(b, "task_id"), number(a, "task_id")))
	})
	return tasks
}

// number returns a member of a document as a number.
func number(doc map[string]any, name string) (n int64) {
	_, _ = fmt.Sscan(fmt.Sprint(doc[name]), &n)
	return n
}
