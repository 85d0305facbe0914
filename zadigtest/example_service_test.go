package zadigtest_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/artifact"
	"github.com/zadig-go/zadig/zadigtest"
)

// Origin is the service under test: it says where an image comes from, and
// asks Zadig once for each.
type Origin struct {
	zadig *zadig.Client
	known map[string]string
}

// Of names the commit that an image was built from.
func (o *Origin) Of(ctx context.Context, image string) (string, error) {
	if commit, ok := o.known[image]; ok {
		return commit, nil
	}
	a, err := o.zadig.Artifact.Trace(ctx, image)
	if errors.Is(err, zadig.ErrNotFound) {
		return "not built by Zadig", nil
	}
	if err != nil {
		return "", err
	}
	commit := a.SortedActivities[artifact.ActivityBuild][0].Commits[0].CommitID
	o.known[image] = commit
	return commit, nil
}

// A service that uses the SDK is tested with a server that holds what the
// test needs. In a test, use NewServer(t) and t.Context.
func Example_service() {
	srv, err := zadigtest.Start(zadigtest.WithArtifacts(&artifact.Artifact{
		Type:  "image",
		Image: "registry.example.com/shop/cart:1.2.0",
		Activities: []*artifact.Activity{{
			Type:    artifact.ActivityBuild,
			Commits: []*artifact.Commit{{RepoName: "shop", CommitID: "4b15c43b012e"}},
		}},
	}))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer srv.Close()

	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	origin := &Origin{zadig: srv.Client(), known: make(map[string]string)}
	fmt.Println(origin.Of(ctx, "registry.example.com/shop/cart:1.2.0"))
	fmt.Println(origin.Of(ctx, "registry.example.com/shop/cart:1.2.0"))
	fmt.Println(origin.Of(ctx, "docker.io/library/redis:7"))
	for _, r := range srv.Requests() {
		fmt.Println(r)
	}
	// Output:
	// 4b15c43b012e <nil>
	// 4b15c43b012e <nil>
	// not built by Zadig <nil>
	// GET /api/directory/dc/artifact?image=registry.example.com/shop/cart:1.2.0 -> 200
	// GET /api/directory/dc/artifact?image=docker.io/library/redis:7 -> 500
}
