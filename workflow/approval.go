package workflow

import (
	"time"

	"github.com/zadig-go/zadig/internal/nilsafe"
	"github.com/zadig-go/zadig/internal/unixtime"
)

// Values of Approval.System.
const (
	ApprovalNative   = "native" // Zadig itself
	ApprovalLark     = "lark"
	ApprovalLarkIntl = "lark_intl" // since v5.0.0 (from Zadig's source)
	ApprovalDingTalk = "dingtalk"
	ApprovalWeCom    = "workwx" // since v3.1.0
)

// Approval is a decision that people must make before a task continues.
type Approval struct {
	Stage  string `json:"stage"`
	Job    string `json:"job"`    // since v3.1.0: the job that waits; "" on older versions, where the stage waits
	System string `json:"system"` // ApprovalNative and so on; "" before v1.16.0, where all are native
	// Status is "" before the task reaches the approval, and StatusWaitForApproval while
	// the approval is open. After that it is StatusPassed, StatusReject (one rejection is
	// enough), StatusTimeout, StatusCancelled, or StatusFailed if the approval could not
	// be requested.
	Status      string          `json:"status"`
	Description string          `json:"description"` // free text for the approvers
	Error       string          `json:"error"`       // usually "", even if the approval was rejected
	Timeout     int             `json:"timeout"`     // minutes; 0 means 60
	StartTime   int64           `json:"start_time"`  // Unix seconds, 0 if it has not started
	EndTime     int64           `json:"end_time"`    // Unix seconds, 0 if it has not ended
	Steps       []*ApprovalStep `json:"steps"`       // decided one after the other; ApprovalNative has one
}

// ApprovalStep is one step of an approval. It is complete when Needed of its approvers
// have approved or, if Needed is not known, when no approver can decide any more.
type ApprovalStep struct {
	Needed    int         `json:"needed"` // number of approvals required; 0 if it is not known
	Approvers []*Approver `json:"approvers"`
}

// Values of Approver.Decision.
const (
	DecisionApprove  = "approve"
	DecisionReject   = "reject"
	DecisionRedirect = "redirect" // handed over to another approver in a chat system
)

// Approver is a user who may approve or reject.
type Approver struct {
	ID            string `json:"id"`             // user id in Zadig for ApprovalNative, otherwise in the chat system
	Name          string `json:"name"`           // display name, which is not unique; may be ""
	Decision      string `json:"decision"`       // DecisionApprove and so on; "" if there is none or it is not known
	Comment       string `json:"comment"`        // may be ""
	OperationTime int64  `json:"operation_time"` // Unix seconds, 0 without a decision
}

// IsOpen reports whether the approval is waiting for a decision.
func (a *Approval) IsOpen() bool { return nilsafe.OrZero(a).Status == StatusWaitForApproval }

// Pending returns the approvers who can decide now: those in the first incomplete step
// who have not decided yet. It returns nil if the approval is not open. Zadig v5.0.0 does
// not report who has decided in WeCom, so for WeCom every approver of the first step is
// pending.
func (a *Approval) Pending() (pending []*Approver) {
	if !a.IsOpen() {
		return nil
	}
	for step := range nilsafe.Values(a.Steps) {
		if approvals := step.with(DecisionApprove); step.Needed > 0 && len(approvals) >= step.Needed {
			continue
		}
		if pending = step.with(""); pending != nil {
			return pending
		}
	}
	return nil
}

// ApprovedBy returns the approvers who approved, even if the approval was rejected
// later.
func (a *Approval) ApprovedBy() []*Approver { return a.with(DecisionApprove) }

// RejectedBy returns the approvers who rejected.
func (a *Approval) RejectedBy() []*Approver { return a.with(DecisionReject) }

func (a *Approval) with(decision string) (approvers []*Approver) {
	for step := range nilsafe.Values(nilsafe.OrZero(a).Steps) {
		approvers = append(approvers, step.with(decision)...)
	}
	return approvers
}

func (s *ApprovalStep) with(decision string) []*Approver {
	return nilsafe.Select(s.Approvers, func(a *Approver) bool { return a.Decision == decision })
}

// Decided returns OperationTime as a time.Time, or the zero Time if it is unset.
func (a *Approver) Decided() time.Time { return unixtime.Time(nilsafe.OrZero(a).OperationTime) }

// Approvals returns the approvals of the task in the order of the stages: one for each
// approval job on Zadig v3.1.0 and later, and one for each stage with an approval on
// earlier versions. An approval that this package cannot decode has no steps. Approvals
// returns nil for a task from a list.
func (t *Task) Approvals() (approvals []*Approval) {
	for stage := range nilsafe.Values(nilsafe.OrZero(t).Stages) {
		if a := ofStage(stage); a != nil {
			approvals = append(approvals, a)
		}
		for job := range nilsafe.Values(stage.Jobs) {
			if job.Type == JobApproval {
				approvals = append(approvals, ofJob(stage, job))
			}
		}
	}
	return approvals
}
