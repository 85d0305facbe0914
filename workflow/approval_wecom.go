package workflow

import "github.com/zadig-go/zadig/internal/nilsafe"

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
