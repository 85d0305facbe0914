// Otel prints OpenTelemetry spans and metrics of a client's requests to a Zadig,
// and a span for each image of a release with its environment and commit. Without
// ZADIG_URL it queries a Zadig in memory that fails once, so that the output shows
// a second attempt.
package main

import (
	"context"
	"errors"
	"io"
	"log"
	"os"

	"go.opentelemetry.io/otel/exporters/stdout/stdoutmetric"
	"go.opentelemetry.io/otel/exporters/stdout/stdouttrace"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/zadigtest"
)

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, w io.Writer) (err error) {
	// These exporters print; replace them with those of OTLP.
	spans, err1 := stdouttrace.New(stdouttrace.WithWriter(w))
	numbers, err2 := stdoutmetric.New(stdoutmetric.WithWriter(w))
	traces := sdktrace.NewTracerProvider(sdktrace.WithBatcher(spans))
	metrics := sdkmetric.NewMeterProvider(sdkmetric.WithReader(sdkmetric.NewPeriodicReader(numbers)))
	defer func() { err = errors.Join(err, traces.Shutdown(ctx), metrics.Shutdown(ctx)) }()
	middleware, err3 := Middleware(traces, metrics)
	srv, err4 := zadigtest.Start() // has the data of zadigtest.Shop
	if err := errors.Join(err1, err2, err3, err4); err != nil {
		return err
	}
	defer srv.Close()
	srv.Inject(zadigtest.Status(503, "").On(zadigtest.ListReleases).Times(1))
	client := srv.Client(zadig.WithMiddleware(middleware))
	if os.Getenv("ZADIG_URL") != "" {
		if client, err = zadig.NewClientFromEnv(zadig.WithMiddleware(middleware)); err != nil {
			return err
		}
	}

	tracer := traces.Tracer(scope)
	release, err := client.Delivery.Latest(ctx, delivery.ListOptions{SkipManifests: true})
	if err != nil {
		return err
	}
	for _, image := range release.SourceImages() {
		ctx, span := tracer.Start(ctx, "release "+image.Service)
		built, err := client.Artifact.Trace(ctx, image.Image)
		span.SetAttributes(Deployment(release, built)...)
		span.End()
		if err != nil && !errors.Is(err, zadig.ErrNotFound) {
			return err
		}
	}
	return nil
}
