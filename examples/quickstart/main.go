// Quickstart follows one release of a Zadig to its source: the release, an
// image in it, and the commit, pull request and author that the image was
// built from. Then it shows how an error is handled.
//
// Without ZADIG_URL it asks a Zadig in memory, with ZADIG_URL and ZADIG_TOKEN
// yours.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"time"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/artifact"
	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/zadigtest"
)

const usage = `Usage: quickstart [-version]

Follows one release of a Zadig to the commit, pull request and author behind one
of its images, and shows how an error is handled. It only reads.

  ZADIG_URL      address of your Zadig; without it, one in memory is asked
  ZADIG_TOKEN    API token, from Zadig's user settings
  ZADIG_CA_FILE  PEM file with a CA to trust beside the system's
`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	os.Exit(exit(err, os.Stderr))
}

var errUsage = errors.New("it takes no arguments, and no flags but -version and -h")

func run(ctx context.Context, args []string, stdout io.Writer) error {
	flags := flag.NewFlagSet("quickstart", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	version := flags.Bool("version", false, "")
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		_, err = io.WriteString(stdout, usage)
		return err
	case err != nil || flags.NArg() > 0:
		return errUsage
	case *version:
		_, err := fmt.Fprintln(stdout, "quickstart v"+zadig.Version)
		return err
	}

	client, where, closeServer, err := connect()
	if err != nil {
		return err
	}
	defer closeServer()
	out := &lines{to: stdout}
	out.print("Zadig: %s", where)

	image, err := lookAtReleases(ctx, client, out)
	if err != nil {
		return err
	}
	if image != nil {
		if err := traceImage(ctx, client, image.Image, out); err != nil {
			return err
		}
	}
	if err := handleAnError(ctx, client, out); err != nil {
		return err
	}
	return out.err
}

// connect returns a client for the server that the environment names, or for
// one in memory.
func connect() (client *zadig.Client, where string, closeServer func(), err error) {
	if url := os.Getenv("ZADIG_URL"); url != "" {
		client, err := zadig.NewClientFromEnv()
		return client, url, func() {}, err
	}
	if os.Getenv("ZADIG_TOKEN") != "" {
		return nil, "", nil, errors.New("ZADIG_TOKEN is set, but ZADIG_URL is not: whose token is it?")
	}
	srv, err := zadigtest.Start(zadigtest.WithReleases(sampleRelease), zadigtest.WithArtifacts(sampleArtifact))
	if err != nil {
		return nil, "", nil, err
	}
	return srv.Client(), "in memory (for yours set ZADIG_URL and ZADIG_TOKEN)", srv.Close, nil
}

// lookAtReleases prints the newest releases and returns the first image in them
// that Zadig can trace, or nil.
func lookAtReleases(ctx context.Context, client *zadig.Client, out *lines) (*delivery.Image, error) {
	const most = 10
	out.heading("1. What was released, newest first")
	shown := 0
	for release, err := range client.Delivery.All(ctx, delivery.ListOptions{PerPage: most}) {
		if err != nil {
			return nil, err
		}
		v := release.VersionInfo
		out.print("   %s  %s of %s, by %s", v.Created().Format(time.DateOnly), v.Version, v.ProductName, v.CreatedBy)
		if v.WorkflowName != "" {
			out.print("               from task %d of the workflow %s", v.TaskID, v.WorkflowName)
		}
		for _, image := range release.Images() {
			_, err := client.Artifact.Trace(ctx, image.Image)
			switch {
			case errors.Is(err, zadig.ErrNotFound): // pushed by somebody else, such as a database
				continue
			case err != nil:
				return nil, err
			}
			out.heading("2. An image in it, of the service %s", image.Service)
			out.print("   %s", image.Image)
			return &image, nil
		}
		if shown++; shown == most {
			break
		}
	}
	out.print("   No image of these releases can be traced.")
	return nil, nil
}

// traceImage prints what the image was built from.
func traceImage(ctx context.Context, client *zadig.Client, image string, out *lines) error {
	found, err := client.Artifact.Trace(ctx, image)
	if err != nil {
		return err
	}
	out.heading("3. Where the image comes from")
	for _, build := range found.Builds() {
		out.print("   built    %s in %s, by %s", build.Started().Format("2006-01-02 15:04"), build.Duration(), build.CreatedBy)
	}
	for _, c := range found.Commits() {
		printCommit(c, out)
	}
	return nil
}

func printCommit(c *artifact.Commit, out *lines) {
	out.print("   commit   %s", c.CommitID)
	out.print("   message  %s", c.CommitMessage)
	out.print("   source   %s/%s, %s%s", c.RepoOwner, c.RepoName, c.Branch, c.Tag)
	for _, pr := range c.PullRequests() {
		out.print("   PR       %s", pr.URL())
	}
	out.print("   author   %s", c.AuthorName)
}

// handleAnError shows how a program distinguishes failures, and what it
// says to people.
func handleAnError(ctx context.Context, client *zadig.Client, out *lines) error {
	const image = "docker.io/library/redis:7"
	out.heading("4. An image that somebody else built")
	out.print("   %s", image)
	_, err := client.Artifact.Trace(ctx, image)
	switch {
	case err == nil:
		out.print("   This Zadig knows it.")
	case errors.Is(err, zadig.ErrNotFound): // for programs
		out.print("   %s", zadig.Explain(err)) // for people
	default:
		return err
	}
	return nil
}

// exit writes what went wrong to stderr, in plain words and then in detail, and
// returns the exit code.
func exit(err error, stderr io.Writer) int {
	switch {
	case err == nil:
		return 0
	case errors.Is(err, context.Canceled):
		fmt.Fprintln(stderr, "quickstart: interrupted")
		return 130
	}
	if sentence := zadig.Explain(err); sentence != "" {
		fmt.Fprintf(stderr, "quickstart: %s\n  %v\n", sentence, err)
	} else {
		fmt.Fprintf(stderr, "quickstart: %v\n", err)
	}
	if errors.Is(err, errUsage) {
		return 2
	}
	return 1
}
