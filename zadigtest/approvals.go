package zadigtest

import (
	"maps"

	"github.com/zadig-go/zadig/environment"
	"github.com/zadig-go/zadig/workflow"
)

// ApprovalJob returns an approval job for [WithTasks], with the fields of approval, such
// as Status and Steps. An empty System means ApprovalNative.
func ApprovalJob(approval *workflow.Approval) *workflow.Job {
	if approval == nil {
		approval = new(workflow.Approval)
	}
	member, system := "native_approval", approval.System
	switch system {
	case "":
		system = workflow.ApprovalNative
	case workflow.ApprovalLark, workflow.ApprovalLarkIntl:
		member = "lark_approval"
	case workflow.ApprovalDingTalk:
		member = "dingtalk_approval"
	case workflow.ApprovalWeCom:
		member = "workwx_approval"
	}
	spec := map[string]any{"type": system, "timeout": approval.Timeout, "description": approval.Description}
	nodes := []any{}
	for _, step := range approval.Steps {
		users, people := []any{}, []any{}
		for _, p := range step.Approvers {
			user := map[string]any{"id": p.ID, "name": p.Name}
			people = append(people, user)
			if user = maps.Clone(user); member == "native_approval" {
				user = map[string]any{"type": "user", "user_id": p.ID, "user_name": p.Name}
			}
			if p.Decision != "" {
				user["reject_or_approve"], user["operation_time"] = p.Decision, p.OperationTime
			}
			if p.Comment != "" {
				user["comment"] = p.Comment
			}
			users = append(users, user)
		}
		if member == "native_approval" {
			spec[member] = map[string]any{
				"timeout": approval.Timeout, "approve_users": users, "needed_approvers": step.Needed, "reject_or_approve": "", "instance_code": "",
			}
			break
		}
		kind, relation := "AND", 1
		if step.Needed == 1 && len(step.Approvers) > 1 {
			kind, relation = "OR", 2
		}
		if member == "workwx_approval" {
			nodes = append(nodes, map[string]any{"type": 1, "apv_rel": relation, "status": 0, "users": people, "sub_nodes": []any{}})
		} else {
			nodes = append(nodes, map[string]any{"type": kind, "approve_users": users, "reject_or_approve": ""})
		}
	}
	if member != "native_approval" {
		spec[member] = map[string]any{"timeout": 0, "approval_nodes": nodes}
	}
	name := approval.Job
	if name == "" {
		name = "approve"
	}
	return &workflow.Job{
		Name: name, Type: workflow.JobApproval, Status: approval.Status, Error: approval.Error,
		StartTime: approval.StartTime, EndTime: approval.EndTime, Spec: encode(spec),
	}
}

// DeployJob returns a job for [WithTasks] that deploys images to an
// environment.
func DeployJob(status, env string, production bool, images ...environment.Image) *workflow.Job {
	list := []any{}
	for _, i := range images {
		list = append(list, map[string]any{"service_name": i.Service, "service_module": i.Container, "image": i.Image})
	}
	name := "deploy"
	if len(images) > 0 {
		name += "-" + images[0].Service
	}
	return &workflow.Job{Name: name, Type: workflow.JobDeploy, Status: status, Spec: encode(map[string]any{
		"env": env, "production": production, "service_and_images": list,
	})}
}

// waitForApprove is the status of a task or stage that waits for an approval, up to v3.0.0.
const waitForApprove = "waitforapprove"

// withApprovals returns a task with approvals in the form that the server's version
// uses. Up to v3.0.0 an approval job becomes the approval of its stage, and a task that
// waits for an approval has the status waitForApprove.
func (c *call) withApprovals(task map[string]any) map[string]any {
	if c.version >= v34 {
		return task
	}
	waits, stages := false, []any{}
	for _, s := range array(task, "stages") {
		stage, jobs := maps.Clone(s.(map[string]any)), []any{}
		for _, j := range array(stage, "jobs") {
			job, _ := j.(map[string]any)
			if job["type"] != workflow.JobApproval {
				jobs = append(jobs, job)
				continue
			}
			stage["approval"] = stageApproval(job)
			if job["status"] == workflow.StatusWaitForApproval {
				stage["status"], waits = waitForApprove, true
			}
			if job["error"] != "" {
				stage["error"] = job["error"]
			}
		}
		stage["jobs"] = jobs
		stages = append(stages, stage)
	}
	task = maps.Clone(task)
	if task["stages"] = stages; waits {
		task["status"] = waitForApprove
	}
	return task
}

// stageApproval returns the approval of a stage for an approval job. In a stage, even
// approvers without a decision have all members.
func stageApproval(job map[string]any) map[string]any {
	spec := maps.Clone(object(job, "spec"))
	delete(spec, "timeout")
	spec["enabled"], spec["status"] = true, job["status"]
	spec["start_time"], spec["end_time"] = job["start_time"], job["end_time"]
	if job["status"] == workflow.StatusWaitForApproval {
		spec["status"] = ""
	}
	if native := maps.Clone(object(spec, "native_approval")); native != nil {
		users := []any{}
		for _, u := range array(native, "approve_users") {
			user := map[string]any{"reject_or_approve": "", "comment": "", "operation_time": 0}
			maps.Copy(user, u.(map[string]any))
			users = append(users, user)
		}
		native["approve_users"], native["flat_approve_users"] = users, []any{}
		spec["native_approval"] = native
	}
	for name, value := range spec {
		if value == nil {
			delete(spec, name)
		}
	}
	return spec
}
