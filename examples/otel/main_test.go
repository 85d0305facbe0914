package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/artifact"
	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/zadigtest"
)

const (
	token = "token-of-the-watched"
	image = "registry.example.com/secret-project/cart:1.2.0"
	id    = "65e13f00aa00000000000001"
)

// watched is a client of a server, with what it reported.
type watched struct {
	*zadig.Client
	srv    *zadigtest.Server
	spans  *tracetest.InMemoryExporter
	reader *sdkmetric.ManualReader
}

func watch(t *testing.T) *watched {
	t.Helper()
	w := &watched{
		srv: zadigtest.NewServer(t, zadigtest.WithToken(token),
			zadigtest.WithReleases(&delivery.Release{VersionInfo: &delivery.VersionInfo{
				ID: id, ProductName: "secret-project", Version: "v1", CreatedAt: 1709280000,
			}}),
			zadigtest.WithArtifacts(&artifact.Artifact{Type: "image", Image: image})),
		spans:  tracetest.NewInMemoryExporter(),
		reader: sdkmetric.NewManualReader(),
	}
	telemetry, err := NewTelemetry(
		sdktrace.NewTracerProvider(sdktrace.WithSyncer(w.spans)),
		sdkmetric.NewMeterProvider(sdkmetric.WithReader(w.reader)))
	if err != nil {
		t.Fatal(err)
	}
	w.Client = w.srv.Client(zadig.WithMiddleware(telemetry.Middleware),
		zadig.WithRetry(zadig.RetryPolicy{MinWait: time.Millisecond, MaxWait: time.Millisecond}))
	telemetry.Watch(w.Client)
	return w
}

// measured is the histogram's points.
func (w *watched) measured(t *testing.T) []metricdata.HistogramDataPoint[float64] {
	t.Helper()
	var all metricdata.ResourceMetrics
	if err := w.reader.Collect(t.Context(), &all); err != nil {
		t.Fatal(err)
	}
	histogram, ok := all.ScopeMetrics[0].Metrics[0].Data.(metricdata.Histogram[float64])
	if !ok || all.ScopeMetrics[0].Metrics[0].Name != "http.client.request.duration" {
		t.Fatalf("%+v", all)
	}
	return histogram.DataPoints
}

func values(attrs []attribute.KeyValue) map[string]string {
	all := make(map[string]string)
	for _, a := range attrs {
		all[string(a.Key)] = a.Value.String()
	}
	return all
}

func TestSpanOfEachAttempt(t *testing.T) {
	t.Parallel()
	w := watch(t)
	w.srv.Inject(zadigtest.Reset().On(zadigtest.TraceArtifact).Times(1)) // a new connection: net/http tries again by itself on one that was used before
	w.srv.Inject(zadigtest.Status(503, "").On(zadigtest.TraceArtifact).Times(1))
	if _, err := w.Artifact.Trace(t.Context(), image); err != nil {
		t.Fatal(err)
	}
	spans := w.spans.GetSpans()
	if len(spans) != 4 {
		t.Fatalf("%d spans", len(spans))
	}
	request := spans[3] // ends last
	if request.Name != "zadig GET /api/directory/dc/artifact" || values(request.Attributes)["zadig.attempts"] != "3" || request.Status.Code != codes.Unset {
		t.Errorf("request: %+v", request)
	}
	for i, want := range []map[string]string{
		{"zadig.attempt": "1", "error.type": "no_answer"},
		{"zadig.attempt": "2", "http.response.status_code": "503", "error.type": "503"},
		{"zadig.attempt": "3", "http.response.status_code": "200"},
	} {
		span := spans[i]
		want["http.request.method"], want["url.template"], want["server.address"] = "GET", "/api/directory/dc/artifact", "127.0.0.1"
		if got := values(span.Attributes); !maps.Equal(got, want) {
			t.Errorf("attempt %d: %v, want %v", i+1, got, want)
		}
		if span.Parent.SpanID() != request.SpanContext.SpanID() || span.SpanKind != trace.SpanKindClient {
			t.Errorf("attempt %d: parent %v, kind %v", i+1, span.Parent, span.SpanKind)
		}
		if failed := span.Status.Code == codes.Error; failed != (i < 2) {
			t.Errorf("attempt %d: status %v", i+1, span.Status)
		}
	}

	points := w.measured(t)
	var outcomes []string
	for _, p := range points {
		outcomes = append(outcomes, values(p.Attributes.ToSlice())["http.response.status_code"])
		if p.Count != 1 || p.Sum <= 0 || p.Sum > 10 {
			t.Errorf("%+v", p)
		}
	}
	if slices.Sort(outcomes); !slices.Equal(outcomes, []string{"", "200", "503"}) {
		t.Errorf("measured: %q", outcomes)
	}
}

