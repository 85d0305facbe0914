package zadigtest

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"

	"github.com/zadig-go/zadig/artifact"
	"github.com/zadig-go/zadig/delivery"
)

// getTask returns a workflow task that was added, or that a release or a build names.
// Zadig checks no permission here.
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

// taskDocument returns a task that was added, or one that is derived from releases and
// artifacts, or nil.
func (s *store) taskDocument(workflow string, number int) map[string]any {
	if added := s.tasks.with(taskKey(workflow, number)); len(added) > 0 {
		return added[0].doc
	}
	if t := s.task(workflow, number); t != nil {
		return t.document()
	}
	return nil
}

// task is a run of a workflow, derived from its releases and artifacts.
type task struct {
	project, workflow, display string
	number                     int
	creator                    string
	status, failure            string
	created                    int64
	start, end                 int64
	stages                     []*taskStage
}

type taskStage struct {
	name, jobType string
	jobs          []map[string]any
}

// task returns the task with a number, or nil if nothing names it.
func (s *store) task(workflow string, number int) *task {
	if workflow == "" || number <= 0 {
		return nil
	}
	t := &task{workflow: workflow, display: workflow, number: number}
	found := false
	for _, r := range s.releases.with(taskKey(workflow, number)) {
		if r.VersionInfo.DeletedAt == 0 {
			t.addRelease(r.Release)
			found = true
		}
	}
	for _, a := range s.artifacts.with(taskKey(workflow, number)) {
		for _, activity := range a.Activities {
			if ref, ok := activity.Task(); ok && ref.WorkflowName == workflow && ref.TaskID == number {
				t.addBuild(ref.ProjectName, a.Artifact, activity)
				found = true
			}
		}
	}
	if !found {
		return nil
	}
	return t
}

func (t *task) addRelease(r *delivery.Release) {
	info := r.VersionInfo
	t.project, t.creator, t.created = info.ProductName, info.CreatedBy, info.CreatedAt
	t.display = cmp.Or(info.WorkflowDisplayName, t.workflow)
	t.status = map[string]string{
		delivery.StatusFailed:   "failed",
		delivery.StatusCreating: "running",
		delivery.StatusRetrying: "running",
	}[info.Status]
	t.failure = r.Error
	if info.Progress != nil {
		t.failure = cmp.Or(t.failure, info.Progress.Error)
	}
	for _, b := range r.BuildInfo {
		if b != nil {
			t.add("build", "zadig-build", b.ServiceName, b.StartTime, b.EndTime, buildSpec{
				Repos: orEmpty(b.Commits), Image: b.ImageName, ServiceName: b.ServiceName, ServiceModule: imageName(b.ImageName), Envs: []any{},
			})
		}
	}
	for _, d := range r.DeployInfo {
		switch {
		case d == nil:
		case info.Type == delivery.TypeK8SYAML: // its task pushed the images
			service := rawServiceName(d.ServiceName, d.ContainerName)
			t.add("distribute", "zadig-distribute-image", service, d.StartTime, d.EndTime, distributeSpec{
				[]distributeTarget{{service, d.ContainerName, d.Image, d.Image}},
			})
		default:
			env := ""
			if info.ProductEnvInfo != nil {
				env = info.ProductEnvInfo.EnvName
			}
			service := rawServiceName(d.ServiceName, d.ContainerName)
			t.add("deploy", "zadig-deploy", service, d.StartTime, d.EndTime, deploySpec{
				Env: env, ServiceAndImages: []serviceAndImage{{service, d.ContainerName, d.Image}},
			})
		}
	}
	for _, test := range r.TestInfo {
		if test != nil {
			t.add("test", "zadig-test", "test", test.StartTime, test.EndTime, nil)
		}
	}
	for _, s := range r.Services {
		if s == nil {
			continue
		}
		for _, i := range s.Images {
			if i != nil && i.PushImage {
				t.add("distribute", "zadig-distribute-image", s.ServiceName+"-"+i.ContainerName, 0, 0, distributeSpec{
					[]distributeTarget{{s.ServiceName, i.ContainerName, i.SourceImage, i.TargetImage}},
				})
			}
		}
	}
}

