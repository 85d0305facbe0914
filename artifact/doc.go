// Package artifact reads the artifacts (交付物) of Zadig's delivery center:
// images and packages, with what happened to them.
//
// Start here:
//   - [Service.Trace] returns the artifact of an image, and [Service.TraceMany]
//     those of many images. Both find running images by their digest as well.
//   - [Artifact] is one image or package. [Artifact.Commits],
//     [Artifact.PullRequests] and [Artifact.Authors] return what it was built from.
//   - [Diff] compares what artifacts were built from.
//
// Trace returns the commits that produced an image:
//
//	a, err := client.Artifact.Trace(ctx, "registry.example.com/shop/cart:20240102-7-main")
//	if err != nil {
//		return err // errors.Is(err, zadig.ErrNotFound): Zadig did not build it
//	}
//	for _, commit := range a.Commits() {
//		fmt.Println(commit.RepoName, commit.CommitID, commit.AuthorName, commit.PullRequests())
//	}
//
// TraceMany traces several images at a time. With the imageID of each from the
// status of its pod, it also finds images that were pulled through a mirror:
//
//	o := artifact.TraceManyOptions{ImageIDs: imageIDs}
//	for image, result := range client.Artifact.TraceMany(ctx, images, o) {
//		…
//	}
//
// A [Service] sends requests through a core.Doer, such as a *zadig.Client. [New]
// returns a Service for any Doer.
package artifact
