package zadigtest_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/zadigtest"
)

// Checks how a service behaves while Zadig is down, after it has come back, and while it
// returns errors.
func Example_zadigIsDown() {
	srv, err := zadigtest.Start()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer srv.Close()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()

	client := srv.Client(zadig.WithRetry(zadig.RetryPolicy{MaxAttempts: 2, MaxWait: time.Millisecond}))
	health := func() string {
		_, err := client.Delivery.List(ctx, delivery.ListOptions{PerPage: 1})
		var apiErr *zadig.Error
		switch {
		case err == nil:
			return "fine"
		case errors.Is(err, zadig.ErrUnauthorized):
			return "needs a new token"
		case errors.As(err, &apiErr):
			return fmt.Sprintf("has trouble (%d)", apiErr.StatusCode)
		}
		return "cannot be reached"
	}

	fmt.Println("Zadig:", health())
	srv.Down()
	fmt.Println("down:", health())
	srv.Up()
	fmt.Println("back:", health())

	srv.Inject(zadigtest.Status(503, "").Times(1))
	fmt.Println("one 503 is tried again:", health())
	srv.Inject(zadigtest.DatabaseDown().Times(1))
	fmt.Println("database:", health())
	srv.Inject(zadigtest.ExpiredToken().Times(1))
	fmt.Println("token:", health())
	// Output:
	// Zadig: fine
	// down: cannot be reached
	// back: fine
	// one 503 is tried again: fine
	// database: has trouble (500)
	// token: needs a new token
}

// Reads all releases before and after an upgrade from v1.11 to v5.0, which changes the
// shape of releases and the rules of paging.
func Example_upgrade() {
	srv, err := zadigtest.Start(zadigtest.WithData(zadigtest.Generate(1, 120)))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer srv.Close()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()

	client := srv.Client()
	for _, version := range []string{"v1.11.0", "v5.0.0"} { // v4.0.0 and later have no releases made by workflows
		srv.SetServerVersion(version)
		projects := make(map[string]int)
		total := 0
		for release, err := range client.Delivery.All(ctx, delivery.ListOptions{}) {
			if err != nil {
				fmt.Println(err)
				return
			}
			projects[release.VersionInfo.ProductName]++
			total++
		}
		fmt.Printf("%s: %d releases of %d projects\n", version, total, len(projects))
	}
	// Output:
	// v1.11.0: 120 releases of 5 projects
	// v5.0.0: 82 releases of 5 projects
}

func ExampleServer_Inject() {
	data := zadigtest.Generate(1, 40)
	srv, err := zadigtest.Start(zadigtest.WithData(data))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer srv.Close()

	// The first page arrives; the second breaks off after 10 KB.
	srv.Inject(zadigtest.CutAfter(10_000).On(zadigtest.ListReleases).After(1).Times(1))

	read := 0
	for _, err := range srv.Client().Delivery.All(context.Background(), delivery.ListOptions{PerPage: 20}) {
		if err != nil {
			fmt.Println(err)
			return
		}
		read++
	}
	fmt.Println(read == len(data.ReleasesOn("v5.0.0")))
	// Output: true
}

func ExampleGenerate() {
	data := zadigtest.Generate(1, 3)
	for _, r := range data.Releases {
		fmt.Println(r.VersionInfo.ProductName, r.VersionInfo.Version, len(r.DeployInfo), "deployed")
	}
	fmt.Println(len(data.Artifacts), "artifacts")
	// Output:
	// warehouse v1.0.2 1 deployed
	// storefront v1.0.1 0 deployed
	// warehouse v1.0.1 2 deployed
	// 5 artifacts
}
