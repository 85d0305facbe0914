package delivery

import (
	"github.com/zadig-go/zadig/internal/nilsafe"
	"github.com/zadig-go/zadig/internal/taskref"
)

// TaskRef names a workflow task by ProjectName, WorkflowName (the workflow's
// key, not its display name) and TaskID. It is the type of workflow.TaskRef, so
// that client.Workflow.Task takes it.
type TaskRef = taskref.Ref

// Task returns the workflow task that made the release, and false if none did.
//
// For a release of a workflow, up to v3.4.1, it is the task that built and
// deployed its images. For any other release it is an internal task that pushed
// images or charts and built nothing: of the workflow zadig-delivery-<project>
// from v2.2.0 to v3.4.1, and zadig-delivery-<project>-<version> since v4.0.0,
// when all releases are of that kind (read in source). There is none if nothing
// had to be pushed. The task that built an image is in its artifact: see
// artifact.Activity.Task.
func (r *Release) Task() (ref TaskRef, ok bool) {
	info := nilsafe.OrZero(nilsafe.OrZero(r).VersionInfo)
	return taskref.New(info.ProductName, info.WorkflowName, info.TaskID)
}
