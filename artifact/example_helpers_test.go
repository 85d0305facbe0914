package artifact_test

import (
	"fmt"
	"time"

	"github.com/zadig-go/zadig/artifact"
)

// cartArtifact is the artifact of an image that was built once and deployed once.
func cartArtifact() *artifact.Artifact {
	return &artifact.Artifact{
		Type: "image", Name: "cart", ImageTag: "1.1",
		Image:       "registry.example.com/shop/cart:1.1",
		ImageDigest: "sha256:1d9ddf94feb5ff9ca9d76248ad51dd2a95210895d0dbf1e87bd66cc471c41f0e",
		Activities: []*artifact.Activity{
			{Type: artifact.ActivityDeploy, EnvName: "prod", StartTime: 1709261000, EndTime: 1709261020},
			{
				Type: artifact.ActivityBuild, StartTime: 1709260000, EndTime: 1709260083,
				Issues: []string{"https://jira.example.com/browse/SHOP-17"},
				Commits: []*artifact.Commit{
					{
						Source: "github", Address: "https://github.com", RepoOwner: "shop", RepoName: "cart",
						CommitID: "2f1c9e0", PR: 17, AuthorName: "lin",
					},
					{
						Source: "gerrit", Address: "https://review.example.com", RepoOwner: "default", RepoName: "lib",
						CommitID: "77aa01b", PR: 4021, AuthorName: "mei",
					},
				},
			},
		},
	}
}

// When was the artifact built, and how long did the build take?
func ExampleArtifact_Builds() {
	for _, build := range cartArtifact().Builds() {
		fmt.Println(build.Started().UTC().Format(time.DateTime), build.Duration())
	}
	// Output: 2024-03-01 02:26:40 1m23s
}

// Which commits and pull requests was the artifact built from?
func ExampleArtifact_Commits() {
	for _, commit := range cartArtifact().Commits() {
		fmt.Println(commit.RepoName, commit.AuthorName, commit.URL())
	}
	// Output:
	// cart lin https://github.com/shop/cart/commit/2f1c9e0
	// lib mei https://review.example.com/q/commit:77aa01b
}

func ExampleArtifact_PullRequests() {
	for _, pr := range cartArtifact().PullRequests() {
		fmt.Println(pr.RepoName, pr.Number, pr.URL())
	}
	// Output:
	// cart 17 https://github.com/shop/cart/pull/17
	// lib 4021 https://review.example.com/4021
}

func ExampleParseImage() {
	for _, ref := range []string{"registry.example.com:5000/shop/cart:1.1", "nginx", "shop/cart:1.1+dirty"} {
		image, err := artifact.ParseImage(ref)
		if err != nil {
			fmt.Println(err)
			continue
		}
		fmt.Printf("registry %q, repository %q, tag %q\n", image.Registry, image.Repository, image.Tag)
	}
	// Output:
	// registry "registry.example.com:5000", repository "shop/cart", tag "1.1"
	// registry "", repository "nginx", tag ""
	// artifact.ParseImage: bad request: ref: must be an image reference with a valid tag (got "shop/cart:1.1+dirty")
}

// Does the pod run the image that Zadig built? The tag alone cannot show that.
func ExampleArtifact_CompareDigest() {
	cart := cartArtifact()
	for _, imageID := range []string{ // status.containerStatuses[].imageID
		"registry.example.com/shop/cart@sha256:1d9ddf94feb5ff9ca9d76248ad51dd2a95210895d0dbf1e87bd66cc471c41f0e",
		"docker-pullable://registry.example.com/shop/cart@sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
		"docker://sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
	} {
		switch cart.CompareDigest(imageID) {
		case artifact.DigestSame:
			fmt.Println("what was built")
		case artifact.DigestDrifted:
			fmt.Println("pushed again, these are not its commits")
		case artifact.DigestUnknown:
			fmt.Println("not known")
		}
	}
	// Output:
	// what was built
	// pushed again, these are not its commits
	// not known
}
