package main

import (
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/otel/attribute"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/artifact"
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
		`"vcs.change.id","Value":{"Type":"STRING","Value":"736"}`, "https://opentelemetry.io/schemas/1.43.0",
	} {
		if !strings.Contains(out.String(), fact) {
			t.Errorf("%q is not printed", fact)
		}
	}
}

// The attributes have the names, types and values of the semantic conventions.
func TestDeployment(t *testing.T) {
	t.Parallel()
	release := func(status, env string) *delivery.Release {
		return &delivery.Release{EnvName: env, VersionInfo: &delivery.VersionInfo{WorkflowName: "shop-dev", TaskID: 98, Status: status}}
	}
	built := func(c artifact.Commit) *artifact.Artifact {
		c.CommitID, c.RepoName, c.RepoOwner = "4b15c43b", "cart", "shop-team"
		return &artifact.Artifact{Activities: []*artifact.Activity{{Type: artifact.ActivityBuild, Commits: []*artifact.Commit{&c}}}}
	}
	const task = "cicd.pipeline.name=shop-dev cicd.pipeline.run.id=shop-dev/98"
	const head = "vcs.ref.head.revision=4b15c43b vcs.repository.name=cart vcs.owner.name=shop-team"
	for want, got := range map[string][]attribute.KeyValue{
		"deployment.environment.name=production " + task + " cicd.pipeline.result=success " +
			"vcs.ref.head.type=branch vcs.ref.head.name=main " + head + " vcs.change.id=736": // of the one pull request
		Deployment(release(delivery.StatusSuccess, "prod"), built(artifact.Commit{Branch: "main", PR: 736})),
		"deployment.environment.name=华东 " + task + " cicd.pipeline.result=failure " +
			"vcs.ref.head.type=tag vcs.ref.head.name=v1 " + head: // two pull requests
		Deployment(release(delivery.StatusFailed, "华东"), built(artifact.Commit{Tag: "v1", PRs: []int{1, 2}})),
		task: Deployment(release(delivery.StatusCreating, ""), nil),
	} {
		var shown []string
		for _, a := range got {
			if a.Value.Type() != attribute.STRING {
				t.Errorf("%s is no string", a.Key)
			}
			shown = append(shown, string(a.Key)+"="+a.Value.String())
		}
		if text := strings.Join(shown, " "); text != want {
			t.Errorf("got  %s\nwant %s", text, want)
		}
	}
}

// No span has a query, header, body or id, not even after a failure.
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
