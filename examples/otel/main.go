// Otel prints OpenTelemetry spans and metrics of what a client asks a Zadig:
// a span for each request, one for each attempt below it, and a histogram of
// how long the attempts took.
//
// With -demo it reads from an in-memory Zadig that returns 503 once, so that
// there is a second attempt to see.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/stdout/stdoutmetric"
	"go.opentelemetry.io/otel/exporters/stdout/stdouttrace"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/artifact"
	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/zadigtest"
)

const usage = `Usage: otel [-project name] [-n releases] [-demo]

Reads the newest releases and traces their images, and prints the OpenTelemetry
spans and metrics of that to standard output, as JSON: a line for each span,
then one for all metrics. Needs no collector; exchange the exporters for OTLP's
to send them to yours.

  -project name  the project (default: all that the token may read)
  -n releases    how many are read (default 3)
  -demo          ask a Zadig in memory, with made-up releases
  -version       the version of this program
  -h             this text

ZADIG_URL and ZADIG_TOKEN say which Zadig is asked.

Exit status: 0; 1 for a failure; 2 for wrong arguments; 130 if interrupted.
`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	status := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(status)
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	var (
		project           string
		n                 int
		demo, showVersion bool
	)
	flags := flag.NewFlagSet("otel", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&project, "project", "", "")
	flags.IntVar(&n, "n", 3, "")
	flags.BoolVar(&demo, "demo", false, "")
	flags.BoolVar(&showVersion, "version", false, "")
	err := flags.Parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprint(stdout, usage)
		return 0
	case err == nil && showVersion:
		fmt.Fprintln(stdout, "otel", version())
		return 0
	case err == nil && flags.NArg() > 0:
		err = fmt.Errorf("unexpected argument %q", flags.Arg(0))
	case err == nil && n < 1:
		err = fmt.Errorf("-n %d is less than 1", n)
	}
	if err != nil {
		fmt.Fprintf(stderr, "otel: %v (the flags are -project, -n, -demo, -version and -h)\n", err)
		return 2
	}
	if err := show(ctx, demo, project, n, stdout); err != nil {
		return fail(stderr, err)
	}
	return 0
}

func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && strings.HasPrefix(info.Main.Version, "v") {
		return info.Main.Version
	}
	return "v" + zadig.Version
}

// fail prints an error, in one plain sentence if there is one, and returns the
// exit status.
func fail(stderr io.Writer, err error) int {
	if errors.Is(err, context.Canceled) {
		fmt.Fprintln(stderr, "otel: interrupted")
		return 130 // as a shell has it for an interrupt
	}
	detail := strings.Join(strings.Fields(err.Error()), " ")
	if plain := zadig.Explain(err); plain != "" {
		fmt.Fprintln(stderr, "otel:", plain)
		fmt.Fprintln(stderr, "     ", detail)
	} else {
		fmt.Fprintln(stderr, "otel:", detail)
	}
	return 1
}

func show(ctx context.Context, demo bool, project string, n int, stdout io.Writer) (err error) {
	client, closeServer, err := connect(demo)
	if err != nil {
		return err
	}
	defer closeServer()

	spans, err := stdouttrace.New(stdouttrace.WithWriter(stdout))
	if err != nil {
		return err
	}
	numbers, err := stdoutmetric.New(stdoutmetric.WithWriter(stdout))
	if err != nil {
		return err
	}
	who := resource.NewSchemaless(attribute.String("service.name", "otel-example"))
	traces := sdktrace.NewTracerProvider(sdktrace.WithBatcher(spans), sdktrace.WithResource(who))
	metrics := sdkmetric.NewMeterProvider(sdkmetric.WithReader(sdkmetric.NewPeriodicReader(numbers)), sdkmetric.WithResource(who))
	defer func() { // what is left is printed also after a failure
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		err = errors.Join(err, traces.Shutdown(ctx), metrics.Shutdown(ctx))
	}()
	telemetry, err := NewTelemetry(traces, metrics)
	if err != nil {
		return err
	}

	client, err = client.With(zadig.WithMiddleware(telemetry.Middleware))
	if err != nil {
		return err
	}
	telemetry.Watch(client)

	// A span of your own is the parent of all that is asked within it.
	ctx, span := traces.Tracer(scope).Start(ctx, "newest releases")
	defer span.End()
	return work(ctx, client, project, n)
}

// connect returns a client for the server that the environment names or, for a
// demo, for one in memory.
func connect(demo bool) (client *zadig.Client, closeServer func(), err error) {
	if !demo {
		if os.Getenv("ZADIG_URL") == "" {
			return nil, nil, errors.New("ZADIG_URL is not set: it is the address of your Zadig, such as https://zadig.example.com (-demo needs none)")
		}
		client, err = zadig.NewClientFromEnv()
		return client, func() {}, err
	}
	srv, err := zadigtest.Start(zadigtest.WithData(zadigtest.Generate(1, 20)))
	if err != nil {
		return nil, nil, err
	}
	srv.Inject(zadigtest.Status(503, "").On(zadigtest.TraceArtifact).Times(1))
	return srv.Client(), srv.Close, nil
}

// work is what a program might do: the newest releases, and where their
// images come from.
func work(ctx context.Context, client *zadig.Client, project string, n int) error {
	page, err := client.Delivery.List(ctx, delivery.ListOptions{ProjectName: project, PerPage: n, SkipManifests: true})
	if err != nil {
		return err
	}
	var images []string
	for _, release := range page.Releases[:min(n, len(page.Releases))] {
		for _, i := range release.Images() {
			images = append(images, i.Image)
		}
	}
	var failed error
	for _, result := range client.Artifact.TraceMany(ctx, images, artifact.TraceManyOptions{Concurrency: 4}) {
		if failed == nil && !errors.Is(result.Err, zadig.ErrNotFound) {
			failed = result.Err
		}
	}
	return failed
}
