package main

import (
	"cmp"
	"net/http"
	"regexp"
	"strconv"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/metric"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"

	"github.com/zadig-go/zadig/artifact"
	"github.com/zadig-go/zadig/delivery"
)

const scope = "github.com/zadig-go/zadig/examples/otel"

// Middleware returns a middleware for zadig.WithMiddleware that records a span for
// each attempt, and a histogram of how long attempts took. No part of a query,
// header or body gets into a span. It does not use otelhttp, because otelhttp
// records whole URLs, and queries contain image names and tokens.
func Middleware(traces trace.TracerProvider, metrics metric.MeterProvider) (func(http.RoundTripper) http.RoundTripper, error) {
	tracer := traces.Tracer(scope, trace.WithSchemaURL(semconv.SchemaURL))
	duration, err := metrics.Meter(scope).Float64Histogram("http.client.request.duration",
		metric.WithUnit("s"), metric.WithDescription("Time to the headers of each attempt."))
	return func(next http.RoundTripper) http.RoundTripper {
		return roundTripper(func(req *http.Request) (*http.Response, error) {
			path := template(req.URL.Path)
			attrs := []attribute.KeyValue{semconv.HTTPRequestMethodKey.String(req.Method), semconv.URLTemplate(path)}
			ctx, span := tracer.Start(req.Context(), req.Method+" "+path, trace.WithSpanKind(trace.SpanKindClient))
			defer span.End()
			start := time.Now()
			resp, err := next.RoundTrip(req.WithContext(ctx))
			failure := "no_response" // the text of err repeats the URL
			if err == nil {
				attrs = append(attrs, semconv.HTTPResponseStatusCode(resp.StatusCode))
				failure = strconv.Itoa(resp.StatusCode)
			}
			if err != nil || resp.StatusCode >= http.StatusBadRequest {
				attrs = append(attrs, semconv.ErrorTypeKey.String(failure))
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

// template returns a path with ids replaced by {id}.
func template(path string) string { return ids.ReplaceAllString(path, "/{id}$1") }

// tiers maps Zadig's names of environments to OpenTelemetry's, if they differ.
var tiers = map[string]string{"dev": "development", "qa": "test", "prod": "production"}

// Deployment returns the attributes of a release, and of the first commit that its
// image was built from, according to OpenTelemetry's conventions for CI/CD and
// version control. Zadig does not know the title and the state of a pull request.
func Deployment(release *delivery.Release, built *artifact.Artifact) (attrs []attribute.KeyValue) {
	if env := release.Environment(); env != "" {
		attrs = append(attrs, semconv.DeploymentEnvironmentNameKey.String(cmp.Or(tiers[env], env)))
	}
	if task, ok := release.Task(); ok { // its number is unique within its workflow only
		attrs = append(attrs, semconv.CICDPipelineName(task.WorkflowName),
			semconv.CICDPipelineRunID(task.WorkflowName+"/"+strconv.Itoa(task.TaskID)))
		if !release.InProgress() {
			result := map[bool]attribute.KeyValue{true: semconv.CICDPipelineResultSuccess, false: semconv.CICDPipelineResultFailure}
			attrs = append(attrs, result[release.Succeeded()])
		}
	}
	for _, c := range built.Commits()[:min(1, len(built.Commits()))] {
		kind := map[bool]attribute.KeyValue{true: semconv.VCSRefHeadTypeTag, false: semconv.VCSRefHeadTypeBranch}[c.Tag != ""]
		attrs = append(attrs, kind, semconv.VCSRefHeadName(c.Branch+c.Tag), semconv.VCSRefHeadRevision(c.CommitID),
			semconv.VCSRepositoryName(c.RepoName), semconv.VCSOwnerName(c.RepoOwner))
		if prs := c.PullRequests(); len(prs) == 1 { // with several, no single one is the change
			attrs = append(attrs, semconv.VCSChangeID(strconv.Itoa(prs[0].Number)))
		}
	}
	return attrs
}
