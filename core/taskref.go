package core

import (
	"net/url"
	"strconv"
	"strings"
)

// TaskRef identifies a workflow task. artifact.Activity.Task and
// delivery.Release.Task return a TaskRef, and client.Workflow.Task reads its task.
type TaskRef struct {
	ProjectName  string // project of the workflow
	WorkflowName string // key of the workflow, not its display name
	TaskID       int    // from 1; unique within its workflow only
}

// ParseTaskURL parses the address of a task's page in Zadig,
// /v1/projects/detail/<project>/pipelines/custom/<workflow>/<task>, or with
// "multi" instead of "custom". It ignores a scheme, a host, segments before /v1
// and the query. It returns false for any other address.
func ParseTaskURL(page string) (TaskRef, bool) {
	u, err := url.Parse(page)
	if err != nil {
		return TaskRef{}, false
	}
	segments := strings.Split(u.EscapedPath(), "/")
	const want = 8
	if len(segments) <= want {
		return TaskRef{}, false
	}
	s := segments[len(segments)-want:]
	if s[0] != "v1" || s[1] != "projects" || s[2] != "detail" || s[4] != "pipelines" || s[5] != "custom" && s[5] != "multi" {
		return TaskRef{}, false
	}
	project, _ := url.PathUnescape(s[3]) // which url.Parse has checked
	workflow, _ := url.PathUnescape(s[6])
	task, err := strconv.ParseUint(s[7], 10, strconv.IntSize-1)
	if err != nil || project == "" || workflow == "" || task == 0 {
		return TaskRef{}, false
	}
	return TaskRef{ProjectName: project, WorkflowName: workflow, TaskID: int(task)}, true
}
