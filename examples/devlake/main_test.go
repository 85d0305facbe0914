package main

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/artifact"
	"github.com/zadig-go/zadig/environment"
	"github.com/zadig-go/zadig/workflow"
	"github.com/zadig-go/zadig/zadigtest"
)

const token = "api-key-of-devlake"

// devLake is a webhook that checks deployments as DevLake does, and keeps one for
// each id.
type devLake struct {
	mu          sync.Mutex
	requests    int
	bodies      map[string]string
	deployments map[string]*Deployment
}

func newDevLake(t *testing.T) (*devLake, Webhook) {
	t.Helper()
	lake := &devLake{bodies: make(map[string]string), deployments: make(map[string]*Deployment)}
	srv := httptest.NewServer(lake)
	t.Cleanup(srv.Close)
	return lake, Webhook{URL: srv.URL + "/api/rest/plugins/webhook/connections/1/deployments", Token: token}
}

func (l *devLake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.requests++
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	body, _ := io.ReadAll(r.Body)
	decoder := json.NewDecoder(strings.NewReader(string(body)))
	decoder.DisallowUnknownFields()
	d := new(Deployment)
	switch {
	case r.Method != http.MethodPost || r.URL.Path != "/api/rest/plugins/webhook/connections/1/deployments":
		w.WriteHeader(http.StatusNotFound)
	case r.Header.Get("Authorization") != "Bearer "+token:
		w.WriteHeader(http.StatusForbidden)
	case decoder.Decode(d) != nil || !isComplete(d):
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, `{"success":false,"message":"input json error"}`)
	default:
		l.bodies[d.ID], l.deployments[d.ID] = string(body), d
		_, _ = io.WriteString(w, `{"code":0,"success":true,"message":"success","causes":null,"data":null}`)
	}
}

func isComplete(d *Deployment) bool {
	complete := func(o Outcome) bool { return !o.StartedDate.IsZero() && !o.FinishedDate.IsZero() }
	incomplete := func(c *Commit) bool { return c.RepoURL == "" || c.CommitSHA == "" || !complete(c.Outcome) }
	return d.ID != "" && complete(d.Outcome) && len(d.Commits) > 0 && !slices.ContainsFunc(d.Commits, incomplete) &&
		slices.Contains([]string{"PRODUCTION", "STAGING", "TESTING", "DEVELOPMENT"}, d.Environment)
}

// Three versions of Zadig send the same deployments, and a second run sends them
// again under the same ids. README.md shows one.
func TestSync(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	_, shown, _ := strings.Cut(string(readme), "```json\n")
	shown, _, _ = strings.Cut(shown, "```")
	for _, version := range []string{"v2.3.1", "v3.4.1", "v5.0.0"} {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			srv := zadigtest.NewServer(t, zadigtest.WithServerVersion(version)) // holds zadigtest.Shop
			lake, hook := newDevLake(t)
			for range 2 {
				require.NoError(t, Sync(t.Context(), srv.Client(), hook, "shop", "shop-dev", time.Unix(1718000000, 0)))
			}
			assert.Equal(t, 6, lake.requests)
			assert.Equal(t, []string{
				"zadig:shop/shop-dev/98/deploy-cart",
				"zadig:shop/shop-dev/98/deploy-cart-0",
				"zadig:shop/shop-dev/98/deploy-payment-1",
			}, slices.Sorted(maps.Keys(lake.deployments)))
			assert.JSONEq(t, shown, lake.bodies["zadig:shop/shop-dev/98/deploy-cart"])
		})
	}
}

const (
	cart    = "registry.example.com/shop/cart:1"
	sidecar = "registry.example.com/shop/sidecar:1"
	redis   = "docker.io/library/redis:7" // Zadig did not build it
)

// zadigWith is a Zadig with one task of these jobs, which deployed from second 1000 to
// second 1060.
func zadigWith(t *testing.T, status string, jobs ...*workflow.Job) *zadigtest.Server {
	t.Helper()
	image := func(name, commit string) *artifact.Artifact {
		return &artifact.Artifact{Type: "image", Image: name, Activities: []*artifact.Activity{{
			Type: artifact.ActivityBuild, Commits: []*artifact.Commit{{
				Source: "gitlab", Address: "https://git.example.com", RepoOwner: "shop", RepoName: "mono", Branch: "main", CommitID: commit,
			}},
		}}}
	}
	for _, j := range jobs {
		if j.Status != "" {
			j.StartTime, j.EndTime = 1000, 1060
		}
		switch j.Name {
		case "interrupted":
			j.EndTime = 0
		case "not-started":
			j.StartTime = 0
		}
	}
	return zadigtest.NewServer(t,
		zadigtest.WithArtifacts(image(cart, "c1"), image(sidecar, "c1")),
		zadigtest.WithTasks(&workflow.Task{ProjectName: "shop", WorkflowName: "deploy", TaskID: 7, Status: status, CreateTime: 700,
			Stages: []*workflow.Stage{{Name: "deploy", Jobs: jobs}}}))
}

