package workflow

import (
	"encoding/json"
	"time"

	"github.com/zadig-go/zadig/internal/nilsafe"
	"github.com/zadig-go/zadig/internal/unixtime"
)

// Deploy is the deployment of one image to an environment by a deploy job.
type Deploy struct {
	Stage       string `json:"stage"`
	Job         string `json:"job"`
	Environment string `json:"environment"` // key of the environment
	Alias       string `json:"alias"`       // since v3.3.0: display name of the environment when the task is read; "" if there is none
	Production  bool   `json:"production"`  // since v1.18.0: whether it is a production environment when the task is read; false if deleted
	Service     string `json:"service"`
	Container   string `json:"container"`
	Image       string `json:"image"`      // "" for a job that deploys something else, such as variables
	Status      string `json:"status"`     // status of the job; StatusPassed if the image was deployed
	StartTime   int64  `json:"start_time"` // Unix seconds, 0 if it has not started
	EndTime     int64  `json:"end_time"`   // Unix seconds, 0 if it has not ended
}

// Ended returns EndTime as a time.Time, or the zero Time if it is unset.
func (d *Deploy) Ended() time.Time { return unixtime.Time(nilsafe.OrZero(d).EndTime) }

// Deploys returns the deployments of the task: one for each image of each job of type
// JobDeploy, in the order of the jobs. For a job that names no image, it returns one
// deployment without an Image. Deploys returns nil for a task from a list.
func (t *Task) Deploys() (deploys []*Deploy) {
	for stage := range nilsafe.Values(nilsafe.OrZero(t).Stages) {
		for job := range nilsafe.Values(stage.Jobs) {
			if job.Type == JobDeploy {
				deploys = append(deploys, deploysOf(stage, job)...)
			}
		}
	}
	return deploys
}

func deploysOf(stage *Stage, job *Job) (deploys []*Deploy) {
	var spec struct {
		Env        string `json:"env"`
		Alias      string `json:"env_alias"`
		Production bool   `json:"production"`
		Images     []*struct {
			Service   string `json:"service_name"`
			Container string `json:"service_module"`
			Image     string `json:"image"`
		} `json:"service_and_images"`
	}
	_ = json.Unmarshal(job.Spec, &spec) // a spec of another shape has no environment and no images
	deploy := Deploy{
		Stage: stage.Name, Job: job.Name, Environment: spec.Env, Alias: spec.Alias, Production: spec.Production,
		Status: job.Status, StartTime: job.StartTime, EndTime: job.EndTime,
	}
	for i := range nilsafe.Values(spec.Images) {
		one := deploy
		one.Service, one.Container, one.Image = i.Service, i.Container, i.Image
		deploys = append(deploys, &one)
	}
	if deploys == nil {
		deploys = append(deploys, &deploy)
	}
	return deploys
}
