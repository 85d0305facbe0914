package artifact

import (
	"github.com/zadig-go/zadig/internal/nilsafe"
	"github.com/zadig-go/zadig/internal/taskref"
)

// TaskRef names a workflow task by ProjectName, WorkflowName (the workflow's
// key, not its display name) and TaskID. It is the type of workflow.TaskRef, so
// that client.Workflow.Task takes it.
type TaskRef = taskref.Ref

// Task returns the workflow task that did the activity, and false if there is
// none. It is taken from URL, which builds have: a path that ends in
// /pipelines/custom/<workflow>/<task> or, up to v2.3.1,
// /pipelines/multi/<workflow>/<task>.
//
// A task of the second form belongs to a product workflow, a kind that
// client.Workflow.Task does not find (zadig.ErrNotFound).
func (a *Activity) Task() (ref TaskRef, ok bool) { return taskref.FromURL(nilsafe.OrZero(a).URL) }
