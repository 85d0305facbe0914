// Package origin finds the origin of images.
package origin

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/artifact"
	"github.com/zadig-go/zadig/cmd/zadig-delivery/internal/cli"
	"github.com/zadig-go/zadig/cmd/zadig-delivery/internal/record"
)

// Origin is what Zadig knows about an image.
type Origin struct {
	BuiltImage  string          `json:"built_image"` // as it was pushed, "" if it is not known
	BuiltDigest string          `json:"built_digest"`
	BuiltAt     *time.Time      `json:"built_at"` // null if it is not known
	Commits     []record.Commit `json:"commits"`
	Issues      []string        `json:"issues"`
	Partial     bool            `json:"partial,omitempty"` // pull requests could not be read, for lack of rights
	Error       string          `json:"error,omitempty"`
}

// New returns the Origin of a traced image.
func New(result artifact.Result) Origin {
	o := Origin{Commits: []record.Commit{}, Issues: []string{}}
	if errors.Is(result.Err, zadig.ErrNotFound) {
		o.Error = "not known to Zadig"
	} else if result.Err != nil {
		o.Error = cli.Explain(result.Err)
	}
	a := result.Artifact
	if a == nil {
		return o
	}
	o.BuiltImage, o.BuiltDigest, o.Partial = a.Image, a.ImageDigest, a.IsPartial()
	at := a.Created()
	for _, build := range a.Builds() {
		if ended := build.Ended(); !ended.IsZero() {
			at = ended
			break
		}
	}
	if !at.IsZero() {
		o.BuiltAt = new(at.UTC())
	}
	o.Commits, o.Issues = record.Commits(a), append(o.Issues, a.Issues()...)
	return o
}

// Built returns when the image was built, for people.
func (o Origin) Built() string {
	if o.BuiltAt == nil {
		return ""
	}
	return cli.Time(*o.BuiltAt)
}

// Tracer traces images.
type Tracer struct {
	Artifacts   *artifact.Service
	Concurrency int
	Progress    *cli.Progress
	Sources     map[string]string // as record.Sources returns them; other images are traced under their names
}

// Trace traces images. ids maps images to the imageIDs that run under their names, if
// these are known. Trace returns an error only if it concerns all images; other errors
// are in the results.
func (t Tracer) Trace(ctx context.Context, images []string, ids map[string]string) (map[string]artifact.Result, error) {
	results := make(map[string]artifact.Result)
	failures := 0 // in a row
	var built []string
	shown := make(map[string][]string) // by the name in built
	for _, image := range images {
		name := cmp.Or(t.Sources[image], image)
		built, shown[name] = append(built, name), append(shown[name], image)
	}
	for name, result := range t.Artifacts.TraceMany(ctx, built, artifact.TraceManyOptions{Concurrency: t.Concurrency, ImageIDs: ids}) {
		for _, image := range shown[name] {
			results[image] = result
		}
		t.Progress.Show("%d of %d images traced", len(results), len(images))
		if result.Err == nil || errors.Is(result.Err, zadig.ErrNotFound) || errors.Is(result.Err, zadig.ErrBadRequest) {
			failures = 0
			continue
		}
		const hopeless = 5
		if failures++; failures == hopeless || concernsAll(result.Err) {
			return nil, result.Err
		}
	}
	return results, ctx.Err()
}

// concernsAll reports whether an error concerns all images, such as the error for an
// unreachable server or a missing permission.
func concernsAll(err error) bool {
	response, ok := errors.AsType[*zadig.Error](err)
	refused := ok && response.StatusCode >= http.StatusMultipleChoices && response.StatusCode < http.StatusInternalServerError
	return !ok || refused || errors.Is(err, zadig.ErrForbidden)
}

// Columns returns once, followed by the columns of a commit, as in [Origin.Rows].
func Columns(once ...cli.Column) []cli.Column {
	return append(once,
		cli.Column{Name: "COMMIT", Least: 8, Drop: 1},
		cli.Column{Name: "REPOSITORY", Wide: true},
		cli.Column{Name: "REF", Wide: true},
		cli.Column{Name: "PR", Drop: 2, Least: 6},
		cli.Column{Name: "AUTHOR", Drop: 5, Least: 6},
		cli.Column{Name: "MESSAGE", Wide: true},
	)
}

// Rows returns a row for each commit, or one row without a commit. Each row begins
// with once.
func (o Origin) Rows(once ...cli.Cell) (rows [][]cli.Cell) {
	once = slices.Clip(once)
	for _, c := range o.Commits {
		_, repo, _ := strings.Cut(c.Repo, "/")
		commit := cli.Cell{Text: repo + "@" + c.Short(), URL: c.URL, Shorter: func(columns int) string {
			return c.Short()[:min(columns, len(c.Short()))]
		}}
		pulls := cli.Cell{Text: c.Pulls()}
		if len(c.PullRequests) > 0 {
			pulls.URL = c.PullRequests[0].URL
		}
		rows = append(rows, append(once, commit, cli.Cell{Text: c.Repo}, cli.Cell{Text: c.Ref(), Code: true}, pulls,
			cli.Cell{Text: c.Author}, cli.Cell{Text: cli.FirstLine(c.Message)}))
	}
	if len(rows) == 0 {
		rows = append(rows, once)
	}
	return rows
}
