package delivery_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/zadigtest"
)

// Every release of a project, with the images that it deployed.
func ExampleService_All() {
	srv, err := zadigtest.Start(zadigtest.WithServerVersion("v1.11.0")) // in place of a Zadig of your own
	if err != nil {
		log.Fatal(err)
	}
	defer srv.Close()
	client := srv.Client() // zadig.NewClient("https://zadig.example.com", zadig.WithToken(token))

	for release, err := range client.Delivery.All(context.Background(), delivery.ListOptions{ProjectName: "shop"}) {
		if err != nil {
			log.Print(err) // the loop can go on
			continue
		}
		fmt.Println(release.VersionInfo.Version, "by", release.VersionInfo.CreatedBy)
		for _, image := range release.Images() {
			fmt.Println(" ", image.Service, image.Image)
		}
	}
	// Output:
	// v1.3.0 by alice
	//   cart registry.example.com/shop/cart:1.3.0
	//   payment registry.example.com/shop/payment:1.8.2
	// v1.3.0-rc.1 by alice
	//   cart registry.example.com/shop/cart:1.3.0
	//   payment registry.example.com/shop/payment:1.8.2
	// v1.2.0 by bob
	//   cart registry.example.com/shop/cart:1.2.0
	//   payment registry.example.com/shop/payment:1.8.1
}

// One page, for a user interface that has pages itself.
func ExampleService_List() {
	srv, err := zadigtest.Start()
	if err != nil {
		log.Fatal(err)
	}
	defer srv.Close()
	client := srv.Client()

	page, err := client.Delivery.List(context.Background(), delivery.ListOptions{
		WorkflowName: "zadig-delivery-shop",
		Page:         1,
		PerPage:      10,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, release := range page.Releases {
		fmt.Println(release.VersionInfo.ID, release.VersionInfo.WorkflowName, release.VersionInfo.TaskID)
	}
	// Output:
	// 66690828aa0000000000000b zadig-delivery-shop 12
	// 665548b0aa0000000000000e zadig-delivery-shop 11
}

// One release by its id, and the services of the environment that it was
// deployed to.
func ExampleService_Get() {
	srv, err := zadigtest.Start(zadigtest.WithServerVersion("v1.11.0"))
	if err != nil {
		log.Fatal(err)
	}
	defer srv.Close()
	client := srv.Client()

	release, err := client.Delivery.Get(context.Background(), "66690828aa0000000000000b", delivery.GetOptions{ProjectName: "shop"})
	if errors.Is(err, zadig.ErrNotFound) {
		fmt.Println("no such release")
		return
	}
	if err != nil {
		fmt.Println(err)
		return
	}
	version := release.VersionInfo
	fmt.Printf("version %s of %s", version.Version, version.ProductName)
	if env := version.ProductEnvInfo; env != nil { // nil where nothing was deployed
		fmt.Printf(", in %s:", env.EnvName)
		for _, group := range env.Services {
			for _, service := range group {
				fmt.Print(" ", service.ServiceName)
			}
		}
	}
	fmt.Println()
	// Output: version v1.3.0 of shop, in prod: cart payment
}