func deploy(name, status, env string, production bool, images ...string) *workflow.Job {
	var all []environment.Image
	for _, i := range images {
		all = append(all, environment.Image{Service: "cart", Container: "app", Image: i})
	}
	job := zadigtest.DeployJob(status, env, production, all...)
	job.Name = name
	return job
}

func TestOutcomes(t *testing.T) {
	t.Parallel()
	srv := zadigWith(t, workflow.StatusFailed,
		deploy("two-images", workflow.StatusPassed, "dev", false, cart, sidecar, redis),
		deploy("staging", workflow.StatusPassed, "staging", true, cart),
		deploy("production", workflow.StatusFailed, "华东", true, cart),
		deploy("other", workflow.StatusTimeout, "perf", false, cart),
		deploy("foreign", workflow.StatusPassed, "dev", false, redis),
		deploy("variables", workflow.StatusPassed, "dev", false),
		deploy("skipped", workflow.StatusSkipped, "dev", false, cart),
		deploy("interrupted", workflow.StatusCancelled, "dev", false, cart),
		deploy("not-started", workflow.StatusFailed, "dev", false, sidecar),
		deploy("not-reached", "", "prod", true, cart),
	)
	lake, hook := newDevLake(t)
	require.NoError(t, Sync(t.Context(), srv.Client(), hook, "shop", "deploy", time.Time{}))
	got := make(map[string]string)
	for id, d := range lake.deployments {
		require.Len(t, d.Commits, 1, id)
		c := d.Commits[0]
		facts := []string{d.Environment, d.OriginalEnvironment, d.Result, c.CommitSHA}
		got[strings.TrimPrefix(id, "zadig:shop/deploy/7/")] = strings.Join(facts, " ")
		assert.Equal(t, "https://git.example.com/shop/mono", c.RepoURL)
		assert.Equal(t, d.Outcome, c.Outcome)
		assert.Equal(t, Outcome{d.Result, time.Unix(1000, 0).UTC(), time.Unix(1060, 0).UTC()}, d.Outcome)
		assert.Equal(t, int64(700), d.CreatedDate.Unix())
	}
	assert.Equal(t, map[string]string{
		"two-images": "DEVELOPMENT dev SUCCESS c1",
		"staging":    "STAGING staging SUCCESS c1",
		"production": "PRODUCTION 华东 FAILURE c1",
		"other":      "TESTING perf FAILURE c1",
	}, got)
}

// Running tasks, and tasks older than requested, are not sent.
func TestOtherTasks(t *testing.T) {
	t.Parallel()
	for status, since := range map[string]int64{workflow.StatusRunning: 700, workflow.StatusPassed: 701} {
		srv := zadigWith(t, status, deploy("a", workflow.StatusPassed, "dev", false, cart))
		lake, hook := newDevLake(t)
		require.NoError(t, Sync(t.Context(), srv.Client(), hook, "shop", "deploy", time.Unix(since, 0)))
		assert.Zero(t, lake.requests, status)
	}
}

// DevLake refuses the first deployment: the error says what it sent, and the second
// deployment is sent.
func TestRefused(t *testing.T) {
	t.Parallel()
	for want, respond := range map[string]http.HandlerFunc{
		`zadig:shop/deploy/7/a: got 400 Bad Request with "invalid [redacted]", want 200`: func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusBadRequest)
			_, _ = io.WriteString(w, "invalid "+token)
		},
		`got 200 OK with "<html>log in</html>", want 200 with "success":true`: func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "<html>log in</html>")
		},
	} {
		srv := zadigWith(t, workflow.StatusPassed, deploy("a", workflow.StatusPassed, "dev", false, cart),
			deploy("b", workflow.StatusPassed, "dev", false, cart))
		lake, hook := newDevLake(t)
		first := true
		proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if first {
				first = false
				respond(w, r)
				return
			}
			lake.ServeHTTP(w, r)
		}))
		defer proxy.Close()
		hook.URL = proxy.URL + "/api/rest/plugins/webhook/connections/1/deployments"
		err := Sync(t.Context(), srv.Client(), hook, "shop", "deploy", time.Time{})
		require.ErrorContains(t, err, want)
		assert.NotContains(t, err.Error(), token)
		assert.Contains(t, lake.deployments, "zadig:shop/deploy/7/b")
	}
}

// A deployment whose commits could not be read is not sent without them.
func TestZadigInTrouble(t *testing.T) {
	t.Parallel()
	srv := zadigWith(t, workflow.StatusPassed, deploy("a", workflow.StatusPassed, "dev", false, sidecar, cart))
	srv.Inject(zadigtest.DatabaseDown().On(zadigtest.FindArtifact).After(1))
	lake, hook := newDevLake(t)
	require.ErrorIs(t, Sync(t.Context(), srv.Client(), hook, "shop", "deploy", time.Time{}), zadig.ErrServer)
	assert.Zero(t, lake.requests)
}
