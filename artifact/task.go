package artifact

import (
	"github.com/zadig-go/zadig/internal/nilsafe"
	"github.com/zadig-go/zadig/internal/taskref"
)

// TaskRef names a workflow task by ProjectName, WorkflowName (the workflow's
// key, not its display name) and TaskID. It is the same type as
// workflow.TaskRef, so client.Workflow.Task accepts it.
type TaskRef = taskref.Ref

// Task returns the workflow task that did the activity, and false if URL names
// none. Builds have a URL, whose path ends in
// /pipelines/custom/<workflow>/<task> or, up to v2.3.1,
// /pipelines/multi/<workflow>/<task>. Task sends no request.
//
// A path of the second form names a task of a product workflow, for which
// client.Workflow.Task returns zadig.ErrNotFound.
func (a *Activity) Task() (ref TaskRef, ok bool) { return taskref.FromURL(nilsafe.OrZero(a).URL) }
