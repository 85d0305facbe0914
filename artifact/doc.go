// Package artifact reads the artifacts (交付物) of Zadig's delivery center. An artifact is
// an image or a package, together with its history: how it was built, and where it was
// deployed, published and distributed.
//
// Start here:
//   - [Service.Trace] returns the artifact of an image. [Service.TraceMany] traces
//     several images concurrently. Both can find a running image by its digest.
//   - [Artifact] is one image or package. [Artifact.Commits], [Artifact.PullRequests] and
//     [Artifact.Authors] return what it was built from.
//   - [Diff] returns the commits that are new since earlier artifacts.
//
// To find the commits that produced an image, trace it:
//
//	a, err := client.Artifact.Trace(ctx, "registry.example.com/shop/cart:20240102-7-main")
//	if err != nil {
//		return err // errors.Is(err, zadig.ErrNotFound): Zadig did not build it
//	}
//	for _, commit := range a.Commits() {
//		fmt.Println(commit.RepoName, commit.CommitID, commit.AuthorName, commit.PullRequests())
//	}
//
// To trace the images that run in a cluster, also pass the imageIDs from the status of
// their pods. TraceMany then also finds images that were pulled through a mirror:
//
//	o := artifact.TraceManyOptions{ImageIDs: imageIDs}
//	for image, result := range client.Artifact.TraceMany(ctx, images, o) {
//		…
//	}
//
// Version numbers in this documentation, such as v2.2, are versions of Zadig, and "up to
// v3.4" includes v3.4.1. Zadig has custom workflows. Up to v3.4.0 it also had product
// workflows, which custom workflows replaced.
//
// The documentation of a method lists only the errors that have a special meaning for
// that method. Package zadig describes the common errors.
//
// A [Service] sends requests through a core.Doer, such as a *zadig.Client. [New] returns
// a Service for any Doer.
package artifact
