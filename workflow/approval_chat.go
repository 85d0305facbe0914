package workflow

import (
	"strconv"

	"github.com/zadig-go/zadig/internal/nilsafe"
)

// chatApproval is one of Lark or DingTalk.
type chatApproval struct {
	Timeout int `json:"timeout"`
	Nodes   []*struct {
		Type  string         `json:"type"` // "AND", "OR", …
		Users []*approveUser `json:"approve_users"`
	} `json:"approval_nodes"`
	Users []*approveUser `json:"approve_users"` // of Lark, up to v1.17.0
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

func (c *chatApproval) steps() (steps []*ApprovalStep) {
	if len(c.Users) > 0 {
		steps = append(steps, newStep(0, c.Users))
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
