package zadigtest

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"

	"github.com/zadig-go/zadig/artifact"
	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/workflow"
)

// The endpoints of workflow tasks.
const (
	GetWorkflowTask   Endpoint = "/openapi/workflows/custom/task"        // client.Workflow.Task, since v1.15.0
	ListWorkflowTasks Endpoint = "/openapi/workflows/custom/:name/tasks" // client.Workflow.Tasks, since v1.18.0
)

var taskRoutes = []route{
	{GetWorkflowTask, v118, (*call).getTask},
	{endpoint: "/openapi/workflows/custom/:name", since: v118}, // DELETE
	{ListWorkflowTasks, v118, (*call).listTasks},
}

// getTask responds with a workflow task that was added, or that a release or a build
// names. Zadig checks no permission for this request.
func (c *call) getTask() *response {
	numbers, ok := c.numbers("taskId")
	switch {
	case !ok:
		return empty(http.StatusBadRequest)
	case c.state == databaseDown:
		return internalError(databaseText)
	}
	doc := c.data.taskDocument(c.query("workflowKey"), numbers[0])
	if doc == nil {
		return internalError(noDocuments)
	}
	return c.send("openapi task", c.withApprovals(doc))
}

// taskDocument returns an added task, or one derived from releases and artifacts. It
// returns nil if there is neither.
func (s *store) taskDocument(workflow string, number int) map[string]any {
	if added := s.tasks.with(taskKey(workflow, number)); len(added) > 0 {
		return added[0].doc
	}
	if t := s.task(workflow, number); t != nil {
		doc, _ := treeOf(t)
		return doc
	}
	return nil
}

// task returns the task that releases and artifacts name, or nil if none names
// it.
func (s *store) task(name string, number int) *workflow.Task {
	if name == "" || number <= 0 {
		return nil
	}
	t := &workflow.Task{WorkflowName: name, TaskID: number}
	found := false
	for _, r := range s.releases.with(taskKey(name, number)) {
		if r.VersionInfo.DeletedAt == 0 {
			addRelease(t, r.Release)
			found = true
		}
	}
	for _, a := range s.artifacts.with(taskKey(name, number)) {
		for _, activity := range a.Activities {
			if ref, ok := activity.Task(); ok && ref.WorkflowName == name && ref.TaskID == number {
				t.ProjectName = cmp.Or(t.ProjectName, ref.ProjectName)
				addBuild(t, a.Artifact, activity)
				found = true
			}
		}
	}
	if !found {
		return nil
	}
	return finished(t)
}

// taskOf returns the task that made a release.
func taskOf(r *delivery.Release) *workflow.Task {
	t := &workflow.Task{WorkflowName: r.VersionInfo.WorkflowName, TaskID: r.VersionInfo.TaskID}
	addRelease(t, r)
	return finished(t)
}

// finished fills in the status and times of a task that has all its jobs. If the
// task did not pass, its last stage and job get its status.
func finished(t *workflow.Task) *workflow.Task {
	t.WorkflowDisplayName = cmp.Or(t.WorkflowDisplayName, t.WorkflowName)
	t.Status = cmp.Or(t.Status, workflow.StatusPassed)
	t.StartTime, t.EndTime = cmp.Or(t.StartTime, t.CreateTime), cmp.Or(t.EndTime, t.CreateTime)
	t.CreateTime = t.StartTime
	if t.Status == workflow.StatusRunning {
		t.EndTime = 0
	}
	if i := len(t.Stages) - 1; i >= 0 && t.Status != workflow.StatusPassed {
		last := t.Stages[i].Jobs[len(t.Stages[i].Jobs)-1]
		t.Stages[i].Status, last.Status, last.Error = t.Status, t.Status, t.Error
	}
	return t
}

