package workflow

import (
	"cmp"
	"encoding/json"
	"strconv"

	"github.com/zadig-go/zadig/internal/nilsafe"
)

// approvalSpec is an approval as servers send it: the spec of a job since v3.1.0, and
// the approval of a stage before. Up to v1.15.0 the stage's is the native one itself.
type approvalSpec struct {
	Enabled     bool            `json:"enabled"` // of a stage
	Status      string          `json:"status"`  // of a stage, since v1.18.0
	Type        string          `json:"type"`
	Description string          `json:"description"`
	StartTime   int64           `json:"start_time"` // of a stage, since v1.17.0
	EndTime     int64           `json:"end_time"`   // of a stage, since v1.17.0
	Native      *nativeApproval `json:"native_approval"`
	Lark        *chatApproval   `json:"lark_approval"`
	DingTalk    *chatApproval   `json:"dingtalk_approval"`
	WeCom       *weComApproval  `json:"workwx_approval"`
	nativeApproval
}

type nativeApproval struct {
	Timeout int            `json:"timeout"` // also of a job
	Needed  int            `json:"needed_approvers"`
	Users   []*approveUser `json:"approve_users"`
	// Its reject_or_approve is always "".
}

// approveUser has the names of Zadig's users, and those of the users of a chat.
type approveUser struct {
	UserID        string `json:"user_id"`
	UserName      string `json:"user_name"`
	ID            string `json:"id"`
	Name          string `json:"name"`
	Decision      string `json:"reject_or_approve"`
	Comment       string `json:"comment"`
	OperationTime int64  `json:"operation_time"`
}

// chatApproval is one of Lark or DingTalk.
type chatApproval struct {
	Timeout int `json:"timeout"`
	Nodes   []*struct {
		Type  string         `json:"type"` // "AND", "OR", …
		Users []*approveUser `json:"approve_users"`
	} `json:"approval_nodes"`
	Users []*approveUser `json:"approve_users"` // Lark up to v1.17.0, where all must approve
	// Instance has the decisions of Lark since v4.2.0 (read in source).
	Instance *larkInstance `json:"approval_instance"`
}

type larkInstance struct {
	Tasks []*struct {
		ID       string `json:"id"`
		OpenID   string `json:"open_id"`
		UserName string `json:"user_name"`
		Status   string `json:"status"`
		EndTime  string `json:"end_time"` // milliseconds
	} `json:"task_list"`
	Timeline []*struct {
		TaskID  string `json:"task_id"`
		Comment string `json:"comment"`
	} `json:"timeline"`
}

// weComApproval has the decisions in the details, up to v4.3.0 (read in source).
type weComApproval struct {
	Timeout int `json:"timeout"`
	Nodes   []*struct {
		Type     int            `json:"type"`    // 1: it decides, 2: it is informed
		Relation int            `json:"apv_rel"` // 1: all, 2: one
		Users    []*approveUser `json:"users"`
	} `json:"approval_nodes"`
	Details []*struct {
		SubNodes []*struct {
			User struct {
				ID string `json:"user_id"`
			} `json:"user_info"`
			Comment string `json:"speech"`
			Status  int    `json:"status"`
			Time    int64  `json:"timestamp"`
		} `json:"sub_nodes"`
	} `json:"approval_node_details"`
}

func ofJob(stage *Stage, job *Job) *Approval {
	var spec approvalSpec
	if err := json.Unmarshal(job.Spec, &spec); err != nil {
		spec = approvalSpec{Type: spec.Type}
	}
	a := spec.approval()
	a.Stage, a.Job, a.Status, a.Error, a.StartTime, a.EndTime = stage.Name, job.Name, job.Status, job.Error, job.StartTime, job.EndTime
	return a
}

// ofStage returns the approval of a stage, or nil if it has none. Up to v1.17.0 it has
// no status of its own.
func ofStage(stage *Stage) *Approval {
	var spec approvalSpec
	if err := json.Unmarshal(stage.Approval, &spec); err != nil || !spec.Enabled {
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
	case stage.Status != "" && len(a.ApprovedBy()) >= max(spec.nativeApproval.Needed, nilsafe.OrZero(spec.Native).Needed, 1):
		a.Status = StatusPassed
	}
	if a.Status != StatusPassed {
		a.Error = stage.Error
	}
	return a
}

func (s *approvalSpec) approval() *Approval {
	a := &Approval{System: s.Type, Description: s.Description, StartTime: s.StartTime, EndTime: s.EndTime}
	switch {
	case s.Native != nil:
		a.Steps = []*ApprovalStep{newStep(s.Native.Needed, s.Native.Users)}
	case s.Lark != nil:
		a.Steps = s.Lark.steps()
	case s.DingTalk != nil:
		a.Steps = s.DingTalk.steps()
	case s.WeCom != nil:
		a.Steps = s.WeCom.steps()
	case s.Users != nil:
		a.Steps = []*ApprovalStep{newStep(s.Needed, s.Users)}
	}
	a.Timeout = cmp.Or(s.Timeout, nilsafe.OrZero(s.Native).Timeout, nilsafe.OrZero(s.Lark).Timeout,
		nilsafe.OrZero(s.DingTalk).Timeout, nilsafe.OrZero(s.WeCom).Timeout)
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

func (c *chatApproval) steps() (steps []*ApprovalStep) {
	if len(c.Users) > 0 {
		steps = append(steps, newStep(len(c.Users), c.Users))
	}
	for n := range nilsafe.Values(c.Nodes) {
		needed := len(n.Users)
		if n.Type == "OR" {
			needed = min(needed, 1)
		}
		steps = append(steps, newStep(needed, n.Users))
	}
	instance := nilsafe.OrZero(c.Instance)
	for t := range nilsafe.Values(instance.Tasks) {
		decided := Approver{ID: t.OpenID, Name: t.UserName, Decision: larkDecisions[t.Status]}
		if decided.Decision != "" {
			milliseconds, _ := strconv.ParseInt(t.EndTime, 10, 64)
			decided.OperationTime = milliseconds / 1000
		}
		for entry := range nilsafe.Values(instance.Timeline) {
			if entry.TaskID == t.ID {
				decided.Comment = entry.Comment
			}
		}
		steps = record(steps, decided)
	}
	return steps
}

var larkDecisions = map[string]string{"APPROVED": DecisionApprove, "REJECTED": DecisionReject, "TRANSFERRED": DecisionRedirect}

func (w *weComApproval) steps() (steps []*ApprovalStep) {
	const informed, one = 2, 2
	for n := range nilsafe.Values(w.Nodes) {
		if n.Type == informed {
			continue
		}
		needed := len(n.Users)
		if n.Relation == one {
			needed = min(needed, 1)
		}
		steps = append(steps, newStep(needed, n.Users))
	}
	for d := range nilsafe.Values(w.Details) {
		for sub := range nilsafe.Values(d.SubNodes) {
			if decision, ok := weComDecisions[sub.Status]; ok {
				steps = record(steps, Approver{ID: sub.User.ID, Decision: decision, Comment: sub.Comment, OperationTime: sub.Time})
			}
		}
	}
	return steps
}

// weComDecisions are 2 approved, 13 approved and an approver added, 3 rejected,
// 4 handed on, 15 moved on.
var weComDecisions = map[int]string{
	2: DecisionApprove, 13: DecisionApprove, 3: DecisionReject, 4: DecisionRedirect, 15: DecisionRedirect,
}

// record enters a decision at the first approver with its id who has none. One who was
// not an approver before, such as one that it was handed on to, joins the last step.
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
	last.Approvers = append(last.Approvers, &decided)
	return steps
}
