package workflow_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig/workflow"
)

var (
	wang = &workflow.Approver{ID: "uid-wang", Name: "王芳"}
	zhao = &workflow.Approver{ID: "uid-zhao", Name: "赵敏"}
)

// approvers returns its arguments as a slice.
func approvers(list ...*workflow.Approver) []*workflow.Approver { return list }

// withoutTimes removes the times of decisions, which differ between recordings.
func withoutTimes(approvers []*workflow.Approver) []*workflow.Approver {
	for _, a := range approvers {
		a.OperationTime = 0
	}
	return approvers
}

// TestApprovals reads the same approvals from three versions. On the first, a stage has the
// approval; on the others, a job has it.
func TestApprovals(t *testing.T) {
	t.Parallel()
	const passed, reject, waits = workflow.StatusPassed, workflow.StatusReject, workflow.StatusWaitForApproval
	for _, row := range []struct {
		recording string
		number    int
		status    string
		needed    int

		approved, rejected, pending []*workflow.Approver
	}{
		{"real_approval_both_approved", 1, passed, 2, approvers(decided(wang, "approve", "同意"), decided(zhao, "approve", "")), nil, nil},
		{"real_approval_one_of_two_enough", 4, passed, 1, approvers(decided(zhao, "approve", "")), nil, nil},
		{"real_approval_second_rejected", 2, reject, 2,
			approvers(decided(wang, "approve", "同意")), approvers(decided(zhao, "reject", "灰度未完成")), nil},
		{"real_approval_first_rejected_second_silent", 5, reject, 2, nil, approvers(decided(wang, "reject", "")), nil},
		{"real_approval_first_of_two_approved_waiting", 3, waits, 2, approvers(decided(wang, "approve", "先看看")), nil, approvers(zhao)},
		{"real_approval_nobody_answered", 3, waits, 2, nil, nil, approvers(wang, zhao)},
	} {
		for _, version := range []string{"v2.3.1", "v3.4.1", "v5.0.0"} {
			t.Run(version+"/"+row.recording, func(t *testing.T) {
				t.Parallel()
				approvals := recorded(t, version+"/task_detail_"+row.recording, row.number).Approvals()
				require.Len(t, approvals, 1)
				a := approvals[0]
				assert.Equal(t, row.status, a.Status)
				assert.Equal(t, row.status == waits, a.IsOpen())
				assert.Equal(t, "审批", a.Stage)
				assert.Equal(t, version != "v2.3.1", a.Job == "approve")
				assert.Equal(t, workflow.ApprovalNative, a.System)
				assert.Equal(t, 60, a.Timeout)
				assert.NotZero(t, a.StartTime)
				assert.Equal(t, a.IsOpen(), a.EndTime == 0)
				require.Len(t, a.Steps, 1)
				assert.Equal(t, row.needed, a.Steps[0].Needed)
				assert.Len(t, a.Steps[0].Approvers, 2)
				for _, approver := range a.ApprovedBy() {
					assert.False(t, approver.Decided().IsZero())
				}
				assert.Equal(t, row.approved, withoutTimes(a.ApprovedBy()))
				assert.Equal(t, row.rejected, withoutTimes(a.RejectedBy()))
				assert.Equal(t, row.pending, a.Pending())
			})
		}
	}
}

func decided(a *workflow.Approver, decision, comment string) *workflow.Approver {
	return &workflow.Approver{ID: a.ID, Name: a.Name, Decision: decision, Comment: comment}
}

