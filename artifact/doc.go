// Package artifact reads the artifacts (交付物) of Zadig's delivery center:
// images and packages, with what happened to them.
//
// Where an image comes from:
//
//	a, err := client.Artifact.Trace(ctx, "registry.example.com/shop/cart:20240102-7-main")
//	if err != nil {
//		return err // errors.Is(err, zadig.ErrNotFound): Zadig did not build it
//	}
//	for _, commit := range a.Commits() {
//		fmt.Println(commit.RepoName, commit.CommitID, commit.PR, commit.AuthorName)
//	}
//
// Where many come from, several at a time:
//
//	for image, result := range client.Artifact.TraceMany(ctx, images, artifact.TraceManyOptions{}) {
//		…
//	}
//
// A [Service] needs a [Doer], which a *zadig.Client is; New makes one of a
// Doer of your own.
package artifact
