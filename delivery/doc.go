// Package delivery reads the releases (版本) of Zadig's delivery center.
//
// Start here:
//   - [Service.All] returns every release, [Service.Latest] the newest, and
//     [Service.Find] the release of a version.
//   - [Release] is a release. [Release.Images] lists its images,
//     [Release.SourceImages] the references to trace.
//   - [Diff] compares two releases.
//
// All returns every release, newest first:
//
//	o := delivery.ListOptions{ProjectName: "shop"}
//	for release, err := range client.Delivery.All(ctx, o) {
//		if err != nil {
//			return err
//		}
//		fmt.Println(release.VersionInfo.Version, release.VersionInfo.Created(), release.Images())
//	}
//
// The lists of v4.2 and later leave out services and images, so All also reads
// each release by id. ListOptions.SkipDetails avoids these requests.
//
// List returns one page:
//
//	page, err := client.Delivery.List(ctx, delivery.ListOptions{WorkflowName: "shop-ops", PerPage: 10})
//
// Get returns one release by its id:
//
//	release, err := client.Delivery.Get(ctx, "619dbaa8c528c2182225e8d9", delivery.GetOptions{ProjectName: "shop"})
//
// What is new since the last run, oldest first:
//
//	var mark delivery.Mark // keep it as JSON
//	for release, err := range client.Delivery.Since(ctx, &mark, o) {
//
// A [Service] sends requests through a core.Doer, such as a *zadig.Client. [New]
// returns a Service for any Doer.
package delivery
