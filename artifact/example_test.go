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

// Lists the commits that an image was built from, and their pull requests.
func ExampleService_Trace() {
	srv, err := zadigtest.Start() // instead of your Zadig
	if err != nil {
		log.Fatal(err)
	}
	defer srv.Close()
	client := srv.Client() // zadig.NewClient("https://zadig.example.com", zadig.WithToken(token))

	cart, err := client.Artifact.Trace(context.Background(), "registry.example.com/shop/cart:1.3.0")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, commit := range cart.Commits() {
		fmt.Println(commit.AuthorName, commit.URL())
		for _, pr := range commit.PullRequests() {
			fmt.Println(pr.URL())
		}
	}
	// Output:
	// alice https://github.com/shop-team/cart/commit/4b15c43b012e7a4a901fdcfe33736ad1c3b53f48
	// https://github.com/shop-team/cart/pull/736
}

// Traces the images that run in a cluster. The imageIDs come from the status of their
// pods; one of the images was pulled through a mirror.
func ExampleService_TraceMany() {
	srv, err := zadigtest.Start()
	if err != nil {
		log.Fatal(err)
	}
	defer srv.Close()
	client := srv.Client()

	const (
		cart    = "mirror.example.com/shop/cart:1.3.0"
		payment = "registry.example.com/shop/payment:1.8.2"
		nginx   = "docker.io/library/nginx:1.25"
	)
	imageIDs := map[string]string{
		cart:    "mirror.example.com/shop/cart@sha256:1d9ddf94feb5ff9ca9d76248ad51dd2a95210895d0dbf1e87bd66cc471c41f0e",
		payment: "registry.example.com/shop/payment@sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
	}
	o := artifact.TraceManyOptions{ImageIDs: imageIDs}
	for image, result := range client.Artifact.TraceMany(context.Background(), []string{cart, payment, nginx}, o) {
		switch {
		case errors.Is(result.Err, zadig.ErrNotFound):
			fmt.Println(image, "was not built by this Zadig")
		case result.Err != nil:
			log.Print(result.Err)
		case result.Artifact.CompareDigest(imageIDs[image]) == artifact.DigestDrifted:
			fmt.Println(image, "was pushed again after", result.Artifact.CreatedBy, "built it")
		default:
			fmt.Println(image, "was built by", result.Artifact.CreatedBy)
		}
	}
	// Output:
	// mirror.example.com/shop/cart:1.3.0 was built by alice
	// registry.example.com/shop/payment:1.8.2 was pushed again after 李雷 built it
	// docker.io/library/nginx:1.25 was not built by this Zadig
}

// Lists the images that have the name "cart".
func ExampleService_All() {
	srv, err := zadigtest.Start()
	if err != nil {
		log.Fatal(err)
	}
	defer srv.Close()
	client := srv.Client()

	for image, err := range client.Artifact.All(context.Background(), artifact.ListOptions{Type: "image", Name: "^cart$"}) {
		if err != nil {
			log.Print(err) // the loop can continue
			continue
		}
		fmt.Println(image.ID, image.ImageTag, image.Architecture)
	}
	// Output:
	// 6668fa18aa00000000000002 1.3.0 amd64
	// 665535f0aa00000000000004 1.2.0 amd64
}
