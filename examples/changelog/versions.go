package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/examples/internal/cli"
)

// Names of versions that stand for others.
const (
	latest   = "latest"
	previous = "previous"
)

// find returns the release of a version, or the latest one.
func find(ctx context.Context, releases *delivery.Service, o delivery.ListOptions, version string) (*delivery.Release, error) {
	var r *delivery.Release
	var err error
	if version == latest {
		r, err = releases.Latest(ctx, o)
	} else {
		r, err = releases.Find(ctx, version, o)
	}
	if errors.Is(err, zadig.ErrNotFound) {
		return nil, notThere(ctx, releases, o, version)
	}
	return r, err
}

// before returns the newest release before another one that did not fail.
func before(ctx context.Context, releases *delivery.Service, o delivery.ListOptions, after *delivery.Release) (*delivery.Release, error) {
	o.Verbosity = delivery.VerbosityBrief
	reached := false
	var failed error
	for r, err := range releases.All(ctx, o) {
		switch failed = err; {
		case err != nil:
		case r.VersionInfo.ID == after.VersionInfo.ID:
			reached = true
		case reached && !r.Failed():
			whole, err := releases.Find(ctx, r.VersionInfo.Version, delivery.ListOptions{ProjectName: o.ProjectName, WorkflowName: r.VersionInfo.WorkflowName})
			if err == nil && whole.VersionInfo.ID != r.VersionInfo.ID { // a newer one has the same name
				return releases.Get(ctx, r.VersionInfo.ID, delivery.GetOptions{ProjectName: o.ProjectName})
			}
			return whole, err
		}
	}
	if failed != nil {
		return nil, failed
	}
	return nil, fmt.Errorf("%s has no release before version %q that did not fail", place(o), after.VersionInfo.Version)
}

// notThere is an error that names the version and those that are like it.
func notThere(ctx context.Context, releases *delivery.Service, o delivery.ListOptions, version string) error {
	o.Verbosity = delivery.VerbosityBrief
	var versions []string // newest first
	var failed error
	for r, err := range releases.All(ctx, o) {
		if failed = err; err == nil && !slices.Contains(versions, r.VersionInfo.Version) {
			versions = append(versions, r.VersionInfo.Version)
		}
	}
	switch {
	case failed != nil && ctx.Err() != nil:
		return failed
	case len(versions) == 0:
		return fmt.Errorf("%s has no releases, so no version %q (names are case-sensitive)", place(o), version)
	}
	const most = 3
	nearest := cli.Nearest(version, versions)
	return fmt.Errorf("%s has no version %q; the nearest: %s", place(o), version, strings.Join(nearest[:min(most, len(nearest))], ", "))
}

func place(o delivery.ListOptions) string {
	if o.WorkflowName == "" {
		return fmt.Sprintf("project %q", o.ProjectName)
	}
	return fmt.Sprintf("project %q, workflow %q,", o.ProjectName, o.WorkflowName)
}
