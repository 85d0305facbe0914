package workflow

import (
	"context"
	"net/http"

	"github.com/zadig-go/zadig/internal/errdef"
	"github.com/zadig-go/zadig/internal/response"
	"github.com/zadig-go/zadig/internal/taskref"
)

// Doer sends one request. *zadig.Client implements it: it joins the relative URL
// to its base URL, and returns every response that is not 2xx as an error.
type Doer interface {
	Do(*http.Request) (*http.Response, error)
}

// Service reads workflow tasks. It is safe for concurrent use if its Doer is.
type Service struct{ doer Doer }

// New returns a Service that sends its requests through d. A *zadig.Client
// has one in its field Workflow; New is for tests and for other Doers.
func New(d Doer) *Service { return &Service{doer: d} }

// TaskRef names a workflow task, by
//
//	ProjectName  string // project of the workflow
//	WorkflowName string // key of the workflow, not its display name
//	TaskID       int    // from 1; unique within its workflow only
//
// artifact.Activity.Task and delivery.Release.Task return one.
type TaskRef = taskref.Ref

const taskPath = "/openapi/workflows/custom/task"

// Task returns one workflow task, with one request. Only WorkflowName and TaskID of
// ref are sent; the server does not need the project.
//
// Errors besides the common ones: zadig.ErrBadRequest for an empty WorkflowName
// or a TaskID below 1, before anything is sent; zadig.ErrNotFound for a task
// that does not exist, and for those of product workflows (up to v2.3.1);
// zadig.ErrUnexpectedResponse from servers before v1.15.0, which have no such
// endpoint.
func (s *Service) Task(ctx context.Context, ref TaskRef) (*Task, error) {
	const method = "workflow.Task"
	switch {
	case ref.WorkflowName == "":
		return nil, errdef.BadArgument(method, "WorkflowName", "must not be empty")
	case ref.TaskID < 1:
		return nil, errdef.BadArgument(method, "TaskID", "must be at least 1 (got %d)", ref.TaskID)
	case ctx == nil:
		return nil, errdef.BadArgument(method, "ctx", "must not be nil")
	}
	w, err := response.Get[wireTask](ctx, s.sender(), response.Endpoint{
		Path: taskPath,
		Query: struct {
			WorkflowKey string `url:"workflowKey"`
			TaskID      int    `url:"taskId"`
		}{ref.WorkflowName, ref.TaskID},
		Want: "a workflow task",
	})
	if err != nil {
		return nil, errdef.Unsupported(err, "servers before v1.15.0 have no workflow tasks; is the base URL right?")
	}
	return w.task(), nil
}

// sender returns the Doer, or nil if there is none.
func (s *Service) sender() response.Doer {
	if s == nil {
		return nil
	}
	return s.doer
}
