// Quickstart prints the newest release, and the commit, pull request and author
// of each of its images.
//
// Without ZADIG_URL it reads the sample shop of a Zadig in memory. With ZADIG_URL
// and ZADIG_TOKEN it reads yours.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/zadigtest"
)

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, zadig.Explain(err)) // a sentence for people
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, w io.Writer) error {
	client, closeServer, err := connect()
	if err != nil {
		return err
	}
	defer closeServer()

	// The newest of all projects; ListOptions can select one project.
	release, err := client.Delivery.Latest(ctx, delivery.ListOptions{Succeeded: true})
	if err != nil {
		return err
	}
	v := release.VersionInfo
	fmt.Fprintf(w, "%s %s, released on %s by %s\n", v.ProductName, v.Version, v.Created().Format(time.DateOnly), v.CreatedBy)
	fmt.Fprintf(w, "  %s\n", v.Desc)

	for _, image := range release.SourceImages() {
		fmt.Fprintf(w, "\n%s  %s\n", image.Service, image.Image)
		built, err := client.Artifact.Trace(ctx, image.Image)
		if errors.Is(err, zadig.ErrNotFound) { // one of a few sentinel errors
			fmt.Fprintln(w, "  not built by this Zadig")
			continue
		}
		if err != nil {
			return err
		}
		for _, commit := range built.Commits() {
			fmt.Fprintf(w, "  commit  %s  %s\n", commit.CommitID, commit.CommitMessage)
			fmt.Fprintf(w, "  of      %s/%s %s%s\n", commit.RepoOwner, commit.RepoName, commit.Branch, commit.Tag)
			for _, pr := range commit.PullRequests() {
				fmt.Fprintf(w, "  PR      %s\n", pr.URL())
			}
			fmt.Fprintf(w, "  author  %s\n", commit.AuthorName)
		}
	}
	return nil
}

// connect returns a client for the server that the environment names, or for
// one in memory.
func connect() (client *zadig.Client, closeServer func(), err error) {
	if os.Getenv("ZADIG_URL") != "" {
		client, err := zadig.NewClientFromEnv()
		return client, func() {}, err
	}
	srv, err := zadigtest.Start() // has the data of zadigtest.Shop
	if err != nil {
		return nil, nil, err
	}
	return srv.Client(), srv.Close, nil
}