// Whatever happens, nothing of queries, headers, bodies and ids is shown.
func TestNothingSecretShows(t *testing.T) {
	t.Parallel()
	w := watch(t)
	ctx := t.Context()
	use := func() {
		for _, err := range w.Delivery.All(ctx, delivery.ListOptions{ProjectName: "secret-project", Label: "secret-label"}) {
			_ = err
		}
		_, _ = w.Delivery.Get(ctx, id, delivery.GetOptions{ProjectName: "secret-project"})
		_, _ = w.Artifact.Trace(ctx, image)
		_ = w.Get(ctx, "/api/secret-path", url.Values{"token": {"secret-value"}}, nil)
	}
	use()
	for _, fault := range []zadigtest.Fault{
		zadigtest.ExpiredToken(), zadigtest.NoPermission(), zadigtest.Status(500, `{"description":"token=secret-value"}`),
		zadigtest.HTML(200), zadigtest.HangUp(), zadigtest.CutAfter(20),
	} {
		w.srv.Inject(fault)
		use()
		w.srv.ClearFaults()
	}
	w.srv.Down()
	use()

	spans := w.spans.GetSpans()
	if len(spans) < 30 {
		t.Fatalf("%d spans", len(spans))
	}
	shown, err := json.Marshal([]any{spans.Snapshots(), spans, w.measured(t)})
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, span := range spans {
		all.WriteString(span.Name + " " + span.Status.Description + "\n")
		for k, v := range values(span.Attributes) {
			all.WriteString(k + "=" + v + "\n")
		}
		for _, e := range span.Events {
			all.WriteString(e.Name + "\n")
		}
	}
	for _, secret := range []string{token, "secret", "cart", id, "?", "projectName", "Bearer"} {
		if strings.Contains(all.String(), secret) {
			t.Errorf("%q is in a span", secret)
		}
	}
	if strings.Contains(string(shown), token) || strings.Contains(string(shown), "secret-") {
		t.Error("a secret is among what is exported")
	}
	if !strings.Contains(all.String(), "/api/aslan/delivery/releases/{id}") {
		t.Error("no template of a path with an id")
	}
}

func TestErrors(t *testing.T) {
	t.Parallel()
	w := watch(t)
	if _, err := w.Artifact.Trace(t.Context(), "docker.io/library/redis:7"); !errors.Is(err, zadig.ErrNotFound) {
		t.Fatal(err)
	}
	spans := w.spans.GetSpans()
	if got := spans[len(spans)-1]; values(got.Attributes)["error.type"] != "not_found" || got.Status.Code != codes.Unset {
		t.Errorf("not found is an answer: %+v", got)
	}
	w.srv.Inject(zadigtest.ExpiredToken())
	if _, err := w.Delivery.List(t.Context(), delivery.ListOptions{}); !errors.Is(err, zadig.ErrUnauthorized) {
		t.Fatal(err)
	}
	spans = w.spans.GetSpans()
	if got := spans[len(spans)-1]; got.Status.Code != codes.Error || got.Status.Description != "unauthorized" {
		t.Errorf("%+v", got)
	}
	w.srv.ClearFaults()
	w.srv.Inject(zadigtest.Delay(time.Minute))
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := w.Delivery.List(ctx, delivery.ListOptions{}); err == nil {
		t.Fatal("no error")
	}
	spans = w.spans.GetSpans()
	if got := spans[len(spans)-1]; got.Status.Description != "timeout" {
		t.Errorf("%+v", got)
	}
}

