package workflow

import (
	"cmp"
	"encoding/json"

	"github.com/zadig-go/zadig/internal/nilsafe"
)

// approvalSpec is an approval as servers send it: the spec of a job since v3.1.0, and
// the approval of a stage before that. Up to v1.15.0 the approval of a stage has the
// members of nativeApproval directly.
type approvalSpec struct {
	Enabled     bool            `json:"enabled"` // stages only
	Status      string          `json:"status"`  // stages only, since v1.18.0
	Type        string          `json:"type"`
	Description string          `json:"description"`
	StartTime   int64           `json:"start_time"` // stages only, since v1.17.0
	EndTime     int64           `json:"end_time"`   // stages only, since v1.17.0
	Native      *nativeApproval `json:"native_approval"`
	Lark        *chatApproval   `json:"lark_approval"`
	DingTalk    *chatApproval   `json:"dingtalk_approval"`
	WeCom       *chatApproval   `json:"workwx_approval"`
	nativeApproval
}

type nativeApproval struct {
	Timeout int            `json:"timeout"` // also for a job
	Needed  int            `json:"needed_approvers"`
	Users   []*approveUser `json:"approve_users"`
	// The member reject_or_approve is always "".
}

// approveUser is a user of Zadig (user_id, user_name) or of a chat system (id, name).
type approveUser struct {
	UserID        string `json:"user_id"`
	UserName      string `json:"user_name"`
	ID            string `json:"id"`
	Name          string `json:"name"`
	Decision      string `json:"reject_or_approve"`
	Comment       string `json:"comment"`
	OperationTime int64  `json:"operation_time"`
}

// decodeApproval decodes an approval. If its shape is unknown, decodeApproval returns
// only the members that all shapes have.
func decodeApproval(spec json.RawMessage) *approvalSpec {
	a := new(approvalSpec)
	if err := json.Unmarshal(spec, a); err != nil {
		return &approvalSpec{Enabled: a.Enabled, Status: a.Status, Type: a.Type}
	}
	return a
}

func ofJob(stage *Stage, job *Job) *Approval {
	a := decodeApproval(job.Spec).approval()
	a.Stage, a.Job, a.Status, a.Error, a.StartTime, a.EndTime = stage.Name, job.Name, job.Status, job.Error, job.StartTime, job.EndTime
	return a
}

// ofStage returns the approval of a stage, or nil if there is none. Up to v1.17.0 the
// approval has no status, so ofStage derives it from the stage.
func ofStage(stage *Stage) *Approval {
	spec := decodeApproval(stage.Approval)
	if !spec.Enabled {
		return nil
	}
	a := spec.approval()
	a.Stage, a.Status = stage.Name, spec.Status
	switch {
	case spec.Status != "":
	case stage.Status == statusWaitForApproval:
		a.Status = StatusWaitForApproval
	case stage.Status == StatusReject, stage.Status == StatusTimeout, stage.Status == StatusCancelled:
		a.Status = stage.Status
	case stage.Status != "" && len(a.ApprovedBy()) >= max(spec.Needed, nilsafe.OrZero(spec.Native).Needed, 1):
		a.Status = StatusPassed
	}
	if a.Status != StatusPassed {
		a.Error = stage.Error
	}
	return a
}

func (s *approvalSpec) approval() *Approval {
	chat := cmp.Or(s.Lark, s.DingTalk, s.WeCom)
	a := &Approval{System: s.Type, Description: s.Description, StartTime: s.StartTime, EndTime: s.EndTime}
	switch {
	case s.Native != nil:
		a.Steps = []*ApprovalStep{newStep(s.Native.Needed, s.Native.Users)}
	case chat != nil:
		a.Steps = chat.steps()
	case s.Users != nil:
		a.Steps = []*ApprovalStep{newStep(s.Needed, s.Users)}
	}
	a.Timeout = cmp.Or(s.Timeout, nilsafe.OrZero(s.Native).Timeout, nilsafe.OrZero(chat).Timeout)
	return a
}

func newStep(needed int, users []*approveUser) *ApprovalStep {
	step := &ApprovalStep{Needed: needed}
	for u := range nilsafe.Values(users) {
		step.Approvers = append(step.Approvers, &Approver{
			ID: cmp.Or(u.UserID, u.ID), Name: cmp.Or(u.UserName, u.Name),
			Decision: u.Decision, Comment: u.Comment, OperationTime: u.OperationTime,
		})
	}
	return step
}

// record stores a decision with the first approver who has the same id and no decision
// yet. If there is none, record adds the user to the last step that was handed over to
// somebody or, if there is no such step, to the last step.
func record(steps []*ApprovalStep, decided Approver) []*ApprovalStep {
	for _, step := range steps {
		for _, a := range step.Approvers {
			if a.ID == decided.ID && a.Decision == "" {
				name := cmp.Or(a.Name, decided.Name)
				*a = decided
				a.Name = name
				return steps
			}
		}
	}
	if len(steps) == 0 {
		steps = []*ApprovalStep{{}}
	}
	last := steps[len(steps)-1]
	for _, step := range steps {
		if step.with(DecisionRedirect) != nil {
			last = step
		}
	}
	last.Approvers = append(last.Approvers, &decided)
	return steps
}
