// Package delivery reads the releases (版本) of Zadig's delivery center.
//
// Start here:
//   - [Service.All] returns every release, [Service.Latest] the newest one, and
//     [Service.Find] the release with a given version.
//   - [Release] describes a release. [Release.Images] returns the images that it
//     delivers, and [Release.SourceImages] the same images as Zadig built them, to be
//     traced.
//   - [Diff] compares two releases.
//
// This loop prints every release of a project, newest first:
//
//	o := delivery.ListOptions{ProjectName: "shop"}
//	for release, err := range client.Delivery.All(ctx, o) {
//		if err != nil {
//			return err
//		}
//		fmt.Println(release.VersionInfo.Version, release.VersionInfo.Created(), release.Images())
//	}
//
// Since Zadig v4.2, the server's lists leave out services and images, so [Service.All]
// also reads each release by id. ListOptions.SkipDetails avoids these requests.
//
// [Service.List] returns one page:
//
//	page, err := client.Delivery.List(ctx, delivery.ListOptions{WorkflowName: "shop-ops", PerPage: 10})
//
// [Service.Get] returns one release by its id:
//
//	release, err := client.Delivery.Get(ctx, "619dbaa8c528c2182225e8d9", delivery.GetOptions{ProjectName: "shop"})
//
// [Service.Since] returns the releases that are new since the last run, oldest first:
//
//	var mark delivery.Mark // load it from the last run, and store it afterwards
//	for release, err := range client.Delivery.Since(ctx, &mark, o) {
//		…
//	}
//
// Version numbers in this documentation, such as v4.2, are versions of Zadig, and "up to
// v3.4" includes v3.4.1. "Absent when" in the comment of a field says when the server
// leaves the member out of the JSON object.
//
// The documentation of a method lists only the errors that have a special meaning for
// that method. Package zadig describes the common errors.
//
// A [Service] sends requests through a core.Doer, such as a *zadig.Client. [New] returns
// a Service for any Doer.
package delivery
