package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/examples/internal/cli"
)

// reader reads releases and prints them.
type reader struct {
	settings

	delivery *delivery.Service
	out      printer
	flush    func() error
	stderr   io.Writer
	progress *cli.Progress
}

// detailed reports whether brief releases are not enough.
func (r *reader) detailed() bool { return r.images || r.full }

// listAll prints what the settings select, newest first.
func (r *reader) listAll(ctx context.Context) error {
	o := r.list
	o.SkipManifests = !r.full
	if !r.detailed() && o.ServiceName == "" {
		o.Verbosity = delivery.VerbosityBrief
	}
	if o.ServiceName == "" && r.limit > 0 {
		o.PerPage = min(r.limit, 100)
	}
	printed, unread := 0, 0
	var failed error // the last error: the end of the walk, or one release of it
	for release, err := range r.delivery.All(ctx, o) {
		if failed != nil { // the walk went on: it was about one release
			unread++
			r.complain("left out", failed)
			failed = nil
		}
		if err != nil {
			failed = err
			continue
		}
		if release.VersionInfo.Created().Before(r.since) {
			break
		}
		if r.detailed() {
			release, err = r.whole(ctx, release, false)
			switch {
			case errors.Is(err, zadig.ErrNotFound): // deleted meanwhile
				continue
			case err != nil && isAway(ctx, err):
				return err
			case err != nil:
				unread++
				r.complain("left out", err)
				continue
			}
		}
		if err := r.out.Print(release); err != nil {
			return err
		}
		printed++
		r.progress.Show("%d releases, back to %s", printed, cli.Time(release.VersionInfo.Created()))
		if printed == r.limit {
			break
		}
	}
	switch {
	case failed != nil:
		return failed
	case unread > 0:
		return fmt.Errorf("releases that could not be read: %d", unread)
	case printed == 0 && r.format != cli.JSON:
		r.say("no releases match")
	}
	return nil
}

// whole is a release with its images, which brief lists leave out, and since
// v4.2 all lists.
func (r *reader) whole(ctx context.Context, release *delivery.Release, brief bool) (*delivery.Release, error) {
	v := release.VersionInfo
	flat := release.Services != nil
	switch {
	case flat && len(release.Services) > 0, !flat && !brief:
		return release, nil
	case release.DeployInfo != nil: // up to v1.7.1 no list is brief
		return release, nil
	}
	whole, err := r.delivery.Get(ctx, v.ID, delivery.GetOptions{ProjectName: v.ProductName})
	if !errors.Is(err, zadig.ErrForbidden) || flat {
		return whole, err
	}
	// From v1.18 to v2.2 who has rights in one project may list but not get.
	o := delivery.ListOptions{
		ProjectName: v.ProductName, WorkflowName: v.WorkflowName, TaskID: v.TaskID,
		PerPage: tail, SkipManifests: !r.full,
	}
	for listed, listErr := range r.delivery.All(ctx, o) {
		if listErr == nil && listed.VersionInfo.ID == v.ID {
			return listed, nil
		}
	}
	return nil, err
}

// say writes a line to stderr, after all that is to be read before it.
func (r *reader) say(format string, args ...any) {
	r.progress.Clear()
	_ = r.flush() // its error stays and comes up again at the end
	fmt.Fprintf(r.stderr, name+": "+format+"\n", args...)
}

// complain writes what is wrong with something, where say would write it.
func (r *reader) complain(about string, err error) {
	r.progress.Clear()
	_ = r.flush()
	cli.Complain(r.stderr, name+": "+about, err)
}
