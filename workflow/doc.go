// Package workflow reads the workflow tasks (工作流任务) of Zadig. A task is one run
// of a workflow, with its stages and jobs. It shows whether the run that made a
// release or an artifact is done, what failed in it, who approved it and what it
// deployed.
//
// Start here:
//   - [Service.Task] returns a task by its core.TaskRef, [Service.Tasks] all tasks of a
//     workflow, and [Service.Wait] a task once it has ended.
//   - artifact.Activity.Task returns the TaskRef of a build, and
//     delivery.Release.Task that of a release.
//   - [Task.Approvals] returns who approved the task and who still has to decide,
//     [Task.Deploys] which image the task deploys to which environment.
//
// The task that built an image:
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
// The tasks that wait for an approval. Since v3.1.0 lists do not show whether a task
// waits, so the loop reads each task that has not ended:
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
// A [Service] sends requests through a core.Doer, such as a *zadig.Client. [New]
// returns a Service for any Doer.
package workflow
