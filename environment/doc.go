// Package environment reads the environments (环境) of Zadig: the services and
// images that are deployed in them, and who deployed them.
//
// Start here:
//   - [Service.List] returns the environments of a project, [Service.Get] one environment
//     with its services.
//   - [Service.History] returns the last deployments of one service.
//   - [Environment.Images] returns the images, which artifact.Service.TraceMany
//     traces to their commits.
//
// What is deployed in production:
//
//	env, err := client.Environment.Get(ctx, "shop", "prod", environment.GetOptions{Production: true})
//	if err != nil {
//		return err // errors.Is(err, zadig.ErrNotFound): the project has no such environment
//	}
//	for _, image := range env.Images() {
//		fmt.Println(image.Service, image.Container, image.Image)
//	}
//
// Who deployed the service last, and when:
//
//	history, err := client.Environment.History(ctx, "shop", "prod", "cart", environment.HistoryOptions{Production: true})
//	…
//	if last := len(history) - 1; last >= 0 {
//		fmt.Println(history[last].CreateBy, history[last].Created())
//	}
//
// # Stored, not running
//
// The images are those that Zadig stored when it last deployed. They are not read
// from the cluster: after kubectl set image, a failed rollout or a deployment by
// another tool, the cluster runs other images. artifact.Artifact.CompareDigest compares an image
// that was built with one that runs.
//
// A [Service] sends requests through a core.Doer, such as a *zadig.Client. [New]
// returns a Service for any Doer.
package environment
