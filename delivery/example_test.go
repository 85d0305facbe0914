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

// Print every release of a project, with the images that it delivers.
func ExampleService_All() {
	srv, err := zadigtest.Start(zadigtest.WithServerVersion("v1.11.0")) // instead of your Zadig
	if err != nil {
		log.Fatal(err)
	}
	defer srv.Close()
	client := srv.Client() // zadig.NewClient("https://zadig.example.com", zadig.WithToken(token))

	for release, err := range client.Delivery.All(context.Background(), delivery.ListOptions{ProjectName: "shop"}) {
		if err != nil {
			log.Print(err) // the loop can continue
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

// Print one page, for a user interface that shows releases in pages.
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

// Read one release by its id, and print the services of the environment that it was
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
	if env := version.ProductEnvInfo; env != nil { // nil if nothing was deployed
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

// Print the releases that are new since the last run. A program that does not keep
// running stores the mark as JSON.
func ExampleService_Since() {
	srv, err := zadigtest.Start(zadigtest.WithReleases(shopRelease(1), shopRelease(2))) // instead of your Zadig
	if err != nil {
		log.Fatal(err)
	}
	defer srv.Close()
	client := srv.Client()

	var mark delivery.Mark
	report := func() {
		for release, err := range client.Delivery.Since(context.Background(), &mark, delivery.ListOptions{ProjectName: "shop"}) {
			if err != nil {
				log.Print(err) // the next run reads it again
				continue
			}
			fmt.Println(release.VersionInfo.Version)
		}
	}
	report()
	srv.AddRelease(shopRelease(3))
	fmt.Println("next run:")
	report()
	// Output:
	// v1.1.0
	// v1.2.0
	// next run:
	// v1.3.0
}

// Print the newest release of every project.
func ExampleService_LatestByProject() {
	srv, err := zadigtest.Start(zadigtest.WithReleases(shopRelease(1), shopRelease(2)))
	if err != nil {
		log.Fatal(err)
	}
	defer srv.Close()
	client := srv.Client()

	for release, err := range client.Delivery.LatestByProject(context.Background(), delivery.ListOptions{}) {
		if err != nil {
			log.Print(err)
			continue
		}
		fmt.Println(release.VersionInfo.ProductName, release.VersionInfo.Version)
	}
	// Output: shop v1.2.0
}
