// Package workflow reads the workflow tasks (工作流任务) of Zadig. A task is one run of a
// workflow, with its stages and jobs. The task that made a release or built an artifact
// shows whether it has ended, what failed in it, who approved it and what it deployed.
//
// Start here:
//   - [Service.Task] returns a task by its core.TaskRef. [Service.Tasks] returns all
//     tasks of a workflow, and [Service.Wait] waits until a task ends.
//   - artifact.Activity.Task returns the TaskRef of a build. delivery.Release.Task
//     returns that of a release.
//   - [Task.Approvals] returns the task's approvals, with the approvers who have decided
//     and those who can still decide. [Task.Deploys] returns the images that the task
//     deploys, with their environments.
//
// To find the task that built an image:
//
//	a, err := client.Artifact.Trace(ctx, "registry.example.com/shop/cart:1.2.0")
//	…
//	for _, build := range a.Builds() {
//		if ref, ok := build.Task(); ok {
//			task, err := client.Workflow.Task(ctx, ref)
//			…
//			fmt.Println(task.Status, task.TaskCreator, task.Duration())
//		}
//	}
//
// To find the tasks that are waiting for an approval, read each task that has not ended,
// because the lists of Zadig v3.1.0 and later do not show whether a task is waiting:
//
//	for task, err := range client.Workflow.Tasks(ctx, "shop", "shop-dev", workflow.TasksOptions{}) {
//		…
//		if !task.Done() {
//			task, err = client.Workflow.Task(ctx, task.Ref())
//			…
//			for _, approval := range task.Approvals() {
//				fmt.Println(approval.Description, approval.Pending())
//			}
//		}
//	}
//
// The documentation of a method lists the errors that have a special meaning for that
// method. Package zadig describes the common errors.
//
// A [Service] sends requests through a core.Doer, such as a *zadig.Client. [New] returns
// a Service for any Doer.
//
// Version numbers in this documentation, such as v3.1.0, are versions of Zadig.
package workflow
