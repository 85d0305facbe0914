// Package delivery reads the releases (版本) of Zadig's delivery center.
//
// Everything, newest first, however many there are:
//
//	o := delivery.ListOptions{ProjectName: "shop"}
//	for release, err := range client.Delivery.All(ctx, o) {
//		if err != nil {
//			return err
//		}
//		fmt.Println(release.VersionInfo.Version, release.VersionInfo.Created(), release.Images())
//	}
//
// The lists of v4.2 and later leave services and images out, so each release
// is read by id as well. VerbosityListed saves that.
//
// One page, as the server's documentation has it:
//
//	page, err := client.Delivery.List(ctx, delivery.ListOptions{WorkflowName: "shop-ops", PerPage: 10})
//
// One release by its id:
//
//	release, err := client.Delivery.Get(ctx, "619dbaa8c528c2182225e8d9", delivery.GetOptions{ProjectName: "shop"})
//
// What is new since the last run, oldest first:
//
//	var mark delivery.Mark // keep it as JSON
//	for release, err := range client.Delivery.Since(ctx, &mark, o) {
//
// A [Service] needs a [Doer], which a *zadig.Client is; New makes one of a
// Doer of your own.
package delivery
