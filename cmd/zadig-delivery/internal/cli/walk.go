package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"

	"github.com/zadig-go/zadig/delivery"
)

// Say writes a line to stderr.
func Say(stderr io.Writer, format string, args ...any) {
	fmt.Fprintf(stderr, Name+": "+format+"\n", args...)
}

// Skipper reports releases that could not be read.
type Skipper struct {
	Stderr   io.Writer
	Progress *Progress
	skipped  int
}

// Skip reports a release that could not be read.
func (s *Skipper) Skip(err error) {
	s.skipped++
	s.Progress.Clear()
	Complain(s.Stderr, Name+": left out", err)
}

// Err returns an error if there were any such releases.
func (s *Skipper) Err() error {
	if s.skipped == 0 {
		return nil
	}
	return fmt.Errorf("releases that could not be read: %d", s.skipped)
}

// Each calls do for each release until do returns false, and skip with the error of
// each release that could not be read.
func Each(releases iter.Seq2[*delivery.Release, error], skip func(error), do func(*delivery.Release) (bool, error)) error {
	for r, err := range releases {
		if _, ok := errors.AsType[*delivery.ReleaseError](err); ok {
			skip(err)
			continue
		}
		if err != nil {
			return err
		}
		if more, err := do(r); err != nil || !more {
			return err
		}
	}
	return nil
}

// KnownProject returns an error if a project has no releases, with the names of
// similar projects: Zadig returns an empty list for a project that does not exist.
func KnownProject(ctx context.Context, releases *delivery.Service, project string) error {
	if project == "" {
		return nil
	}
	page, err := releases.List(ctx, delivery.ListOptions{ProjectName: project, PerPage: 1, Verbosity: delivery.VerbosityBrief})
	if err != nil || len(page.Releases) > 0 {
		return err
	}
	var names []string
	for r, err := range releases.LatestByProject(ctx, delivery.ListOptions{Verbosity: delivery.VerbosityBrief}) {
		if err != nil { // a user who may not see all projects gets no names
			break
		}
		names = append(names, r.VersionInfo.ProductName)
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return NotFound(fmt.Sprintf("project %q does not exist or has no releases", project), project, names)
}

// NotFound returns an error for a name that was not found. The error has the names that
// are most similar.
func NotFound(what, name string, names []string) error {
	slices.Sort(names)
	names = slices.Compact(names)
	if len(names) > 0 {
		const most = 3
		nearest := Nearest(name, names)
		what += "; the nearest: " + strings.Join(nearest[:min(most, len(nearest))], ", ")
	}
	return errors.New(what)
}
