// Package environment reads the environments (环境) of Zadig: the services and images that
// are deployed in them, and who deployed them.
//
// Start here:
//   - [Service.List] returns the environments of a project, and [Service.Get] returns one
//     environment with its services.
//   - [Service.History] returns the last deployments of one service.
//   - [Environment.Images] returns the images of an environment.
//     artifact.Service.TraceMany traces them to their commits.
//
// To print what is deployed in production:
//
//	env, err := client.Environment.Get(ctx, "shop", "prod", environment.GetOptions{Production: true})
//	if err != nil {
//		return err // errors.Is(err, zadig.ErrNotFound): the project has no such environment
//	}
//	for _, image := range env.Images() {
//		fmt.Println(image.Service, image.Container, image.Image)
//	}
//
// To find out who deployed a service last, and when:
//
//	history, err := client.Environment.History(ctx, "shop", "prod", "cart", environment.HistoryOptions{Production: true})
//	…
//	if last := len(history) - 1; last >= 0 {
//		fmt.Println(history[last].CreateBy, history[last].Created())
//	}
//
// The documentation of a method lists the errors that have a special meaning for that
// method. Package zadig describes the common errors.
//
// A [Service] sends requests through a core.Doer, such as a *zadig.Client. [New] returns
// a Service for any Doer.
//
// Version numbers in this documentation, such as v2.0.0, are versions of Zadig.
//
// # Stored, not running
//
// The images of an environment are those that Zadig stored when it last deployed each
// service. Zadig does not read them from the cluster, which may run other images, for
// example after kubectl set image, a failed rollout or a deployment by another tool. To
// compare a running image with the one that was built, use
// artifact.Artifact.CompareDigest.
package environment
