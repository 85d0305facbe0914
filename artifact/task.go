package artifact

import (
	"github.com/zadig-go/zadig/core"
	"github.com/zadig-go/zadig/internal/nilsafe"
)

// Task returns the workflow task that did the activity, and false if URL names
// none. Builds have a URL, whose path ends in
// /pipelines/custom/<workflow>/<task> or, up to v2.3.1,
// /pipelines/multi/<workflow>/<task>. Task sends no request.
//
// A path of the second form names a task of a product workflow, for which
// client.Workflow.Task returns zadig.ErrNotFound.
func (a *Activity) Task() (ref core.TaskRef, ok bool) {
	return core.ParseTaskURL(nilsafe.OrZero(a).URL)
}
