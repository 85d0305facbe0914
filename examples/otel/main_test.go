package main

import (
	"strings"
	"testing"
	"time"

	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/zadigtest"
)

func TestDemo(t *testing.T) {
	t.Setenv("ZADIG_URL", "")
	var out strings.Builder
	if err := run(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	for _, fact := range []string{
		"GET /api/aslan/delivery/releases/{id}", `"Value":503`, "http.client.request.duration",
		"deployment.environment.name", "vcs.ref.head.revision", "cicd.pipeline.name",
	} {
		if !strings.Contains(out.String(), fact) {
			t.Errorf("%q is not printed", fact)
		}
	}
}

// Nothing of queries, headers, bodies and ids is in a span, whatever fails.
func TestNothingSecretShows(t *testing.T) {
	t.Parallel()
	const id = "65e13f00aa00000000000001"
	srv := zadigtest.NewServer(t, zadigtest.WithToken("secret-token"), zadigtest.WithReleases(&delivery.Release{
		VersionInfo: &delivery.VersionInfo{ID: id, ProductName: "secret-project", CreatedAt: 1709280000},
	}))
	spans := tracetest.NewInMemoryExporter()
	middleware, err := Middleware(sdktrace.NewTracerProvider(sdktrace.WithSyncer(spans)), sdkmetric.NewMeterProvider())
	if err != nil {
		t.Fatal(err)
	}
	retry := zadig.RetryPolicy{MinWait: time.Millisecond, MaxWait: time.Millisecond}
	client := srv.Client(zadig.WithMiddleware(middleware), zadig.WithRetry(retry))
	for _, fault := range []zadigtest.Fault{zadigtest.Delay(0), zadigtest.ExpiredToken(), zadigtest.HTML(200), zadigtest.HangUp(),
		zadigtest.Status(500, "secret")} {
		srv.Inject(fault)
		_, _ = client.Delivery.Get(t.Context(), id, delivery.GetOptions{ProjectName: "secret-project"})
		_, _ = client.Artifact.Trace(t.Context(), "secret-image:1")
		srv.ClearFaults()
	}
	if len(spans.GetSpans()) < 10 {
		t.Fatalf("got %d spans", len(spans.GetSpans()))
	}
	for _, span := range spans.GetSpans() {
		shown := span.Name + span.Status.Description
		for _, a := range span.Attributes {
			shown += string(a.Key) + a.Value.String()
		}
		if strings.Contains(shown, "secret") || strings.Contains(shown, id) || len(span.Events) > 0 {
			t.Errorf("got the span %s", shown)
		}
	}
}