func addRelease(t *workflow.Task, r *delivery.Release) {
	info := r.VersionInfo
	t.ProjectName, t.TaskCreator, t.CreateTime = info.ProductName, info.CreatedBy, info.CreatedAt
	t.WorkflowDisplayName = info.WorkflowDisplayName
	t.Status = map[string]string{
		delivery.StatusFailed:   workflow.StatusFailed,
		delivery.StatusCreating: workflow.StatusRunning,
		delivery.StatusRetrying: workflow.StatusRunning,
	}[info.Status]
	t.Error = r.Error
	if info.Progress != nil {
		t.Error = cmp.Or(t.Error, info.Progress.Error)
	}
	for _, b := range r.BuildInfo {
		if b != nil {
			addJob(t, "build", workflow.JobBuild, b.ServiceName, b.StartTime, b.EndTime,
				buildSpec(b.ServiceName, imageName(b.ImageName), b.ImageName, b.Commits))
		}
	}
	for _, d := range r.DeployInfo {
		if d == nil {
			continue
		}
		service := rawServiceName(d.ServiceName, d.ContainerName)
		if info.Type == delivery.TypeK8SYAML { // its task pushed the images
			addJob(t, "distribute", workflow.JobDistributeImage, service, d.StartTime, d.EndTime,
				distributeSpec(service, d.ContainerName, d.Image, d.Image))
			continue
		}
		env := ""
		if info.ProductEnvInfo != nil {
			env = info.ProductEnvInfo.EnvName
		}
		images := []any{map[string]any{"service_name": service, "service_module": d.ContainerName, "image": d.Image}}
		addJob(t, "deploy", workflow.JobDeploy, service, d.StartTime, d.EndTime,
			map[string]any{"env": env, "production": false, "service_and_images": images})
	}
	for _, test := range r.TestInfo {
		if test != nil {
			addJob(t, "test", workflow.JobTest, "test", test.StartTime, test.EndTime, nil)
		}
	}
	for _, s := range r.Services {
		if s == nil {
			continue
		}
		for _, i := range s.Images {
			if i != nil && i.PushImage {
				addJob(t, "distribute", workflow.JobDistributeImage, s.ServiceName+"-"+i.ContainerName, 0, 0,
					distributeSpec(s.ServiceName, i.ContainerName, i.SourceImage, i.TargetImage))
			}
		}
	}
}

// addBuild adds the build of an artifact, unless a release has already added
// it.
func addBuild(t *workflow.Task, a *artifact.Artifact, activity *artifact.Activity) {
	t.TaskCreator = cmp.Or(t.TaskCreator, activity.CreatedBy)
	t.CreateTime = cmp.Or(t.CreateTime, activity.StartTime, activity.CreatedTime)
	for _, s := range t.Stages {
		for _, j := range s.Jobs {
			var built struct{ Image string }
			if json.Unmarshal(j.Spec, &built) == nil && built.Image == a.Image {
				return
			}
		}
	}
	addJob(t, "build", workflow.JobBuild, a.Name, activity.StartTime, activity.EndTime, buildSpec(a.Name, a.Name, a.Image, activity.Commits))
}

// addJob adds a job to its stage.
func addJob(t *workflow.Task, stage, jobType, name string, start, end int64, spec map[string]any) {
	i := slices.IndexFunc(t.Stages, func(s *workflow.Stage) bool { return s.Name == stage })
	if i < 0 {
		i = len(t.Stages)
		t.Stages = append(t.Stages, &workflow.Stage{Name: stage, Status: workflow.StatusPassed, Parallel: true})
	}
	s := t.Stages[i]
	s.Jobs = append(s.Jobs, &workflow.Job{
		Name: fmt.Sprintf("%s-%s-%d", stage, name, len(s.Jobs)), Type: jobType, Status: workflow.StatusPassed,
		StartTime: start, EndTime: end, CostSeconds: max(end-start, 0), Spec: encode(spec),
	})
	if start > 0 && (t.StartTime == 0 || start < t.StartTime) {
		t.StartTime = start
	}
	t.EndTime = max(t.EndTime, end)
}

// The specs of jobs, with the members that the SDK reads.

func buildSpec[C any](service, module, image string, commits []C) map[string]any {
	return map[string]any{
		"repos": append([]C{}, commits...), "image": image, "package": "",
		"service_name": service, "service_module": module, "envs": []any{},
	}
}

func distributeSpec(service, module, source, target string) map[string]any {
	return map[string]any{"distribute_target": []any{map[string]any{
		"service_name": service, "service_module": module, "source_image": source, "target_image": target,
	}}}
}