// addBuild adds the build of an artifact, unless a release has it already.
func (t *task) addBuild(project string, a *artifact.Artifact, activity *artifact.Activity) {
	t.project = cmp.Or(t.project, project)
	t.creator = cmp.Or(t.creator, activity.CreatedBy)
	t.created = cmp.Or(t.created, activity.StartTime, activity.CreatedTime)
	for _, s := range t.stages {
		for _, j := range s.jobs {
			if spec, ok := j["spec"].(buildSpec); ok && spec.Image == a.Image {
				return
			}
		}
	}
	t.add("build", "zadig-build", a.Name, activity.StartTime, activity.EndTime, buildSpec{
		Repos: orEmpty(activity.Commits), Image: a.Image, ServiceName: a.Name, ServiceModule: a.Name, Envs: []any{},
	})
}

func orEmpty[T any](list []T) any {
	if list == nil {
		return []T{}
	}
	return list
}

// add appends a job to its stage.
func (t *task) add(stage, jobType, name string, start, end int64, spec any) {
	i := slices.IndexFunc(t.stages, func(s *taskStage) bool { return s.name == stage })
	if i < 0 {
		i = len(t.stages)
		t.stages = append(t.stages, &taskStage{name: stage, jobType: jobType})
	}
	s := t.stages[i]
	s.jobs = append(s.jobs, map[string]any{
		"name": fmt.Sprintf("%s-%s-%d", stage, name, len(s.jobs)), "type": jobType,
		"status": "passed", "start_time": start, "end_time": end, "cost_seconds": max(end-start, 0), "spec": spec,
	})
	if start > 0 && (t.start == 0 || start < t.start) {
		t.start = start
	}
	t.end = max(t.end, end)
}

// document returns the task as JSON. If the task failed, its last job failed.
func (t *task) document() map[string]any {
	status := cmp.Or(t.status, "passed")
	doc := map[string]any{
		"task_id":       t.number,
		"workflow_key":  t.workflow,
		"workflow_name": t.display,
		"project_key":   t.project,
		"status":        status,
		"task_creator":  t.creator,
		"create_time":   cmp.Or(t.start, t.created),
		"start_time":    cmp.Or(t.start, t.created),
		"end_time":      cmp.Or(t.end, t.created),
		"error":         t.failure,
	}
	if status == "running" {
		delete(doc, "end_time")
	}
	stages := []any{}
	for i, s := range t.stages {
		stage := map[string]any{"name": s.name, "status": "passed", "parallel": true}
		jobs := []any{}
		for k, j := range s.jobs {
			if last := i == len(t.stages)-1 && k == len(s.jobs)-1; last && status != "passed" {
				stage["status"], j["status"], j["error"] = status, status, t.failure
			}
			jobs = append(jobs, j)
		}
		stage["jobs"] = jobs
		stages = append(stages, stage)
	}
	doc["stages"] = stages
	return doc
}

// The specs of jobs, with the members that the SDK reads.

type buildSpec struct {
	Repos         any    `json:"repos"`
	Image         string `json:"image"`
	Package       string `json:"package"`
	ServiceName   string `json:"service_name"`
	ServiceModule string `json:"service_module"`
	Envs          []any  `json:"envs"`
}

type deploySpec struct {
	Env              string            `json:"env"`
	Production       bool              `json:"production"`
	ServiceAndImages []serviceAndImage `json:"service_and_images"`
}

type serviceAndImage struct {
	ServiceName   string `json:"service_name"`
	ServiceModule string `json:"service_module"`
	Image         string `json:"image"`
}

type distributeSpec struct {
	DistributeTarget []distributeTarget `json:"distribute_target"`
}

type distributeTarget struct {
	ServiceName   string `json:"service_name"`
	ServiceModule string `json:"service_module"`
	SourceImage   string `json:"source_image"`
	TargetImage   string `json:"target_image"`
}
