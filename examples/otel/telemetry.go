package main

import (
	"cmp"
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/artifact"
	"github.com/zadig-go/zadig/delivery"
)

const scope = "github.com/zadig-go/zadig/examples/otel"

// Telemetry makes spans and measurements of what a client does. Copy this
// file into your program; names are those of OpenTelemetry's conventions for
// HTTP clients.
//
// Nothing of a query, a header or a body gets into a span: queries hold image
// names and tokens, and texts of errors can repeat them. That is why this is
// not otelhttp, which records whole URLs.
type Telemetry struct {
	tracer   trace.Tracer
	duration metric.Float64Histogram
}

// NewTelemetry returns a Telemetry that reports to these providers.
func NewTelemetry(traces trace.TracerProvider, metrics metric.MeterProvider) (*Telemetry, error) {
	duration, err := metrics.Meter(scope).Float64Histogram("http.client.request.duration",
		metric.WithUnit("s"),
		metric.WithDescription("Time to the headers of each attempt."),
		metric.WithExplicitBucketBoundaries(0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 30))
	return &Telemetry{tracer: traces.Tracer(scope), duration: duration}, err
}

// Watch adds a span for each request of the client's services, around those
// of its attempts. The client must have been made with WithMiddleware and
// t.Middleware. client.With makes an unwatched one, of which only attempts are
// seen.
func (t *Telemetry) Watch(client *zadig.Client) {
	watched := doer{t, client}
	client.Delivery = delivery.New(watched)
	client.Artifact = artifact.New(watched)
}

// doer stands between the services and the client: it sees a request once,
// however often it is sent.
type doer struct {
	t      *Telemetry
	client *zadig.Client
}

// attempts counts those of one request, in its context.
type attempts struct{ n atomic.Int64 }

type attemptsKey struct{}

func (d doer) Do(req *http.Request) (*http.Response, error) {
	counter := new(attempts)
	ctx, span := d.t.tracer.Start(context.WithValue(req.Context(), attemptsKey{}, counter), "zadig "+nameOf(req.URL),
		trace.WithAttributes(describe(req)...))
	defer span.End()
	resp, err := d.client.Do(req.WithContext(ctx))
	span.SetAttributes(attribute.Int64("zadig.attempts", counter.n.Load()))
	if err != nil {
		kind := kindOf(err)
		span.SetAttributes(attribute.String("error.type", kind))
		if !errors.Is(err, zadig.ErrNotFound) { // that is an answer, too
			span.SetStatus(codes.Error, kind)
		}
	}
	return resp, err
}

// Middleware is for zadig.WithMiddleware: it sees each attempt.
func (t *Telemetry) Middleware(next http.RoundTripper) http.RoundTripper {
	return roundTripper(func(req *http.Request) (*http.Response, error) {
		attrs := describe(req)
		if host := req.URL.Hostname(); host != "" {
			attrs = append(attrs, attribute.String("server.address", host))
		}
		ctx, span := t.tracer.Start(req.Context(), nameOf(req.URL), trace.WithSpanKind(trace.SpanKindClient), trace.WithAttributes(attrs...))
		if counter, ok := ctx.Value(attemptsKey{}).(*attempts); ok {
			span.SetAttributes(attribute.Int64("zadig.attempt", counter.n.Add(1)))
		}
		start := time.Now()
		resp, err := next.RoundTrip(req.WithContext(ctx))
		took := time.Since(start).Seconds()

		var outcome []attribute.KeyValue
		if err != nil {
			outcome = append(outcome, attribute.String("error.type", kindOf(err)))
		} else {
			outcome = append(outcome, attribute.Int("http.response.status_code", resp.StatusCode))
			if resp.StatusCode >= 400 {
				outcome = append(outcome, attribute.String("error.type", strconv.Itoa(resp.StatusCode)))
			}
		}
		t.duration.Record(ctx, took, metric.WithAttributes(append(attrs, outcome...)...))
		span.SetAttributes(outcome...)
		if err != nil || resp.StatusCode >= 400 {
			span.SetStatus(codes.Error, "")
		}
		if err != nil {
			span.End()
			return resp, err
		}
		// A list is read while it arrives: the span lasts until then.
		resp.Body = &body{ReadCloser: resp.Body, end: sync.OnceFunc(func() { span.End() })}
		return resp, nil
	})
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// body ends a span when it has been read or closed.
type body struct {
	io.ReadCloser
	end func()
}

func (b *body) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil {
		b.end()
	}
	return n, err
}

func (b *body) Close() error {
	defer b.end()
	return b.ReadCloser.Close()
}

// endpoints are the paths that may be shown, without a base URL's own.
var endpoints = []struct {
	path     *regexp.Regexp
	template string
}{
	{regexp.MustCompile(`/api/aslan/delivery/(releases|artifacts)/[0-9a-f]{24}$`), "/api/aslan/delivery/$1/{id}"},
	{regexp.MustCompile(`/api/aslan/delivery/(releases|artifacts|servicenames|releases/labels|artifacts/image)$`), "/api/aslan/delivery/$1"},
	{regexp.MustCompile(`/api/directory/dc/(artifact|releases)$`), "/api/directory/dc/$1"},
}

// template is the path without what differs from request to request; "" for
// a path that client.Get was asked for.
func template(u *url.URL) string {
	for _, e := range endpoints {
		if match := e.path.FindStringSubmatchIndex(u.Path); match != nil {
			return string(e.path.ExpandString(nil, e.template, u.Path, match))
		}
	}
	return ""
}

func nameOf(u *url.URL) string { return strings.TrimSpace("GET " + template(u)) }

func describe(req *http.Request) []attribute.KeyValue {
	attrs := []attribute.KeyValue{attribute.String("http.request.method", cmp.Or(req.Method, http.MethodGet))}
	if path := template(req.URL); path != "" {
		attrs = append(attrs, attribute.String("url.template", path))
	}
	return attrs
}

// kindOf is one of few words for an error: its text is not safe to show.
func kindOf(err error) string {
	for _, kind := range []struct {
		is   error
		name string
	}{
		{context.DeadlineExceeded, "timeout"},
		{context.Canceled, "canceled"},
		{zadig.ErrBadRequest, "bad_request"},
		{zadig.ErrUnauthorized, "unauthorized"},
		{zadig.ErrForbidden, "forbidden"},
		{zadig.ErrNotFound, "not_found"},
		{zadig.ErrLicense, "license"},
		{zadig.ErrRateLimited, "rate_limited"},
		{zadig.ErrServer, "server"},
		{zadig.ErrResponseTooLarge, "response_too_large"},
		{zadig.ErrUnexpectedResponse, "unexpected_response"},
	} {
		if errors.Is(err, kind.is) {
			return kind.name
		}
	}
	return "no_answer"
}
