package delivery

import (
	"github.com/zadig-go/zadig/core"
	"github.com/zadig-go/zadig/internal/nilsafe"
)

// Task returns the workflow task that made the release, or false if there is none. It
// sends no request.
//
// If a workflow made the release, which is possible up to Zadig v3.4, this is the task
// that built and deployed its images. For any other release, it is an internal task that
// pushed the images. The workflow of the internal task is zadig-delivery-<project> from
// v2.2.0 to v3.4.1, and zadig-delivery-<project>-<version> since v4.0.0 (from Zadig's
// source). There is no internal task before v2.2.0, or if nothing had to be pushed. For
// the task that built an image, see artifact.Activity.Task.
func (r *Release) Task() (ref core.TaskRef, ok bool) {
	info := nilsafe.OrZero(nilsafe.OrZero(r).VersionInfo)
	if info.WorkflowName == "" || info.TaskID <= 0 {
		return core.TaskRef{}, false
	}
	return core.TaskRef{ProjectName: info.ProductName, WorkflowName: info.WorkflowName, TaskID: info.TaskID}, true
}
