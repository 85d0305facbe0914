package zadig_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/url"
	"time"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/zadigtest"
)

// startExample starts what stands for your Zadig in the examples. It holds the samples of the
// documentation.
func startExample() *zadigtest.Server {
	srv, err := zadigtest.Start(zadigtest.WithToken("the-token"))
	if err != nil {
		log.Fatal(err)
	}
	return srv
}

func ExampleNewClient() {
	srv := startExample()
	defer srv.Close()

	client, err := zadig.NewClient(srv.URL,
		zadig.WithToken("the-token"),
		zadig.WithTimeout(10*time.Second),
		zadig.WithRetry(zadig.RetryPolicy{MaxAttempts: 5}),
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	for release, err := range client.Delivery.All(context.Background(), delivery.ListOptions{ProjectName: "nginx2"}) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(release.VersionInfo.Version, release.VersionInfo.WorkflowName)
	}
	// Output: test nginx2-ops-workflow
}

func ExampleNewClient_badInput() {
	_, err := zadig.NewClient("zadig.example.com")
	fmt.Println(err)
	// Output: zadig: the base URL "zadig.example.com" is not absolute; it begins with http:// or https://
}

func ExampleClient_With() {
	srv := startExample()
	defer srv.Close()

	client := srv.Client()
	once, err := client.With(zadig.WithRetry(zadig.RetryPolicy{MaxAttempts: 1})) // shares the connections
	if err != nil {
		fmt.Println(err)
		return
	}
	page, err := once.Delivery.List(context.Background(), delivery.ListOptions{})
	fmt.Println(len(page.Releases), err)
	// Output: 1 <nil>
}

func ExampleClient_Get() {
	srv := startExample()
	defer srv.Close()

	var page struct {
		List []struct {
			Version string `json:"version_name"`
		}
	}
	query := url.Values{"projectKey": {"nginx2"}, "pageNum": {"1"}, "pageSize": {"20"}}
	err := srv.Client().Get(context.Background(), "/openapi/delivery/releases", query, &page)
	fmt.Println(page.List, err)
	// Output: [{test}] <nil>
}

func ExampleError() {
	srv := startExample()
	defer srv.Close()

	client, err := zadig.NewClient(srv.URL, zadig.WithToken("expired-token"))
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = client.Artifact.Trace(context.Background(), "registry.example.com/shop/cart:1")
	var answer *zadig.Error
	switch {
	case errors.Is(err, zadig.ErrNotFound):
		fmt.Println("Zadig did not build it")
	case errors.Is(err, zadig.ErrUnauthorized):
		fmt.Println("a new token is needed:", err)
	case errors.As(err, &answer):
		fmt.Println("status", answer.StatusCode)
	default:
		fmt.Println("no answer:", err)
	}
	// Output: a new token is needed: GET /api/directory/dc/artifact?image=registry.example.com%2Fshop%2Fcart%3A1: 401: unauthorized: empty body
}
