package workflow

import (
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/zadig-go/zadig/core"
	"github.com/zadig-go/zadig/internal/nilsafe"
	"github.com/zadig-go/zadig/internal/unixtime"
)

// Values of Task.Status, Stage.Status and Job.Status. A server may send others, such
// as "pending" or "debug_before".
const (
	StatusCreated         = "created"
	StatusWaiting         = "waiting"
	StatusQueued          = "queued"
	StatusBlocked         = "blocked"
	StatusRunning         = "running"           // since v3.1.0, also while the task is waiting for an approval
	StatusWaitForApproval = "wait_for_approval" // since v3.1.0: a job that is waiting for an approval
	StatusPause           = "pause"             // since v3.1.0: the task is waiting for somebody to start the next stage
	StatusPassed          = "passed"
	StatusFailed          = "failed"
	StatusTimeout         = "timeout"
	StatusCancelled       = "cancelled"
	StatusReject          = "reject"   // an approver rejected it
	StatusSkipped         = "skipped"  // a job that was not selected, or a task or stage with only such jobs
	StatusUnstable        = "unstable" // since v3.1.0: a job whose failure the workflow ignores

	// statusWaitForApproval is the status, up to v3.0.0, of a task or stage that waits
	// for an approval.
	statusWaitForApproval = "waitforapprove"
)

// Task is one run of a workflow. It has the fields that servers from v1.15.0 to v5.0.0
// send, except the task's parameters and release plan. The fields come from responses
// recorded on v2.3.1, v3.4.1 and v5.0.0 and, for other versions, from Zadig's source. The
// JSON names are those of v1.18.0 and later; [Service.Task] reads the older names as
// well. In the comments, "absent when" says when the server leaves the member out.
type Task struct {
	TaskID              int      `json:"task_id"`               // from 1; unique within its workflow only
	WorkflowName        string   `json:"workflow_key"`          // key of the workflow; up to v1.17.0 servers call it workflow_name
	WorkflowDisplayName string   `json:"workflow_name"`         // since v1.16.0; up to v1.17.0 servers call it workflow_display_name
	ProjectName         string   `json:"project_key"`           // up to v1.17.0 servers call it project_name
	Status              string   `json:"status,omitzero"`       // StatusPassed and so on; absent when ""
	Reverted            bool     `json:"reverted"`              // since v3.3.0: it was rolled back
	Remark              string   `json:"remark"`                // since v3.1.0: free text
	TaskCreator         string   `json:"task_creator,omitzero"` // user name; absent when ""
	TaskRevoker         string   `json:"task_revoker,omitzero"` // user who canceled it; absent when ""
	CreateTime          int64    `json:"create_time,omitzero"`  // Unix seconds, absent when 0
	StartTime           int64    `json:"start_time,omitzero"`   // Unix seconds, absent when 0 (not started)
	EndTime             int64    `json:"end_time,omitzero"`     // Unix seconds, absent when 0 (not ended)
	Stages              []*Stage `json:"stages,omitzero"`       // in the order in which they run; nil for a task from a list
	Error               string   `json:"error,omitzero"`        // why it failed; absent when ""
	IsRestart           bool     `json:"is_restart"`            // it was run again after a failure
}

// Stage is a group of jobs. The stages of a task run one after the other. A stage may also
// wait for an approval, or for somebody to start it.
type Stage struct {
	Name      string `json:"name"`                // chosen by the workflow's author
	Status    string `json:"status"`              // StatusPassed and so on; "" before it starts
	StartTime int64  `json:"start_time,omitzero"` // Unix seconds, absent when 0
	EndTime   int64  `json:"end_time,omitzero"`   // Unix seconds, absent when 0
	Parallel  bool   `json:"parallel"`            // its jobs run at the same time
	Jobs      []*Job `json:"jobs"`                // may be empty
	Error     string `json:"error"`               // since v1.18.0: why it failed, "" if it did not
	// Approval is the JSON of the approval that the stage waits for, or nil if there is
	// none. Zadig v3.1.0 and later do not send it, because there an approval is a job.
	// Task.Approvals decodes both.
	Approval json.RawMessage `json:"approval,omitzero"`
}

// Values of Job.Type. The comments name the main members of Job.Spec. Servers send many
// other types.
const (
	JobBuild           = "zadig-build"            // repos, image, service_name, service_module
	JobDeploy          = "zadig-deploy"           // env, production, service_and_images; also for helm
	JobDistributeImage = "zadig-distribute-image" // distribute_target
	JobTest            = "zadig-test"             // repos, test_name
	JobFreestyle       = "freestyle"              // the same members as JobBuild
	JobApproval        = "approval"               // since v3.1.0; see Task.Approvals
)

