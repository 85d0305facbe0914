package delivery_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/zadigtest"
)

// shopRelease returns a release as servers up to v3.4 send it.
func shopRelease(n int, images ...string) *delivery.Release {
	r := &delivery.Release{VersionInfo: &delivery.VersionInfo{
		ID: fmt.Sprintf("65e13f00aa000000000000%02d", n), ProductName: "shop", Version: fmt.Sprintf("v1.%d.0", n),
		WorkflowName: "shop-ops", TaskID: n, CreatedAt: 1709260000 + int64(n),
	}}
	for i, service := range []string{"cart", "pay"} {
		if i < len(images) {
			r.DeployInfo = append(r.DeployInfo, &delivery.DeployInfo{
				ServiceName: service + "/main", ContainerName: "main", Image: images[i], StartTime: 1709260000, EndTime: 1709260083,
			})
		}
	}
	return r
}

// What changed between two versions?
func ExampleDiff() {
	before := shopRelease(1, "registry.example.com/shop/cart:1.0")
	after := shopRelease(2, "registry.example.com/shop/cart:1.1", "registry.example.com/shop/pay:0.1")

	changes := delivery.Diff(before, after)
	fmt.Println(changes)
	fmt.Println(len(changes.Changed), "changed")
	// Output:
	// added pay/main: registry.example.com/shop/pay:0.1
	// changed cart/main: registry.example.com/shop/cart:1.0 → registry.example.com/shop/cart:1.1
	// 1 changed
}

// Which images does a release deliver?
func ExampleRelease_Images() {
	release := shopRelease(1, "registry.example.com/shop/cart:1.0", "registry.example.com/shop/pay:0.1")
	for _, image := range release.Images() {
		fmt.Println(image.Service, image.Container, image.Image)
	}
	// Output:
	// cart main registry.example.com/shop/cart:1.0
	// pay main registry.example.com/shop/pay:0.1
}

// What does a release say about one service?
func ExampleRelease_Service() {
	release := shopRelease(1, "registry.example.com/shop/cart:1.0", "registry.example.com/shop/pay:0.1")
	if cart, ok := release.Service("cart"); ok {
		fmt.Println(cart.Images[0].Image, "deployed", len(cart.Deploys), "time")
	}
	_, ok := release.Service("search")
	fmt.Println("search:", ok)
	// Output:
	// registry.example.com/shop/cart:1.0 deployed 1 time
	// search: false
}

// The server joins the names of the service and the container. Service and
// Container return them separately.
func ExampleDeployInfo_Service() {
	deploy := &delivery.DeployInfo{ServiceName: "nginx/nginx-test", ContainerName: "nginx-test"}
	fmt.Println(deploy.Service(), deploy.Container())
	// Output: nginx nginx-test
}

// Which release of a project is the newest, and which is the newest that has the
// service "pay"?
func ExampleService_Latest() {
	srv, err := zadigtest.Start(zadigtest.WithReleases(
		shopRelease(1, "registry.example.com/shop/cart:1.0", "registry.example.com/shop/pay:0.1"),
		shopRelease(2, "registry.example.com/shop/cart:1.1"),
	))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer srv.Close()
	client, ctx := srv.Client(), context.Background()

	latest, err := client.Delivery.Latest(ctx, delivery.ListOptions{ProjectName: "shop"})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("shop:", latest.VersionInfo.Version)

	latest, err = client.Delivery.Latest(ctx, delivery.ListOptions{ProjectName: "shop", ServiceName: "pay"})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("pay:", latest.VersionInfo.Version)
	// Output:
	// shop: v1.2.0
	// pay: v1.1.0
}

// What changed between two versions of a project?
func ExampleService_Find() {
	srv, err := zadigtest.Start(zadigtest.WithReleases(
		shopRelease(1, "registry.example.com/shop/cart:1.0"),
		shopRelease(2, "registry.example.com/shop/cart:1.1"),
	))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer srv.Close()
	client, ctx := srv.Client(), context.Background()

	var found []*delivery.Release
	for _, version := range []string{"v1.1.0", "v1.2.0"} {
		release, err := client.Delivery.Find(ctx, version, delivery.ListOptions{ProjectName: "shop"})
		if err != nil {
			fmt.Println(err)
			return
		}
		found = append(found, release)
	}
	fmt.Println(delivery.Diff(found[0], found[1]))

	_, err = client.Delivery.Find(ctx, "v9", delivery.ListOptions{ProjectName: "shop"})
	fmt.Println(errors.Is(err, zadig.ErrNotFound), err)
	// Output:
	// changed cart/main: registry.example.com/shop/cart:1.0 → registry.example.com/shop/cart:1.1
	// true delivery.Find: version "v9": not found
}

// What are the web pages of a build's commit and its pull requests?
func ExampleCommit_URL() {
	commit := &delivery.Commit{
		Source: "gitlab", Address: "https://gitlab.example.com", RepoOwner: "shop", RepoName: "cart",
		CommitID: "2f1c9e0", PR: 17,
	}
	fmt.Println(commit.URL())
	for _, pr := range commit.PullRequests() {
		fmt.Println(pr.URL())
	}
	// Output:
	// https://gitlab.example.com/shop/cart/-/commit/2f1c9e0
	// https://gitlab.example.com/shop/cart/-/merge_requests/17
}
