// Package taskref holds the reference to a workflow task, which packages
// delivery, artifact and workflow share without importing each other.
package taskref

import (
	"net/url"
	"strconv"
	"strings"
)

// Ref names one workflow task.
type Ref struct {
	ProjectName  string // project of the workflow
	WorkflowName string // key of the workflow, not its display name
	TaskID       int    // from 1; unique within its workflow only
}

// New returns the Ref of a task, and false if workflow is empty or task is not
// positive.
func New(project, workflow string, task int) (Ref, bool) {
	if workflow == "" || task <= 0 {
		return Ref{}, false
	}
	return Ref{ProjectName: project, WorkflowName: workflow, TaskID: task}, true
}

// FromURL parses the address of a task's page in Zadig,
// /v1/projects/detail/<project>/pipelines/custom/<workflow>/<task>, or with
// "multi" in place of "custom". It ignores a scheme, a host, segments before /v1
// and the query. It returns false for anything else.
func FromURL(page string) (Ref, bool) {
	u, err := url.Parse(page)
	if err != nil {
		return Ref{}, false
	}
	segments := strings.Split(u.EscapedPath(), "/")
	const want = 8
	if len(segments) <= want {
		return Ref{}, false
	}
	s := segments[len(segments)-want:]
	if s[0] != "v1" || s[1] != "projects" || s[2] != "detail" || s[4] != "pipelines" || s[5] != "custom" && s[5] != "multi" {
		return Ref{}, false
	}
	project, err := url.PathUnescape(s[3])
	if err != nil || project == "" {
		return Ref{}, false
	}
	workflow, err := url.PathUnescape(s[6])
	if err != nil {
		return Ref{}, false
	}
	task, err := strconv.ParseUint(s[7], 10, strconv.IntSize-1)
	if err != nil {
		return Ref{}, false
	}
	return New(project, workflow, int(task))
}
