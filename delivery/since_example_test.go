package delivery_test

import (
	"context"
	"fmt"
	"log"

	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/zadigtest"
)

// What is new since the last run. A program that ends keeps the mark as JSON.
func ExampleService_Since() {
	srv, err := zadigtest.Start(zadigtest.WithReleases(shopRelease(1), shopRelease(2))) // in place of a Zadig of your own
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

// The newest release of every project.
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
