package workflow

import (
	"slices"
	"strconv"

	"github.com/zadig-go/zadig/internal/nilsafe"
)

// chatApproval is an approval in Lark, DingTalk or WeCom.
type chatApproval struct {
	Timeout int             `json:"timeout"`
	Nodes   []*chatNode     `json:"approval_nodes"`
	Users   []*approveUser  `json:"approve_users"` // Lark only, up to v1.17.0
	Lark    *larkInstance   `json:"approval_instance"`
	WeCom   []*weComDetails `json:"approval_node_details"`
}

type chatNode struct {
	Type       any            `json:"type"`    // "AND", "OR", …; for WeCom 1: the users decide, 2: they are informed
	Relation   int            `json:"apv_rel"` // for WeCom 1: all must approve, 2: one
	Users      []*approveUser `json:"approve_users"`
	WeComUsers []*approveUser `json:"users"`
}

// larkInstance has Lark's decisions since v4.2.0 (from Zadig's source).
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

// weComDetails has WeCom's decisions up to v4.3.0 (from Zadig's source).
type weComDetails struct {
	SubNodes []*struct {
		User struct {
			ID string `json:"user_id"`
		} `json:"user_info"`
		Comment string `json:"speech"`
		Status  int    `json:"status"`
		Time    int64  `json:"timestamp"`
	} `json:"sub_nodes"`
}

func (c *chatApproval) steps() (steps []*ApprovalStep) {
	const informed, one = 2.0, 2
	if len(c.Users) > 0 {
		steps = append(steps, newStep(0, c.Users))
	}
	for n := range nilsafe.Values(c.Nodes) {
		users := slices.Concat(n.Users, n.WeComUsers)
		if n.Type == informed || len(users) == 0 { // of Lark, "START" and "END" are for those who are informed
			continue
		}
		needed := len(users)
		if n.Type == "OR" || n.Relation == one {
			needed = min(needed, 1)
		}
		steps = append(steps, newStep(needed, users))
	}
	return c.recordWeCom(c.recordLark(steps))
}

func (c *chatApproval) recordLark(steps []*ApprovalStep) []*ApprovalStep {
	instance := nilsafe.OrZero(c.Lark)
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

func (c *chatApproval) recordWeCom(steps []*ApprovalStep) []*ApprovalStep {
	for d := range nilsafe.Values(c.WeCom) {
		for sub := range nilsafe.Values(d.SubNodes) {
			if decision, ok := weComDecisions[sub.Status]; ok {
				steps = record(steps, Approver{ID: sub.User.ID, Decision: decision, Comment: sub.Comment, OperationTime: sub.Time})
			}
		}
	}
	return steps
}

var larkDecisions = map[string]string{"APPROVED": DecisionApprove, "REJECTED": DecisionReject, "TRANSFERRED": DecisionRedirect}

// weComDecisions maps WeCom's codes to decisions: 2 approved, 13 approved and an
// approver added, 3 rejected, 4 handed over, 15 moved on.
var weComDecisions = map[int]string{
	2: DecisionApprove, 13: DecisionApprove, 3: DecisionReject, 4: DecisionRedirect, 15: DecisionRedirect,
}