// TestApprovalsOfChats reads approvals of Lark, DingTalk and WeCom. The decision is the
// status; who decided is known as far as Zadig stores it.
func TestApprovalsOfChats(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"v2.3.1", "v3.4.1", "v5.0.0"} {
		lark := recorded(t, version+"/task_detail_lark_rejected", 4).Approvals()[0]
		assert.Equal(t, workflow.ApprovalLark, lark.System)
		assert.Equal(t, workflow.StatusReject, lark.Status)
		assert.Equal(t, "Approval has been rejected", lark.Error)
		require.Len(t, lark.Steps, 2)
		assert.Equal(t, 2, lark.Steps[0].Needed, "AND")
		assert.Equal(t, 1, lark.Steps[1].Needed, "OR")
		assert.Len(t, lark.ApprovedBy(), 2)
		sun := &workflow.Approver{ID: "ou_4", Name: "孙丽", Decision: workflow.DecisionReject, Comment: "不行", OperationTime: 1700000430}
		assert.Equal(t, []*workflow.Approver{sun}, lark.RejectedBy())
		assert.Nil(t, lark.Pending())

		dingTalk := recorded(t, version+"/task_detail_dingtalk_waiting", 5).Approvals()[0]
		assert.Equal(t, workflow.ApprovalDingTalk, dingTalk.System)
		assert.True(t, dingTalk.IsOpen(), version)
		assert.Equal(t, []*workflow.Approver{{ID: "d2", Name: "赵敏"}}, dingTalk.Pending())

		if version == "v2.3.1" { // which has no WeCom
			continue
		}
		weCom := recorded(t, version+"/task_detail_workwx_approved", 6).Approvals()[0]
		assert.Equal(t, workflow.ApprovalWeCom, weCom.System)
		assert.Equal(t, workflow.StatusPassed, weCom.Status)
		assert.Equal(t, []*workflow.ApprovalStep{{Needed: 1, Approvers: []*workflow.Approver{{ID: "w1", Name: "王芳"}}}}, weCom.Steps)
		assert.Nil(t, weCom.ApprovedBy(), "the server does not say who")
	}
}

// approvalOf returns the approval of a task with one approval job.
func approvalOf(t *testing.T, status, spec string) *workflow.Approval {
	t.Helper()
	task := read(t, `{"task_id":7,"workflow_key":"shop-dev","stages":[{"jobs":[{"type":"approval","status":"`+status+`","spec":`+spec+`}]}]}`)
	approvals := task.Approvals()
	require.Len(t, approvals, 1)
	return approvals[0]
}

// TestLarkSinceV4_2 has the decisions in the instance (read in source).
func TestLarkSinceV4_2(t *testing.T) {
	t.Parallel()
	a := approvalOf(t, workflow.StatusWaitForApproval, `{"type":"lark","timeout":30,"lark_approval":{
		"approval_nodes":[{"type":"START","approve_users":[],"cc_users":[{"id":"ou_1"}]},
			{"type":"AND","approve_users":[{"id":"ou_1","name":"王芳"},{"id":"ou_2","name":"赵敏"}]},
			{"type":"OR","approve_users":[{"id":"ou_1","name":"王芳"}]},{"type":"END","approve_users":[],"cc_users":[]}],
		"approval_instance":{"task_list":[
			{"id":"1","open_id":"ou_1","user_name":"Wang","status":"APPROVED","end_time":"1700000420123"},
			{"id":"2","open_id":"ou_2","user_name":"Zhao","status":"TRANSFERRED","end_time":"1700000421000"},
			{"id":"3","open_id":"ou_9","user_name":"孙丽","status":"PENDING","end_time":"0"}],
		"timeline":[{"task_id":"1","comment":"同意"}]}}}`)
	assert.Equal(t, []*workflow.Approver{{ID: "ou_1", Name: "王芳", Decision: "approve", Comment: "同意", OperationTime: 1700000420}},
		a.ApprovedBy())
	assert.Equal(t, time.Unix(1700000420, 0), a.ApprovedBy()[0].Decided())
	require.Len(t, a.Steps, 2, "without those who are informed")
	assert.Equal(t, workflow.DecisionRedirect, a.Steps[0].Approvers[1].Decision)
	assert.Equal(t, []*workflow.Approver{{ID: "ou_9", Name: "孙丽"}}, a.Pending(), "the second step has not begun")
	assert.Equal(t, 30, a.Timeout)

	twice := approvalOf(t, workflow.StatusPassed, `{"type":"lark","lark_approval":{
		"approval_nodes":[{"type":"AND","approve_users":[{"id":"ou_1"}]},{"type":"AND","approve_users":[{"id":"ou_1"}]}],
		"approval_instance":{"task_list":[{"id":"1","open_id":"ou_1","status":"APPROVED"},{"id":"2","open_id":"ou_1","status":"APPROVED"}]}}}`)
	assert.Len(t, twice.ApprovedBy(), 2, "in both steps")
}

