// Command testing-a-service is a small service that uses the SDK; board_test.go
// tests it with zadigtest.
//
// GET /latest/{project} returns the newest release of a project and the commits of
// its images. If the requests to Zadig fail, it returns the last known ones, marked
// as stale.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"log"
	"net/http"
	"sync"
	"time"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/artifact"
	"github.com/zadig-go/zadig/delivery"
)

func main() {
	client, err := zadig.NewClientFromEnv()
	if err != nil {
		log.Fatal(err)
	}
	server := &http.Server{Addr: "127.0.0.1:8080", Handler: NewBoard(client), ReadHeaderTimeout: 10 * time.Second}
	log.Print("http://", server.Addr, "/latest/<project>")
	log.Fatal(server.ListenAndServe())
}

// Board is the service.
type Board struct {
	http.ServeMux
	zadig *zadig.Client

	mu   sync.Mutex
	last map[string]Latest // by project
}

// Latest is the board's entry for a project.
type Latest struct {
	Version string              `json:"version"`
	By      string              `json:"by"`
	Commits map[string][]string `json:"commits"` // by image
	Stale   bool                `json:"stale,omitempty"`
}

var errNoRelease = errors.New("no release yet")

// NewBoard returns a board that uses this client.
func NewBoard(client *zadig.Client) *Board {
	b := &Board{zadig: client, last: make(map[string]Latest)}
	b.HandleFunc("GET /latest/{project}", b.latest)
	return b
}

func (b *Board) latest(w http.ResponseWriter, r *http.Request) {
	project := r.PathValue("project")
	latest, err := b.ask(r.Context(), project)
	switch {
	case err == nil:
		b.keep(project, latest)
	case errors.Is(err, errNoRelease):
		http.Error(w, err.Error(), http.StatusNotFound)
		return
	default:
		log.Print(err)
		kept, ok := b.kept(project)
		if !ok {
			http.Error(w, "Zadig cannot be asked", http.StatusBadGateway)
			return
		}
		latest, latest.Stale = kept, true
	}
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(latest); err != nil {
		log.Print(err)
	}
}

// ask reads the newest release of a project and traces its images.
func (b *Board) ask(ctx context.Context, project string) (Latest, error) {
	release, err := b.zadig.Delivery.Latest(ctx, delivery.ListOptions{ProjectName: project})
	switch {
	case errors.Is(err, zadig.ErrNotFound):
		return Latest{}, errNoRelease
	case err != nil:
		return Latest{}, err
	}
	var images []string
	for _, i := range release.SourceImages() {
		images = append(images, i.Image)
	}
	latest := Latest{Version: release.VersionInfo.Version, By: release.VersionInfo.CreatedBy, Commits: make(map[string][]string)}
	for image, result := range b.zadig.Artifact.TraceMany(ctx, images, artifact.TraceManyOptions{}) {
		if errors.Is(result.Err, zadig.ErrNotFound) {
			latest.Commits[image] = nil // not built by Zadig
			continue
		}
		if result.Err != nil {
			return Latest{}, result.Err
		}
		for _, commit := range result.Artifact.Commits() {
			latest.Commits[image] = append(latest.Commits[image], commit.CommitID)
		}
	}
	return latest, nil
}

func (b *Board) keep(project string, l Latest) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.last[project] = l
}

func (b *Board) kept(project string) (Latest, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	l, ok := b.last[project]
	return l, ok
}
