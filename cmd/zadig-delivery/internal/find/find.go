// Package find finds a release by its version or id, or the latest.
package find

import (
	"context"
	"errors"
	"fmt"
	"regexp"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/cmd/zadig-delivery/internal/cli"
	"github.com/zadig-go/zadig/delivery"
)

// Latest is the version that means the newest release.
const Latest = "latest"

// Finder finds releases of one project.
type Finder struct {
	Releases *delivery.Service
	Project  string
	Workflow string // "": all
	Env      string // "": all
}

var id = regexp.MustCompile(`^[0-9a-f]{24}$`)

func (f Finder) options() delivery.ListOptions {
	return delivery.ListOptions{ProjectName: f.Project, WorkflowName: f.Workflow}
}

// Find returns the release with this version or id, or the newest release for
// "latest".
func (f Finder) Find(ctx context.Context, version string) (r *delivery.Release, err error) {
	switch {
	case id.MatchString(version):
		r, err = f.Releases.Get(ctx, version, delivery.GetOptions{ProjectName: f.Project})
	case f.Env != "":
		r, err = f.first(ctx, func(r *delivery.Release) bool {
			return version == Latest || r != nil && r.VersionInfo.Version == version
		})
	case version == Latest:
		r, err = f.Releases.Latest(ctx, f.options())
	default:
		r, err = f.Releases.Find(ctx, version, f.options())
	}
	if errors.Is(err, zadig.ErrNotFound) {
		return nil, f.notFound(ctx, version)
	}
	return r, err
}

// Before returns the newest successful release that is older than after, in the
// same environment if that is known.
func (f Finder) Before(ctx context.Context, after *delivery.Release) (*delivery.Release, error) {
	if f.Env == "" {
		f.Env = after.Environment()
	}
	reached := false
	r, err := f.first(ctx, func(r *delivery.Release) bool {
		was := reached
		reached = reached || r != nil && r.VersionInfo.ID == after.VersionInfo.ID
		return was && (r == nil || r.Succeeded())
	})
	if errors.Is(err, zadig.ErrNotFound) {
		return nil, fmt.Errorf("%s has no successful release before version %q", f, after.VersionInfo.Version)
	}
	return r, err
}

// first returns the newest release that matches, with its details, or zadig.ErrNotFound if
// there is none. matches(nil) reports whether a release that cannot be read may be the
// one; first then returns its error.
func (f Finder) first(ctx context.Context, matches func(*delivery.Release) bool) (*delivery.Release, error) {
	o := f.options()
	o.SkipDetails = true
	failed := zadig.ErrNotFound
	for r, err := range f.Releases.All(ctx, o) {
		switch {
		case err != nil && matches(nil):
			return nil, err
		case err != nil:
			failed = err
		case (f.Env == "" || r.Environment() == f.Env) && matches(r):
			if r.IsSummary() {
				return f.Releases.Get(ctx, r.VersionInfo.ID, delivery.GetOptions{ProjectName: f.Project})
			}
			return r, nil
		}
	}
	return nil, failed
}

// notFound returns an error that names the most similar versions.
func (f Finder) notFound(ctx context.Context, version string) error {
	if err := cli.KnownProject(ctx, f.Releases, f.Project); err != nil {
		return err
	}
	var versions, envs []string // newest first
	o := f.options()
	o.SkipDetails = true
	for r, err := range f.Releases.All(ctx, o) {
		if err == nil {
			envs = append(envs, r.Environment())
			if f.Env == "" || r.Environment() == f.Env {
				versions = append(versions, r.VersionInfo.Version)
			}
		}
	}
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case len(versions) == 0 && f.Env != "":
		return cli.NotFound(f.String()+" has no releases", f.Env, envs)
	}
	return cli.NotFound(fmt.Sprintf("%s has no version %q", f, version), version, versions)
}

// String describes the search.
func (f Finder) String() string {
	text := fmt.Sprintf("project %q", f.Project)
	if f.Workflow != "" {
		text += fmt.Sprintf(", workflow %q", f.Workflow)
	}
	if f.Env != "" {
		text += fmt.Sprintf(", environment %q", f.Env)
	}
	return text
}
