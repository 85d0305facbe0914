package core

import (
	"net/url"
	"strconv"
	"strings"
)

// TaskRef identifies a workflow task. artifact.Activity.Task and
// delivery.Release.Task return a TaskRef; client.Workflow.Task reads the task.
type TaskRef struct {
	ProjectName  string // project of the workflow
	WorkflowName string // key of the workflow, not its display name
	TaskID       int    // from 1; unique only within its workflow
}

// ParseTaskURL parses the address of a task's page in Zadig's web interface:
// /v1/projects/detail/<project>/pipelines/custom/<workflow>/<task>, or the same
// with "multi" instead of "custom". It ignores the scheme, the host, the query and
// any path segments before /v1. It returns false for any other address.
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