// Job is one step of a stage. The server leaves out jobs whose records it cannot read.
type Job struct {
	Name         string `json:"name"`                            // unique within the task
	Key          string `json:"key"`                             // since v3.3.0
	DisplayName  string `json:"display_name"`                    // since v3.3.0
	Type         string `json:"type"`                            // JobBuild and so on
	Status       string `json:"status"`                          // StatusPassed and so on; "" before it starts
	StartTime    int64  `json:"start_time,omitzero"`             // Unix seconds, absent when 0
	EndTime      int64  `json:"end_time,omitzero"`               // Unix seconds, absent when 0
	CostSeconds  int64  `json:"cost_seconds"`                    // since v1.17.0: how long it ran, or has run so far, in seconds
	Error        string `json:"error"`                           // why it failed, "" if it did not
	RetryCount   int    `json:"retry_count,omitzero"`            // since v3.1.0
	ErrorHandler string `json:"error_handler_username,omitzero"` // since v3.1.0: who let the task continue after the job failed
	// Spec is the specification of the job as JSON, or nil if there is none. Its members
	// depend on Type: decode it with json.Unmarshal, or use Task.Approvals and
	// Task.Deploys. Credentials, and the values of variables that may be credentials, are
	// replaced by "[redacted]".
	Spec json.RawMessage `json:"spec,omitzero"`
}

// Ref returns the reference that [Service.Task] accepts for the task.
func (t *Task) Ref() core.TaskRef {
	t = nilsafe.OrZero(t)
	return core.TaskRef{ProjectName: t.ProjectName, WorkflowName: t.WorkflowName, TaskID: t.TaskID}
}

// IsSummary reports whether the task comes from a list and so has no stages.
func (t *Task) IsSummary() bool { return t != nil && t.Stages == nil }

// Done reports whether the task has ended, successfully or not.
func (t *Task) Done() bool {
	done := []string{StatusPassed, StatusSkipped, StatusFailed, StatusTimeout, StatusCancelled, StatusReject}
	return slices.Contains(done, nilsafe.OrZero(t).Status)
}

// Succeeded reports whether the task has ended with StatusPassed or StatusSkipped.
func (t *Task) Succeeded() bool {
	status := nilsafe.OrZero(t).Status
	return status == StatusPassed || status == StatusSkipped
}

// Created returns CreateTime as a time.Time, or the zero Time if it is unset.
func (t *Task) Created() time.Time { return unixtime.Time(nilsafe.OrZero(t).CreateTime) }

// Started returns StartTime as a time.Time, or the zero Time if it is unset.
func (t *Task) Started() time.Time { return unixtime.Time(nilsafe.OrZero(t).StartTime) }

// Ended returns EndTime as a time.Time, or the zero Time if it is unset.
func (t *Task) Ended() time.Time { return unixtime.Time(nilsafe.OrZero(t).EndTime) }

// Duration returns how long the task ran, to the second. It returns 0 if a time is
// missing or the end is before the start.
func (t *Task) Duration() time.Duration { return unixtime.Between(t.Started(), t.Ended()) }

// Started returns StartTime as a time.Time, or the zero Time if it is unset.
func (s *Stage) Started() time.Time { return unixtime.Time(nilsafe.OrZero(s).StartTime) }

// Ended returns EndTime as a time.Time, or the zero Time if it is unset.
func (s *Stage) Ended() time.Time { return unixtime.Time(nilsafe.OrZero(s).EndTime) }

// Started returns StartTime as a time.Time, or the zero Time if it is unset.
func (j *Job) Started() time.Time { return unixtime.Time(nilsafe.OrZero(j).StartTime) }

// Ended returns EndTime as a time.Time, or the zero Time if it is unset.
func (j *Job) Ended() time.Time { return unixtime.Time(nilsafe.OrZero(j).EndTime) }

// wireTask is a task as a server sends it, including the names that servers up to v1.17.0
// use.
type wireTask struct {
	Task
	OldDisplayName string `json:"workflow_display_name"`
	OldProjectName string `json:"project_name"`
}

// Validate returns an error for an object without task_id, which is not a task.
func (w *wireTask) Validate() error {
	if w.TaskID == 0 {
		return errors.New("missing task_id")
	}
	return nil
}

// task returns the task with the current names and without credentials.
func (w *wireTask) task() *Task {
	t := &w.Task
	if t.WorkflowName == "" {
		t.WorkflowName, t.WorkflowDisplayName = t.WorkflowDisplayName, w.OldDisplayName
	}
	if t.ProjectName == "" {
		t.ProjectName = w.OldProjectName
	}
	if t.Stages == nil {
		t.Stages = []*Stage{}
	}
	for s := range nilsafe.Values(t.Stages) {
		s.Approval = withoutCredentials(s.Approval)
		for j := range nilsafe.Values(s.Jobs) {
			j.Spec = withoutCredentials(j.Spec)
		}
	}
	return t
}
