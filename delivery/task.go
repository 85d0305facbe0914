package delivery

import (
	"github.com/zadig-go/zadig/internal/nilsafe"
	"github.com/zadig-go/zadig/internal/taskref"
)

// TaskRef names a workflow task by ProjectName, WorkflowName (the workflow's
// key, not its display name) and TaskID. It is the same type as
// workflow.TaskRef, so client.Workflow.Task accepts it.
type TaskRef = taskref.Ref

// Task returns the workflow task that made the release, and false if none did. It
// sends no request.
//
// For a workflow release, up to v3.4.1, it is the task that built and deployed
// its images. For any other release it is an internal task, which pushed images
// or charts and built nothing. Its workflow is zadig-delivery-<project> from
// v2.2.0 to v3.4.1, and zadig-delivery-<project>-<version> since v4.0.0, where
// all releases are of that kind (read in source). There is none if nothing had to
// be pushed. For the task that built an image, see artifact.Activity.Task.
func (r *Release) Task() (ref TaskRef, ok bool) {
	info := nilsafe.OrZero(nilsafe.OrZero(r).VersionInfo)
	return taskref.New(info.ProductName, info.WorkflowName, info.TaskID)
}
