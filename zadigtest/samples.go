package zadigtest

import (
	_ "embed"
	"encoding/json"

	"github.com/zadig-go/zadig/environment"
	"github.com/zadig-go/zadig/workflow"
)

//go:embed samples/shop.json
var shopJSON []byte

// Shop returns the data of a small shop, which a server has by default. The project
// "shop" deploys the services cart and payment. Its version v1.3.0 of 12 June 2024 adds
// gift cards, which alice wrote in pull request 736 of shop-team/cart. Task 98 of the
// workflow shop-dev built the image "registry.example.com/shop/cart:1.3.0", carol
// approved the image for production, and it runs in the environment prod. Each call
// returns a new copy.
func Shop() Data {
	var data Data
	if err := json.Unmarshal(shopJSON, &data); err != nil {
		panic(err) // cannot happen: the sample is part of the program
	}
	data.addEnvironments()
	for _, r := range data.Releases {
		if r.VersionInfo.WorkflowName == "shop-dev" { // task 98, which also deployed to prod
			data.Tasks = append(data.Tasks, toProduction(taskOf(r), 1718159330))
		}
	}
	return data
}

// toProduction adds a stage that deploys the same images to production after an approval.
func toProduction(t *workflow.Task, at int64) *workflow.Task {
	var images []environment.Image
	for _, d := range t.Deploys() {
		images = append(images, environment.Image{Service: d.Service, Container: d.Container, Image: d.Image})
	}
	deploy := DeployJob(workflow.StatusPassed, "prod", true, images...)
	deploy.StartTime, deploy.EndTime = at+10, at+65
	t.Stages = append(t.Stages, &workflow.Stage{
		Name: "production", Status: workflow.StatusPassed, StartTime: at + 10, EndTime: at + 65, Jobs: []*workflow.Job{deploy},
	})
	t.EndTime = at + 65
	return withApproval(t, "carol", at)
}
