// Quickstart lists the releases of a Zadig and traces one of their images
// back to its commit, pull request and author.
//
// Without ZADIG_URL it starts an in-memory Zadig that holds the samples of
// the documentation. With ZADIG_URL and ZADIG_TOKEN it asks that server.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"text/tabwriter"
	"time"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/artifact"
	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/zadigtest"
)

// most is how many releases are shown.
const most = 20

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "quickstart:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out io.Writer) error {
	client, where, closeServer, err := connect()
	if err != nil {
		return err
	}
	defer closeServer()
	fmt.Fprintf(out, "Zadig: %s\n", where)

	images, err := listReleases(ctx, client, out)
	if err != nil {
		return err
	}
	if err := traceOne(ctx, client, images, out); err != nil {
		return err
	}
	return handleAnError(ctx, client, out)
}

// connect returns a client of the server that the environment names, or of an
// in-memory one.
func connect() (client *zadig.Client, where string, closeServer func(), err error) {
	if os.Getenv("ZADIG_URL") != "" {
		client, err = zadig.NewClientFromEnv()
		return client, os.Getenv("ZADIG_URL"), func() {}, err
	}
	srv, err := zadigtest.Start()
	if err != nil {
		return nil, "", nil, err
	}
	return srv.Client(), "in memory, with the documentation's samples (set ZADIG_URL and ZADIG_TOKEN for yours)", srv.Close, nil
}

// listReleases prints the newest releases and returns their images.
func listReleases(ctx context.Context, client *zadig.Client, out io.Writer) (images []string, err error) {
	fmt.Fprintln(out, "\nReleases, newest first")
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	defer table.Flush()
	fmt.Fprintln(table, "  VERSION\tPROJECT\tWORKFLOW\tTASK\tBY\tCREATED\tSERVICE\tIMAGE")
	shown := 0
	for release, err := range client.Delivery.All(ctx, delivery.ListOptions{Verbosity: delivery.VerbosityDetailed, SkipManifests: true, PerPage: most}) {
		if err != nil {
			return nil, err
		}
		if shown++; shown > most {
			fmt.Fprintln(table, "  …")
			break
		}
		v := release.VersionInfo
		fmt.Fprintf(table, "  %s\t%s\t%s\t%d\t%s\t%s", v.Version, v.ProductName, v.WorkflowName, v.TaskID, v.CreatedBy, v.Created().Format(time.DateTime))
		for i, image := range release.Images() {
			if i > 0 {
				fmt.Fprint(table, "\n  \t\t\t\t\t")
			}
			fmt.Fprintf(table, "\t%s\t%s", image.Service, image.Image)
			images = append(images, image.Image)
		}
		fmt.Fprintln(table)
	}
	return images, nil
}

// traceOne prints the history of the first image that Zadig has one of, and
// of the newest artifact if it has none of these images.
func traceOne(ctx context.Context, client *zadig.Client, images []string, out io.Writer) error {
	for _, image := range images {
		a, err := client.Artifact.Trace(ctx, image)
		switch {
		case errors.Is(err, zadig.ErrNotFound):
			fmt.Fprintf(out, "\nZadig has no history of %s\n", image)
		case err != nil:
			return err
		default:
			printHistory(out, a)
			return nil
		}
	}
	for a, err := range client.Artifact.All(ctx, artifact.ListOptions{Type: "image"}) {
		if err != nil {
			return err
		}
		if a, err = client.Artifact.Trace(ctx, a.Image); err != nil {
			return err
		}
		printHistory(out, a)
		return nil
	}
	fmt.Fprintln(out, "\nThis Zadig has no artifacts to trace.")
	return nil
}

func printHistory(out io.Writer, a *artifact.Artifact) {
	fmt.Fprintf(out, "\nWhere does this image come from?\n  image    %s\n  digest   %s\n", a.Image, a.ImageDigest)
	for _, build := range a.Builds() {
		fmt.Fprintf(out, "  built    %s in %s, by %s\n", build.Ended().Format(time.DateTime), build.Ended().Sub(build.Started()), build.CreatedBy)
	}
	for _, c := range a.Commits() {
		fmt.Fprintf(out, "  commit   %s  %q\n", c.CommitID, c.CommitMessage)
		ref := "branch " + c.Branch
		if c.Branch == "" {
			ref = "tag " + c.Tag
		}
		fmt.Fprintf(out, "  from     %s/%s/%s, %s\n", c.Address, c.RepoOwner, c.RepoName, ref)
		if c.PR != 0 {
			fmt.Fprintf(out, "  PR       #%d\n", c.PR)
		}
		fmt.Fprintf(out, "  author   %s\n", c.AuthorName)
	}
}

// handleAnError shows what a failure looks like, and how a program tells one
// from another.
func handleAnError(ctx context.Context, client *zadig.Client, out io.Writer) error {
	_, err := client.Artifact.Trace(ctx, "registry.example.com/not/ours:1")
	var answer *zadig.Error
	switch {
	case errors.Is(err, zadig.ErrNotFound) && errors.As(err, &answer):
		fmt.Fprintf(out, "\nAn image that Zadig did not build\n  %v\n  errors.Is(err, zadig.ErrNotFound) is true, although the server said %d\n", err, answer.StatusCode)
		return nil
	default:
		return err
	}
}
