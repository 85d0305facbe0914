package workflow

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"strconv"

	"github.com/zadig-go/zadig/internal/errdef"
	"github.com/zadig-go/zadig/internal/paging"
	"github.com/zadig-go/zadig/internal/response"
)

// TasksOptions are the options of [Service.Tasks].
type TasksOptions struct {
	// PerPage is the number of tasks on a page; 0 means 20. The server reads all jobs of
	// each task on a page, so a small page arrives sooner.
	PerPage int
}

// Tasks returns an iterator over the tasks of a workflow, newest first. It yields each
// task once, and sends a request for each page. workflow is the key of the workflow, not
// its display name. The tasks have no stages (see [Task.IsSummary]): read those of
// interest with [Service.Task]. Up to and including v5.0.0, Zadig checks no rights
// for this request: any user may list the tasks of any workflow.
//
// An empty sequence means that the workflow has no tasks, does not exist, or is not in
// this project. Deleted and archived tasks are not listed. For a task that it cannot
// decode, Tasks yields zadig.ErrUnexpectedResponse; the loop may continue with the next
// task. Any other error ends the loop. In addition to the common errors, Tasks yields
//   - zadig.ErrBadRequest, without sending a request, for an empty project or workflow,
//     for a workflow with a slash, or for a negative PerPage
//   - zadig.ErrServer if the server cannot list one of the tasks on a page
//   - zadig.ErrUnsupported on servers before v1.18.0
func (s *Service) Tasks(ctx context.Context, project, workflow string, o TasksOptions) iter.Seq2[*Task, error] {
	return func(yield func(*Task, error) bool) {
		if err := o.check(project, workflow); err != nil {
			yield(nil, err)
			return
		}
		pages := paging.Pages[Task]{
			Size: cmp.Or(o.PerPage, 20),
			Open: func(page, size int) (*response.Stream[Task], error) {
				return s.openPage(ctx, project, workflow, page, size)
			},
			Key: func(t *Task) (string, int64) { return strconv.Itoa(t.TaskID), t.CreateTime },
			Check: func(t *Task) error {
				if t.TaskID == 0 || t.WorkflowName != workflow {
					return fmt.Errorf("got a task of workflow %.64q, want one of %.64q", t.WorkflowName, workflow)
				}
				return nil
			},
		}
		err := pages.Walk(ctx, func(t *Task, err error) bool {
			if element, ok := errors.AsType[*response.ElementError](err); ok {
				return yield(nil, fmt.Errorf("workflow.Tasks: %w", element.Err))
			}
			return yield(t, nil)
		}, func() bool { return true })
		if err != nil {
			yield(nil, err)
		}
	}
}

func (o TasksOptions) check(project, workflow string) error {
	const method = "workflow.Tasks"
	switch {
	case project == "":
		return errdef.BadArgument(method, "project", "must not be empty")
	case !response.IsSegment(workflow):
		return errdef.BadArgument(method, "workflow", "must be the key of a workflow, without a slash (got %.64q)", workflow)
	case o.PerPage < 0:
		return errdef.BadArgument(method, "PerPage", "must not be negative (got %d)", o.PerPage)
	}
	return nil
}

// openPage requests one page. It always sends both numbers, which are at least 1, because
// with 0 the server sends all tasks on every page.
func (s *Service) openPage(ctx context.Context, project, workflow string, page, size int) (*response.Stream[Task], error) {
	tasks, err := response.Get[taskPage](ctx, s.sender(), response.Endpoint{
		Path: "/openapi/workflows/custom/" + workflow + "/tasks",
		Query: struct {
			ProjectKey string `url:"projectKey"`
			PageNum    int    `url:"pageNum"`
			PageSize   int    `url:"pageSize"`
		}{project, page, size},
		Want: "a page of workflow tasks",
	}, nil)
	if err != nil {
		return nil, errdef.AsUnsupported(err, "servers before v1.18.0 have no list of workflow tasks")
	}
	return response.Elements[Task](ctx, tasks, response.Endpoint{Want: "an array of workflow tasks"}, response.Buffered)
}

// taskPage is a page of tasks. It is also a Doer whose response has the form of the lists
// of releases and artifacts: an array, with the total in X-Total.
type taskPage struct {
	Total int             `json:"total"`
	Tasks json.RawMessage `json:"workflow_tasks"`

	body *response.Body
}

// SetBody stores the body that the page was read from.
func (p *taskPage) SetBody(b *response.Body) { p.body = b }

// Validate returns an error for an object that is not a page.
func (p *taskPage) Validate() error {
	if p.Tasks == nil {
		return errors.New("missing workflow_tasks")
	}
	return nil
}

func (p *taskPage) Do(*http.Request) (*http.Response, error) {
	tasks := *p.body
	tasks.Data = p.Tasks
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{"X-Total": {strconv.Itoa(p.Total)}}, Body: &tasks}, nil
}
