package zadigtest_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/artifact"
	"github.com/zadig-go/zadig/zadigtest"
)

// Origin is the service under test. It finds the commit that an image was built
// from, with two requests to Zadig for each image.
type Origin struct {
	zadig *zadig.Client
	known sync.Map // image to commit: Of is called by many goroutines
}

// Of returns the commit that an image was built from.
func (o *Origin) Of(ctx context.Context, image string) (string, error) {
	if commit, ok := o.known.Load(image); ok {
		return commit.(string), nil
	}
	a, err := o.zadig.Artifact.Trace(ctx, image)
	if errors.Is(err, zadig.ErrNotFound) {
		return "not built by Zadig", nil
	}
	if err != nil {
		return "", err
	}
	commits := a.Commits()
	if len(commits) == 0 { // pushed by hand, or built without a repository
		return "no commit", nil
	}
	o.known.Store(image, commits[0].CommitID)
	return commits[0].CommitID, nil
}

// cart is an artifact that a build made.
var cart = &artifact.Artifact{
	Type:  "image",
	Image: "registry.example.com/shop/cart:1.2.0",
	Activities: []*artifact.Activity{{
		Type:    artifact.ActivityBuild,
		Commits: []*artifact.Commit{{RepoName: "shop", CommitID: "4b15c43b012e"}},
	}},
}

// Tests a service that uses the SDK, on every version of Zadig and with the test's own
// data. In a real test, use NewServer(t), t.Context and t.Run(version, …).
func Example() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for _, version := range zadigtest.Versions() {
		srv, err := zadigtest.Start(zadigtest.WithServerVersion(version), zadigtest.WithArtifacts(cart))
		if err != nil {
			fmt.Println(err)
			return
		}
		origin := &Origin{zadig: srv.Client()}
		commit, err := origin.Of(ctx, cart.Image)
		switch {
		case errors.Is(err, errors.ErrUnsupported):
			fmt.Println(version, "cannot trace images")
		case err != nil, commit != "4b15c43b012e":
			fmt.Println(version, commit, err)
		}
		srv.Close()
	}
	// Output: v1.7.1 cannot trace images
}

// Checks the requests of a service, which sends none for an image that it already knows.
func ExampleServer_Requests() {
	srv, err := zadigtest.Start(zadigtest.WithArtifacts(cart))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer srv.Close()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()

	origin := &Origin{zadig: srv.Client()}
	fmt.Println(origin.Of(ctx, cart.Image))
	fmt.Println(origin.Of(ctx, cart.Image))
	fmt.Println(origin.Of(ctx, "docker.io/library/redis:7"))
	for _, r := range srv.Requests() {
		fmt.Println(r)
	}
	// Output:
	// 4b15c43b012e <nil>
	// 4b15c43b012e <nil>
	// not built by Zadig <nil>
	// GET /api/aslan/delivery/artifacts/image?image=registry.example.com/shop/cart:1.2.0 -> 200
	// GET /api/aslan/delivery/artifacts/a57000000000000000000001 -> 200
	// GET /api/aslan/delivery/artifacts/image?image=docker.io/library/redis:7 -> 400
	// GET /api/directory/dc/artifact?image=docker.io/library/redis:7 -> 500
}
