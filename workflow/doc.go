// Package workflow reads the workflow tasks (工作流任务) of Zadig. A task is one run
// of a workflow, with its stages and jobs. It shows whether the run that made a
// release or an artifact is done, what failed in it, and why.
//
// Start here:
//   - [Service.Task] returns a task by its [TaskRef].
//   - artifact.Activity.Task returns the TaskRef of a build, and
//     delivery.Release.Task that of a release.
//   - [Task] is a task. [Task.Done] reports whether it has ended.
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
// A [Service] sends requests through a [Doer], such as a *zadig.Client. [New]
// returns a Service for any Doer.
package workflow