// Every span ends, also where a list is not read to its end.
func TestSpansEnd(t *testing.T) {
	t.Parallel()
	w := watch(t)
	for i := range 30 {
		w.srv.AddRelease(&delivery.Release{VersionInfo: &delivery.VersionInfo{ID: "65e13f01aa00000000000" + string(rune('a'+i/10)) + "0" + string(rune('0'+i%10)), CreatedAt: 1709280001 + int64(i)}})
	}
	for _, err := range w.Delivery.All(t.Context(), delivery.ListOptions{SkipDetails: true}) {
		if err != nil {
			t.Fatal(err)
		}
		break
	}
	if n := len(w.spans.GetSpans()); n != 2 {
		t.Errorf("%d spans, want one of the request and one of its attempt", n)
	}
}

func TestProgram(t *testing.T) {
	t.Setenv("ZADIG_URL", "")
	var out, log bytes.Buffer
	t.Setenv("ZADIG_TOKEN", "")
	if status := run(t.Context(), nil, &out, &log); status != 1 || out.String() != "" ||
		log.String() != "otel: ZADIG_URL is not set: it is the address of your Zadig, such as https://zadig.example.com (-demo needs none)\n" {
		t.Errorf("without ZADIG_URL: status %d, %s", status, log.String())
	}
	log.Reset()
	if status := run(t.Context(), []string{"-demo"}, &out, &log); status != 0 || log.String() != "" {
		t.Fatal(status, log.String())
	}
	for _, fact := range []string{"GET /api/aslan/delivery/releases", "GET /api/directory/dc/artifact", "newest releases", "http.client.request.duration", `"Value":503`} {
		if !strings.Contains(out.String(), fact) {
			t.Errorf("%q is not printed", fact)
		}
	}
	for line := range strings.Lines(out.String()) {
		if !json.Valid([]byte(line)) {
			t.Errorf("not JSON: %s", line)
		}
	}

	srv := zadigtest.NewServer(t, zadigtest.WithToken(token))
	t.Setenv("ZADIG_URL", srv.URL)
	t.Setenv("ZADIG_TOKEN", "wrong")
	for _, row := range []struct {
		args   []string
		status int
		says   []string // a line each
	}{
		{nil, 1, []string{"check ZADIG_TOKEN", "401"}},
		{[]string{"-dmo"}, 2, []string{"-dmo (the flags are -project, -n, -demo, -version and -h)"}},
		{[]string{"more"}, 2, []string{`unexpected argument "more"`}},
		{[]string{"-n", "0"}, 2, []string{"less than 1"}},
	} {
		log.Reset()
		status := run(t.Context(), row.args, io.Discard, &log)
		lines := slices.Collect(strings.Lines(log.String()))
		if status != row.status || len(lines) != len(row.says) {
			t.Fatalf("%q: status %d, %s", row.args, status, log.String())
		}
		for i, says := range row.says {
			if !strings.Contains(lines[i], says) {
				t.Errorf("%q: line %d is %s", row.args, i, lines[i])
			}
		}
	}
	interrupted, interrupt := context.WithCancel(t.Context())
	interrupt()
	log.Reset()
	if status := run(interrupted, nil, io.Discard, &log); status != 130 || log.String() != "otel: interrupted\n" {
		t.Errorf("interrupted: status %d, %s", status, log.String())
	}
	out.Reset()
	if status := run(t.Context(), []string{"-h"}, &out, io.Discard); status != 0 || !strings.HasPrefix(out.String(), "Usage: otel") {
		t.Errorf("-h: status %d, %s", status, out.String())
	}
	out.Reset()
	if status := run(t.Context(), []string{"-version"}, &out, io.Discard); status != 0 || out.String() != "otel v"+zadig.Version+"\n" {
		t.Errorf("-version: status %d, %s", status, out.String())
	}
}
