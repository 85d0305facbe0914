package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/artifact"
	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/zadigtest"
)

const (
	cart  = "registry.example.com/shop/cart:1.2.0"
	redis = "docker.io/library/redis:7" // which Zadig knows nothing about
)

// release is one of project shop, n seconds after the first.
func release(n int64, version string) *delivery.Release {
	ids := []string{"65e13f00aa00000000000001", "65e13f00aa00000000000002"}
	return &delivery.Release{
		VersionInfo: &delivery.VersionInfo{
			ID: ids[n], ProductName: "shop", Version: version, CreatedBy: "李雷", CreatedAt: 1709280000 + n,
		},
		DeployInfo: []*delivery.DeployInfo{
			{ServiceName: "cart/app", ContainerName: "app", Image: cart},
			{ServiceName: "cache/app", ContainerName: "app", Image: redis},
		},
	}
}

func newZadig(t *testing.T, opts ...zadigtest.Option) *zadigtest.Server {
	return zadigtest.NewServer(t, append(opts,
		zadigtest.WithToken("token-of-the-board"),
		zadigtest.WithReleases(release(0, "v1.2.0")),
		zadigtest.WithArtifacts(&artifact.Artifact{
			Type: "image", Image: cart,
			Activities: []*artifact.Activity{{Type: artifact.ActivityBuild, Commits: []*artifact.Commit{{CommitID: "4b15c43b"}}}},
		}),
	)...)
}

func newBoard(srv *zadigtest.Server) *Board {
	return NewBoard(srv.Client(zadig.WithRetry(zadig.RetryPolicy{MaxAttempts: 3, MaxWait: time.Millisecond})))
}

// show asks the board for project shop.
func show(t *testing.T, b *Board) (int, Latest) {
	t.Helper()
	w := httptest.NewRecorder()
	b.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/latest/shop", http.NoBody))
	var latest Latest
	if w.Code == http.StatusOK {
		if err := json.Unmarshal(w.Body.Bytes(), &latest); err != nil {
			t.Fatal(err)
		}
	}
	return w.Code, latest
}

func TestLatest(t *testing.T) {
	t.Parallel()
	srv := newZadig(t)
	b := newBoard(srv)

	status, latest := show(t, b)
	if status != http.StatusOK || latest.Version != "v1.2.0" || latest.By != "李雷" || latest.Stale {
		t.Errorf("got %d %+v", status, latest)
	}
	if commits := latest.Commits[cart]; len(commits) != 1 || commits[0] != "4b15c43b" {
		t.Errorf("commits of cart: %v", commits)
	}
	if commits, ok := latest.Commits[redis]; !ok || commits != nil {
		t.Errorf("commits of redis: %v, %t", commits, ok)
	}
	srv.ExpectRequest(t, zadigtest.ListReleases, "projectName", "shop")
	srv.ExpectRequests(t, zadigtest.FindArtifact, 2)

	srv.AddRelease(release(1, "v1.3.0"))
	if _, latest := show(t, b); latest.Version != "v1.3.0" {
		t.Errorf("after a new release: %+v", latest)
	}
}

func TestNoRelease(t *testing.T) {
	t.Parallel()
	srv := zadigtest.NewServer(t, zadigtest.WithData(zadigtest.Data{}))
	if status, _ := show(t, newBoard(srv)); status != http.StatusNotFound {
		t.Errorf("status %d", status)
	}
}

// Whatever happens to Zadig, the board shows what it knows.
func TestZadigInTrouble(t *testing.T) {
	t.Parallel()
	for name, trouble := range map[string]func(*zadigtest.Server){
		"down":          func(srv *zadigtest.Server) { srv.Down() },
		"restarting":    func(srv *zadigtest.Server) { srv.Inject(zadigtest.AslanDown()) },
		"database":      func(srv *zadigtest.Server) { srv.Inject(zadigtest.DatabaseDown()) },
		"expired token": func(srv *zadigtest.Server) { srv.Inject(zadigtest.ExpiredToken()) },
		"login page":    func(srv *zadigtest.Server) { srv.Inject(zadigtest.HTML(200)) },
		"cut":           func(srv *zadigtest.Server) { srv.Inject(zadigtest.CutAfter(10)) },
		"trace only":    func(srv *zadigtest.Server) { srv.Inject(zadigtest.Status(504, "").On(zadigtest.TraceArtifact)) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := newZadig(t)
			b := newBoard(srv)
			if status, latest := show(t, b); status != http.StatusOK || latest.Stale {
				t.Fatalf("before: %d %+v", status, latest)
			}
			trouble(srv)
			if status, latest := show(t, b); status != http.StatusOK || !latest.Stale || latest.Version != "v1.2.0" {
				t.Errorf("in trouble: %d %+v", status, latest)
			}
			if status, _ := show(t, newBoard(srv)); status != http.StatusBadGateway {
				t.Errorf("a new board in trouble: %d", status)
			}
			srv.Up()
			srv.ClearFaults()
			if status, latest := show(t, b); status != http.StatusOK || latest.Stale {
				t.Errorf("afterwards: %d %+v", status, latest)
			}
		})
	}
}

// A short trouble is not seen at all.
func TestShortTrouble(t *testing.T) {
	t.Parallel()
	srv := newZadig(t)
	srv.Inject(zadigtest.Status(503, "").On(zadigtest.ListReleases).Times(2))
	srv.Inject(zadigtest.Reset().On(zadigtest.TraceArtifact).Times(1))
	if status, latest := show(t, newBoard(srv)); status != http.StatusOK || latest.Stale {
		t.Errorf("%d %+v", status, latest)
	}
}

// A Zadig of another version is as good, as long as it sends what the board
// shows: since v4.0 releases have no deployInfo.
func TestVersions(t *testing.T) {
	t.Parallel()
	for _, version := range zadigtest.Versions() {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			if version == "v1.7.1" {
				t.Skip("it cannot trace images")
			}
			status, latest := show(t, newBoard(newZadig(t, zadigtest.WithServerVersion(version))))
			if status != http.StatusOK || latest.Version != "v1.2.0" {
				t.Errorf("%d %+v", status, latest)
			}
		})
	}
}
