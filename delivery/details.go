package delivery

import (
	"context"
	"errors"
	"fmt"

	"github.com/zadig-go/zadig/internal/errdef"
	"github.com/zadig-go/zadig/internal/paging"
)

// details reads a listed release by id. It returns nil if the release was
// deleted meanwhile: the server refuses its id twice, and a new list does not
// have it.
func (s *Service) details(ctx context.Context, m summary, skipManifests bool) (*Release, error) {
	v := m.VersionInfo
	if checkID("", v.ID) != nil {
		return nil, releaseError("", fmt.Errorf("%w: the id of a listed release must be 24 hex digits", errdef.ErrUnexpectedResponse))
	}
	read := func() (r *Release, err error) {
		err = paging.Allowed(ctx, m.settings, func() error {
			r, err = s.byID(ctx, v.ID, v.ProductName, skipManifests)
			return err
		})
		return r, err
	}
	r, err := read()
	if err == nil {
		return r, nil
	}
	refusal, refused := asRefusal(err)
	if refused {
		if r, err = read(); err == nil {
			return r, nil
		}
		refusal, refused = asRefusal(err)
	}
	switch {
	case refused:
		return nil, s.whyRefused(ctx, m, refusal)
	case errors.Is(err, errdef.ErrForbidden) && !m.isV4() && v.TaskID != 0:
		return s.fromTask(ctx, m, err, skipManifests)
	case isOfOneRelease(err):
		return nil, releaseError(v.ID, err)
	}
	return nil, err
}

// whyRefused returns nil if a release that the server refused is no longer listed.
func (s *Service) whyRefused(ctx context.Context, m summary, refusal *errdef.Ambiguous) error {
	listed, err := s.isListed(ctx, m)
	switch {
	case err != nil:
		return refusal.ResolveByCheck(err)
	case listed:
		return releaseError(m.VersionInfo.ID, refusal.Resolve(errdef.ErrServer, "but the list has the release"))
	}
	return nil
}

// isListed reports whether the server still has the release. It reads the release from
// the OpenAPI of servers since v4.0, and otherwise a brief list, which is short for a
// workflow's release.
func (s *Service) isListed(ctx context.Context, m summary) (listed bool, err error) {
	v := m.VersionInfo
	if m.isV4() {
		if named, err := s.named(ctx, v.ProductName, v.Version); err == nil {
			return named != nil && named.VersionInfo.CreatedAt == v.CreatedAt, nil
		}
	}
	o := ListOptions{ProjectName: v.ProductName, Verbosity: VerbosityBrief}
	if v.Status == "" { // else a retry may have given it another task
		o.WorkflowName, o.TaskID = v.WorkflowName, v.TaskID
	}
	err = inProjectOrAll(o, func(o ListOptions) error {
		return s.summaries(ctx, o, allPerPage, func(other summary, err error) bool {
			listed = err != nil || other.VersionInfo.ID == v.ID
			return !listed && other.VersionInfo.CreatedAt >= v.CreatedAt
		}, always)
	})
	return listed, err
}

// fromTask reads a release from a detailed list of its task. From v1.18 to v2.2
// project members may list but not get by id. Chart releases have no task.
func (s *Service) fromTask(ctx context.Context, m summary, forbidden error, skipManifests bool) (r *Release, err error) {
	v := m.VersionInfo
	o := ListOptions{ProjectName: v.ProductName, WorkflowName: v.WorkflowName, TaskID: v.TaskID, SkipManifests: skipManifests}
	var failed error
	err = s.summaries(ctx, o, allPerPage, func(other summary, err error) bool {
		switch {
		case err != nil:
			failed = err
		case other.VersionInfo.ID == v.ID && other.partial: // the server cannot build it
			failed = releaseError(v.ID, forbidden)
		case other.VersionInfo.ID == v.ID:
			r = other.Release
		}
		return r == nil
	}, always)
	switch {
	case r != nil:
		return r, nil
	case errors.Is(err, errdef.ErrForbidden):
		return nil, forbidden
	case err != nil:
		return nil, err
	}
	return nil, failed
}

// inProjectOrAll calls list with o, and again without the project if the first call
// is forbidden, for example to a user who may view versions only system-wide.
func inProjectOrAll(o ListOptions, list func(ListOptions) error) error {
	err := list(o)
	if errors.Is(err, errdef.ErrForbidden) && o.ProjectName != "" {
		o.ProjectName = ""
		return list(o)
	}
	return err
}
