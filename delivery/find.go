package delivery

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/zadig-go/zadig/internal/errdef"
	"github.com/zadig-go/zadig/internal/response"
)

// Latest returns the newest release that o selects, whole unless Verbosity is
// VerbosityBrief. Page must be 0 or 1.
//
// Cost: one request for one release; since v4.2, whose lists leave services
// out, two. With ServiceName it walks as All does, in pages of PerPage (20),
// to the first release that has the service. So it does with Label on servers
// before v4.0, which cannot filter by it.
//
// Errors besides the common ones: zadig.ErrNotFound when no release matches;
// zadig.ErrBadRequest for options that List or All refuse, before anything is
// sent; the error of a release that cannot be read and is newer than the first
// that matches, because it might match as well.
func (s *Service) Latest(ctx context.Context, o ListOptions) (*Release, error) {
	const method = "delivery.Latest"
	if err := o.checkFirst(method); err != nil {
		return nil, err
	}
	o.PerPage = o.perPage(listPerPage)
	if o.ServiceName == "" {
		r, err := s.newest(ctx, o)
		switch {
		case err == io.EOF: //nolint:errorlint // the array's end, as io.Reader says it
			return nil, noRelease(method)
		case err != nil:
			return nil, err
		case o.Label == "" || r.isFlat():
			r, err = s.complete(ctx, method, r, o, o.Verbosity)
			if !errors.Is(err, errdef.ErrNotFound) {
				return r, err
			} // deleted meanwhile: the next one is the newest now
		}
	}
	for r, err := range s.All(ctx, o) {
		if err != nil {
			return nil, err
		}
		if r, err = s.complete(ctx, method, r, o, o.Verbosity); !errors.Is(err, errdef.ErrNotFound) {
			return r, err
		}
	}
	return nil, noRelease(method)
}

// Find returns the newest release with this version (VersionInfo.Version, which
// is compared exactly) among those that o selects, whole unless Verbosity is
// VerbosityBrief. Page must be 0 or 1. Servers cannot search by version, and
// need not keep versions unique across projects: give ProjectName.
//
// Cost: it walks as All does, newest first, in brief pages of PerPage (100)
// and up to the release; a version that is not there costs the whole walk. What
// matches is then read by id, one request more, except where the list had
// everything (up to v1.7.1, and v4.0 and v4.1). Where a list may be read and a
// single release may not (v1.18 to v2.2, with rights in the project only), it
// is read from a detailed list of its workflow task.
//
// Errors besides the common ones: zadig.ErrBadRequest for an empty version and
// for options that All refuses, before anything is sent; zadig.ErrNotFound.
// Releases that cannot be read are passed over, but a version that is not found
// may be one of theirs: the error is then that of the last one of them.
func (s *Service) Find(ctx context.Context, o ListOptions, version string) (*Release, error) {
	const method = "delivery.Find"
	if err := o.checkFirst(method); err != nil {
		return nil, err
	}
	if version == "" {
		return nil, errdef.BadArgument(method, "version", "it is empty")
	}
	brief := o
	brief.Verbosity = VerbosityBrief
	brief.ServiceName = "" // only the whole release tells
	var unread error
	for r, err := range s.All(ctx, brief) {
		if err != nil {
			unread = err // the walk's end, or one release of it
			continue
		}
		if r.VersionInfo.Version != version {
			continue
		}
		r, err = s.complete(ctx, method, r, o, VerbosityBrief)
		switch {
		case errors.Is(err, errdef.ErrNotFound): // deleted meanwhile
		case err != nil:
			return nil, err
		case o.ServiceName == "" || r.delivers(o.ServiceName):
			return r, nil
		}
	}
	if unread != nil {
		return nil, fmt.Errorf("%s: version %q is not among what could be read: %w", method, version, unread)
	}
	return nil, fmt.Errorf("%s: version %q: %w", method, version, errdef.ErrNotFound)
}

// checkFirst refuses what a server would misunderstand, and a page.
func (o ListOptions) checkFirst(method string) error {
	if o.Page > 1 {
		return errdef.BadArgument(method, "Page", "%d: the search begins at the first page", o.Page)
	}
	return o.check(method)
}

func noRelease(method string) error {
	return fmt.Errorf("%s: no release matches: %w", method, errdef.ErrNotFound)
}

// newest reads the first release of a list of one, or io.EOF.
func (s *Service) newest(ctx context.Context, o ListOptions) (*Release, error) {
	whole, err := s.fetch(ctx, releasesPath, o.params(1, 1))
	if err != nil {
		return nil, errdef.Unsupported(err, noList)
	}
	defer whole.Close()
	array := whole.Array("an array of releases")
	defer array.Close()
	r, _, err := read(array, o.SkipManifests)
	if odd, ok := errors.AsType[*response.ElementError](err); ok {
		return nil, odd.Err
	}
	return r, err
}

// complete reads what a list left out of a release, if o wants it.
func (s *Service) complete(ctx context.Context, method string, r *Release, o ListOptions, listed Verbosity) (*Release, error) {
	switch {
	case o.Verbosity == VerbosityBrief:
		return r, nil
	case r.isFlat() && len(r.Services) > 0:
		return r, nil
	case !r.isFlat() && (listed != VerbosityBrief || r.DeployInfo != nil): // up to v1.7.1 it is there in spite of brief
		return r, nil
	}
	return s.whole(ctx, method, r, o.SkipManifests)
}

// whole reads a listed release with all its details: by its id or, from v1.18
// to v2.2, where who has rights in one project may list but not do that, from
// a detailed list of its task. A release that no task made, as one of charts,
// cannot be selected so.
func (s *Service) whole(ctx context.Context, method string, r *Release, skipManifests bool) (*Release, error) {
	v := r.VersionInfo
	whole, err := s.get(ctx, method, v.ID, GetOptions{ProjectName: v.ProductName}, skipManifests)
	if !errors.Is(err, errdef.ErrForbidden) || r.isFlat() || v.TaskID == 0 {
		return whole, err
	}
	page, listErr := s.List(ctx, ListOptions{
		ProjectName:   v.ProductName,
		WorkflowName:  v.WorkflowName,
		TaskID:        v.TaskID,
		PerPage:       allPerPage,
		SkipManifests: skipManifests,
	})
	switch {
	case errors.Is(listErr, errdef.ErrForbidden):
		return nil, err
	case listErr != nil:
		return nil, listErr
	}
	for _, same := range page.Releases {
		if same.VersionInfo.ID == v.ID {
			return same, nil
		}
	}
	return nil, err
}
