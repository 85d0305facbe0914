// Package workflow reads the workflow tasks of Zadig: one run of a workflow,
// with its stages and jobs. It answers what a release or an artifact leaves
// open: whether the run that made it is done, what failed in it, and why.
//
// From an image to the task that built it:
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
// delivery.Release.Task does the same for a release.
//
// A [Service] needs a [Doer], which a *zadig.Client is; New makes one of a
// Doer of your own.
package workflow
