package workflow_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/artifact"
	"github.com/zadig-go/zadig/workflow"
	"github.com/zadig-go/zadig/zadigtest"
)

// Finds the task that built an image, and prints its jobs.
func ExampleService_Task() {
	srv, err := zadigtest.Start(zadigtest.WithArtifacts(&artifact.Artifact{ // instead of your Zadig
		Type:  "image",
		Image: "registry.example.com/shop/cart:1.2.0",
		Name:  "cart",
		Activities: []*artifact.Activity{{
			Type:      artifact.ActivityBuild,
			URL:       "/v1/projects/detail/shop/pipelines/custom/shop-dev/7?display_name=shop-dev",
			Commits:   []*artifact.Commit{{RepoName: "shop", CommitID: "4b15c43b012e"}},
			StartTime: 1709280000,
			EndTime:   1709280090,
			CreatedBy: "alice",
		}},
	}))
	if err != nil {
		log.Fatal(err)
	}
	defer srv.Close()
	client, ctx := srv.Client(), context.Background()

	a, err := client.Artifact.Trace(ctx, "registry.example.com/shop/cart:1.2.0")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, build := range a.Builds() {
		ref, ok := build.Task()
		if !ok {
			continue
		}
		task, err := client.Workflow.Task(ctx, ref)
		if errors.Is(err, zadig.ErrNotFound) {
			fmt.Println("the task is gone")
			continue
		}
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%s #%d of %s: %s in %s, started by %s\n",
			task.WorkflowName, task.TaskID, task.ProjectName, task.Status, task.Duration(), task.TaskCreator)
		for _, stage := range task.Stages {
			for _, job := range stage.Jobs {
				fmt.Println(" ", stage.Name, job.Type, job.Status)
			}
		}
	}
	// Output:
	// shop-dev #7 of shop: passed in 1m30s, started by alice
	//   build zadig-build passed
}

// Waits for a task that needs an approval.
func ExampleService_Wait() {
	task := &workflow.Task{
		ProjectName: "shop", WorkflowName: "shop-dev", TaskID: 7, Status: workflow.StatusRunning,
		Stages: []*workflow.Stage{{Name: "production", Status: workflow.StatusRunning, Jobs: []*workflow.Job{
			zadigtest.ApprovalJob(&workflow.Approval{Status: workflow.StatusWaitForApproval, Steps: []*workflow.ApprovalStep{
				{Needed: 1, Approvers: []*workflow.Approver{{ID: "u-1", Name: "carol"}}},
			}}),
		}}},
	}
	srv, err := zadigtest.Start(zadigtest.WithTasks(task)) // instead of your Zadig
	if err != nil {
		log.Fatal(err)
	}
	defer srv.Close()
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()

	_, err = srv.Client().Workflow.Wait(ctx, task.Ref(), workflow.WaitOptions{Interval: 10 * time.Millisecond})
	var ended *workflow.WaitError
	switch {
	case err == nil:
		fmt.Println("deployed")
	case errors.Is(err, workflow.ErrRejected):
		fmt.Println("somebody said no")
	case errors.Is(err, context.DeadlineExceeded) && errors.As(err, &ended):
		for _, approval := range ended.Task.Approvals() {
			for _, approver := range approval.Pending() {
				fmt.Println("it still waits for", approver.Name)
			}
		}
	default:
		fmt.Println(err)
	}
	// Output: it still waits for carol
}