// TestWeComUpToV4_3 has the decisions in the details (read in source).
func TestWeComUpToV4_3(t *testing.T) {
	t.Parallel()
	a := approvalOf(t, workflow.StatusReject, `{"type":"workwx","workwx_approval":{
		"approval_nodes":[{"type":1,"apv_rel":2,"users":[{"id":"w1","name":"王芳"},{"id":"w2","name":"赵敏"}]},{"type":2,"users":[{"id":"w3"}]}],
		"approval_node_details":[{"sub_nodes":[{"user_info":{"user_id":"w1"},"status":1},{"user_info":{"user_id":"w2"},"speech":"不行",
			"status":3,"timestamp":1700000420}]}]}}`)
	require.Len(t, a.Steps, 1, "without those who are informed")
	assert.Equal(t, 1, a.Steps[0].Needed)
	assert.Equal(t, []*workflow.Approver{{ID: "w2", Name: "赵敏", Decision: "reject", Comment: "不行", OperationTime: 1700000420}}, a.RejectedBy())
	all := approvalOf(t, "", `{"type":"workwx","workwx_approval":{"approval_nodes":[{"type":1,"apv_rel":1,"users":[{"id":"w1"},
		{"id":"w2"}]}]}}`)
	assert.Equal(t, 2, all.Steps[0].Needed)
}

// TestStagesUpToV1_17 have approvals without a status (read in source).
func TestStagesUpToV1_17(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct{ stage, approval, want string }{
		"v1.15.0, passed":  {"passed", `"needed_approvers":1,"approve_users":[{"user_id":"u","reject_or_approve":"approve"}]`, "passed"},
		"v1.15.0, waiting": {"waitforapprove", `"needed_approvers":1,"approve_users":[{"user_id":"u"}]`, workflow.StatusWaitForApproval},
		"v1.16.0, reject":  {"reject", `"type":"native","native_approval":{"needed_approvers":1,"approve_users":[]}`, workflow.StatusReject},
		"v1.16.0, Lark":    {"running", `"type":"lark","lark_approval":{"approve_users":[{"id":"u"}]}`, ""},
		"not reached":      {"", `"type":"native","native_approval":{"approve_users":[]}`, ""},
	} {
		task := read(t, `{"task_id":7,"workflow_name":"shop-dev","stages":[{"status":"`+row.stage+`",
			"approval":{"enabled":true,`+row.approval+`},"jobs":[]}]}`)
		require.Len(t, task.Approvals(), 1, name)
		assert.Equal(t, row.want, task.Approvals()[0].Status, name)
		assert.Len(t, task.Approvals()[0].Steps, 1, name)
	}
	odd := read(t, `{"task_id":7,"workflow_name":"shop-dev","stages":[{"status":"reject","approval":{"enabled":true,"native_approval":7}}]}`)
	require.Len(t, odd.Approvals(), 1)
	assert.Equal(t, workflow.StatusReject, odd.Approvals()[0].Status)
	off := read(t, `{"task_id":7,"workflow_name":"shop-dev","stages":[{"approval":{"enabled":false},"jobs":[]},null]}`)
	assert.Nil(t, off.Approvals())
}

// An approval job is an approval even if its spec has an unknown shape.
func TestApprovalOfAnotherShape(t *testing.T) {
	t.Parallel()
	a := approvalOf(t, workflow.StatusReject, `{"type":"email","native_approval":"none"}`)
	assert.Equal(t, workflow.StatusReject, a.Status)
	assert.Nil(t, a.Steps)
	unknown := approvalOf(t, workflow.StatusWaitForApproval,
		`{"type":"lark","lark_approval":{"approval_instance":{"task_list":[{"open_id":"ou_9","status":"REJECTED"}]}}}`)
	assert.Len(t, unknown.RejectedBy(), 1)
	assert.Nil(t, unknown.Pending())
	two := `{"type":"dingtalk","dingtalk_approval":{"approval_nodes":[{"type":"OR","approve_users":[{"id":"1",
		"reject_or_approve":"approve"},{"id":"2"}]},{"type":"AND","approve_users":[{"id":"3"}]}]}}`
	assert.Equal(t, "3", approvalOf(t, workflow.StatusWaitForApproval, two).Pending()[0].ID, "the first step is complete")
}
