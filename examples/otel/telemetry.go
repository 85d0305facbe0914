package main

import (
	"net/http"
	"regexp"
	"strconv"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"

	"github.com/zadig-go/zadig/artifact"
	"github.com/zadig-go/zadig/delivery"
)

const scope = "github.com/zadig-go/zadig/examples/otel"

// Middleware returns a middleware for zadig.WithMiddleware: a span for each
// attempt, and a histogram of how long they took. Nothing of a query, a header
// or a body gets into a span: otelhttp records whole URLs, and queries hold
// image names and tokens.
func Middleware(traces trace.TracerProvider, metrics metric.MeterProvider) (func(http.RoundTripper) http.RoundTripper, error) {
	tracer := traces.Tracer(scope)
	duration, err := metrics.Meter(scope).Float64Histogram("http.client.request.duration",
		metric.WithUnit("s"), metric.WithDescription("Time to the headers of each attempt."))
	return func(next http.RoundTripper) http.RoundTripper {
		return roundTripper(func(req *http.Request) (*http.Response, error) {
			path := template(req.URL.Path)
			attrs := []attribute.KeyValue{attribute.String("http.request.method", req.Method), attribute.String("url.template", path)}
			ctx, span := tracer.Start(req.Context(), req.Method+" "+path, trace.WithSpanKind(trace.SpanKindClient))
			defer span.End()
			start := time.Now()
			resp, err := next.RoundTrip(req.WithContext(ctx))
			switch {
			case err != nil: // its text repeats the URL
				attrs = append(attrs, attribute.String("error.type", "no_response"))
			case resp.StatusCode >= http.StatusBadRequest:
				attrs = append(attrs, attribute.String("error.type", strconv.Itoa(resp.StatusCode)))
				fallthrough
			default:
				attrs = append(attrs, attribute.Int("http.response.status_code", resp.StatusCode))
			}
			if err != nil || resp.StatusCode >= http.StatusBadRequest {
				span.SetStatus(codes.Error, "")
			}
			span.SetAttributes(attrs...)
			duration.Record(ctx, time.Since(start).Seconds(), metric.WithAttributes(attrs...))
			return resp, err
		})
	}, err
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

var ids = regexp.MustCompile(`/[0-9a-f]{24}(/|$)`)

// template returns a path without what differs from request to request.
func template(path string) string { return ids.ReplaceAllString(path, "/{id}$1") }

// Deployment returns a release and what was built for it in OpenTelemetry's
// words for CI/CD and version control.
func Deployment(release *delivery.Release, built *artifact.Artifact) []attribute.KeyValue {
	attrs := []attribute.KeyValue{attribute.String("cicd.pipeline.result", release.VersionInfo.Status)}
	if env := release.Environment(); env != "" {
		attrs = append(attrs, attribute.String("deployment.environment.name", env))
	}
	if task, ok := release.Task(); ok {
		attrs = append(attrs, attribute.String("cicd.pipeline.name", task.WorkflowName), attribute.Int("cicd.pipeline.run.id", task.TaskID))
	}
	for _, c := range built.Commits()[:min(1, len(built.Commits()))] {
		attrs = append(attrs, attribute.String("vcs.repository.name", c.RepoName), attribute.String("vcs.owner.name", c.RepoOwner),
			attribute.String("vcs.ref.head.name", c.Branch+c.Tag), attribute.String("vcs.ref.head.revision", c.CommitID))
	}
	return attrs
}
