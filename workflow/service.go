package workflow

import (
	"context"
	"fmt"

	"github.com/zadig-go/zadig/core"
	"github.com/zadig-go/zadig/internal/errdef"
	"github.com/zadig-go/zadig/internal/response"
)

// Service reads workflow tasks. It is safe for concurrent use if its Doer is.
type Service struct{ doer core.Doer }

// New returns a Service that sends its requests through d. A *zadig.Client already has a
// Service, in its Workflow field; New is for tests and for other Doers.
func New(d core.Doer) *Service { return &Service{doer: d} }

// Task returns one workflow task. It sends one request, with the WorkflowName and TaskID
// of ref; the server does not need the ProjectName. Up to and including v5.0.0, Zadig
// checks no rights for this request: any user may read any task, even a deleted one.
//
// In addition to the common errors, Task returns
//   - zadig.ErrBadRequest, without sending a request, for an empty WorkflowName or a
//     TaskID below 1
//   - zadig.ErrNotFound for a task that does not exist and, on v2.3.1 and earlier, for a
//     task of a product workflow (the kind that custom workflows replaced)
//   - zadig.ErrUnsupported on servers before v1.15.0
func (s *Service) Task(ctx context.Context, ref core.TaskRef) (*Task, error) {
	return s.task(ctx, "workflow.Task", ref)
}

func (s *Service) task(ctx context.Context, method string, ref core.TaskRef) (*Task, error) {
	switch {
	case ref.WorkflowName == "":
		return nil, errdef.BadArgument(method, "WorkflowName", "must not be empty")
	case ref.TaskID < 1:
		return nil, errdef.BadArgument(method, "TaskID", "must be at least 1 (got %d)", ref.TaskID)
	}
	var t *Task
	_, err := response.Get(ctx, s.sender(), response.Endpoint{
		Path: "/openapi/workflows/custom/task",
		Query: struct {
			WorkflowKey string `url:"workflowKey"`
			TaskID      int    `url:"taskId"`
		}{ref.WorkflowName, ref.TaskID},
		Want: "a workflow task",
	}, func(w *wireTask) error {
		if t = w.task(); t.TaskID != ref.TaskID || t.WorkflowName != ref.WorkflowName {
			return fmt.Errorf("got task %d of workflow %.64q, want task %d of %.64q", t.TaskID, t.WorkflowName, ref.TaskID, ref.WorkflowName)
		}
		return nil
	})
	if err != nil {
		return nil, errdef.AsUnsupported(err, "servers before v1.15.0 have no workflow tasks")
	}
	return t, nil
}

// sender returns the Doer, or nil if there is none.
func (s *Service) sender() core.Doer {
	if s == nil {
		return nil
	}
	return s.doer
}
