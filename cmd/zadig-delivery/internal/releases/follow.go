package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/examples/internal/cli"
)

// overlap is how far before the newest release each look goes back. Releases
// of one second have no order, and one can be stored a little after its time.
const overlap = 10 * time.Minute

// follower knows which releases are not new any more.
type follower struct {
	*reader

	seen   map[string]time.Time // ids of releases since horizon
	newest time.Time
}

// horizon is how far back to look. A release from the future, of a server whose
// clock was wrong, must not hide those after it.
func (f *follower) horizon() time.Time {
	if now := time.Now(); f.newest.After(now) {
		return now.Add(-overlap)
	}
	return f.newest.Add(-overlap)
}

// followAll prints the last releases and then those that appear, oldest
// first, until the context ends, which is no failure. After a good beginning it
// waits out a server that is away.
func (r *reader) followAll(ctx context.Context) error {
	f := &follower{reader: r, seen: make(map[string]time.Time)}
	if err := f.begin(ctx); err != nil {
		if ended(ctx) {
			err = nil
		}
		return err
	}
	away := false
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(r.interval):
		}
		err := f.look(ctx)
		switch {
		case ended(ctx):
			return nil
		case errors.Is(err, zadig.ErrUnauthorized), errors.Is(err, zadig.ErrBadRequest), errors.Is(err, zadig.ErrLicense):
			return err
		case err != nil && !away:
			away = true
			r.complain(fmt.Sprintf("asking again every %s", r.interval), err)
		case err == nil && away:
			away = false
			r.say("Zadig responds again")
		}
		if err := r.flush(); err != nil {
			return err
		}
	}
}

func ended(ctx context.Context) bool { return ctx.Err() != nil }

// begin prints the releases to begin with and remembers them.
func (f *follower) begin(ctx context.Context) error {
	fresh, err := f.unseen(ctx) // whether or not they pass the filters
	if err != nil {
		return err
	}
	f.remember(fresh)
	o := f.list
	o.SkipManifests = !f.full
	if !f.detailed() && o.ServiceName == "" {
		o.Verbosity = delivery.VerbosityBrief
	}
	var last []*delivery.Release
	var failed error
	for release, err := range f.delivery.All(ctx, o) {
		if failed = err; err != nil {
			continue
		}
		if release.VersionInfo.Created().Before(f.since) {
			break
		}
		if last = append(last, release); len(last) == f.limit {
			break
		}
	}
	if failed != nil {
		return failed
	}
	f.remember(last)
	for _, release := range slices.Backward(last) {
		if err := f.show(ctx, release, o.Verbosity == delivery.VerbosityBrief); err != nil {
			return err
		}
	}
	return f.flush()
}

// look prints what is new since the last look.
func (f *follower) look(ctx context.Context) error {
	fresh, err := f.unseen(ctx)
	if err != nil {
		return err
	}
	for _, release := range slices.Backward(fresh) {
		label := f.list.Label
		if label == "" || slices.Contains(release.VersionInfo.Labels, label) {
			if err := f.show(ctx, release, true); err != nil {
				return err // what is not remembered comes up again in the next look
			}
		}
		f.remember([]*delivery.Release{release})
	}
	return nil
}

// unseen reads the releases that are new, newest first: brief ones, whatever
// -service and -label say, so that a look is one small request even where these
// let nothing through.
func (f *follower) unseen(ctx context.Context) ([]*delivery.Release, error) {
	o := f.list
	o.ServiceName, o.Label = "", ""
	o.Verbosity, o.SkipManifests = delivery.VerbosityBrief, true
	o.PerPage = 20
	var fresh []*delivery.Release
	var failed error
	for release, err := range f.delivery.All(ctx, o) {
		if failed = err; err != nil {
			continue
		}
		v := release.VersionInfo
		if v.Created().Before(f.horizon()) || f.newest.IsZero() && len(fresh) > 0 && v.Created().Before(fresh[0].VersionInfo.Created().Add(-overlap)) {
			break
		}
		if _, ok := f.seen[v.ID]; !ok {
			fresh = append(fresh, release)
		}
	}
	return fresh, failed
}

func (f *follower) remember(releases []*delivery.Release) {
	for _, r := range releases {
		created := r.VersionInfo.Created()
		f.seen[r.VersionInfo.ID] = created
		if created.After(f.newest) {
			f.newest = created
		}
	}
	for id, created := range f.seen {
		if created.Before(f.horizon()) {
			delete(f.seen, id)
		}
	}
}

// show prints a release, in detail if that is wanted. It fails only if the
// server is away, or the output.
func (f *follower) show(ctx context.Context, release *delivery.Release, brief bool) error {
	service := f.list.ServiceName
	if f.detailed() || brief && service != "" {
		whole, err := f.whole(ctx, release, brief)
		switch {
		case errors.Is(err, zadig.ErrNotFound): // deleted meanwhile
			return nil
		case err != nil && isAway(ctx, err):
			return err
		case err != nil:
			f.complain(fmt.Sprintf("release %s (%s) cannot be read in detail", cli.Clean(release.VersionInfo.Version), release.VersionInfo.ID), err)
			if service != "" {
				return nil
			}
		default:
			release = whole
		}
	}
	if service != "" && brief && !delivers(release, service) {
		return nil
	}
	return f.out.Print(release)
}

// delivers reports whether a service is in a release.
func delivers(release *delivery.Release, service string) bool {
	s, _ := release.Service(service)
	return len(s.Deploys) > 0 || s.Released != nil
}

// isAway reports whether an error will pass, and is not about the release.
func isAway(ctx context.Context, err error) bool {
	failed, ok := errors.AsType[*zadig.Error](err)
	if !ok || ended(ctx) {
		return true
	}
	switch failed.StatusCode {
	case http.StatusUnauthorized, http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}
