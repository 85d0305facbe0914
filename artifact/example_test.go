package artifact_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/artifact"
	"github.com/zadig-go/zadig/zadigtest"
)

const picket = "ccr.ccs.tencentyun.com/koderover-rc/picket:20211214154446-70-main-pr-736"

// The commits that an image was built from.
func ExampleService_Trace() {
	srv, err := zadigtest.Start() // in place of a Zadig of your own
	if err != nil {
		log.Fatal(err)
	}
	defer srv.Close()
	client := srv.Client() // zadig.NewClient("https://zadig.example.com", zadig.WithToken(token))

	traced, err := client.Artifact.Trace(context.Background(), picket)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, build := range traced.SortedActivities["build"] {
		for _, commit := range build.Commits {
			fmt.Printf("%s/%s#%d by %s: %s\n", commit.RepoOwner, commit.RepoName, commit.PR, commit.AuthorName, commit.CommitID)
		}
	}
	// Output: koderover/zadig#736 by user1: 4b15c43b012e7a4a901fdcfe33736ad1c3b53f48
}

// All images of a cluster, several at a time.
func ExampleService_TraceMany() {
	srv, err := zadigtest.Start()
	if err != nil {
		log.Fatal(err)
	}
	defer srv.Close()
	client := srv.Client()

	images := []string{picket, "docker.io/library/nginx:1.25", picket}
	for image, result := range client.Artifact.TraceMany(context.Background(), images, artifact.TraceManyOptions{}) {
		switch {
		case errors.Is(result.Err, zadig.ErrNotFound):
			fmt.Println(image, "was not built by this Zadig")
		case result.Err != nil:
			log.Print(result.Err)
		default:
			fmt.Println(image, "was built by", result.Artifact.CreatedBy)
		}
	}
	// Unordered output:
	// ccr.ccs.tencentyun.com/koderover-rc/picket:20211214154446-70-main-pr-736 was built by user1
	// docker.io/library/nginx:1.25 was not built by this Zadig
}

// Every image of a name.
func ExampleService_All() {
	srv, err := zadigtest.Start()
	if err != nil {
		log.Fatal(err)
	}
	defer srv.Close()
	client := srv.Client()

	for image, err := range client.Artifact.All(context.Background(), artifact.ListOptions{Type: "image", Name: "^picket$"}) {
		if err != nil {
			log.Print(err) // the loop can go on
			continue
		}
		fmt.Println(image.ID, image.ImageTag, image.Architecture)
	}
	// Output: 61b84bbcc19ba8cdb184cc53 20211214154446-70-main-pr-736 amd64
}
