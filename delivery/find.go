package delivery

import (
	"context"
	"errors"
	"fmt"

	"github.com/zadig-go/zadig/internal/errdef"
	"github.com/zadig-go/zadig/internal/response"
)

// Latest returns the newest release that o selects, complete unless Verbosity
// is VerbosityBrief or VerbosityListed. Page must be 0 or 1.
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
	o.Concurrency = 1 // no request for a release behind the first that matches
	if o.ServiceName == "" {
		r, err := s.newest(ctx, o)
		if odd, ok := errors.AsType[*response.ElementError](err); ok {
			return nil, odd.Err
		}
		switch {
		case err != nil:
			return nil, errdef.Unsupported(err, noList)
		case r == nil:
			return nil, noRelease(method)
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
	brief.ServiceName = "" // only the complete release tells
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

// newest reads a list of one: the newest release, or nil if there is none.
func (s *Service) newest(ctx context.Context, o ListOptions) (*Release, error) {
	page, err := s.readPage(ctx, o, 1, 1, nil)
	switch {
	case err != nil:
		return nil, err
	case len(page.Releases) == 0:
		return nil, nil
	}
	return page.Releases[0], nil
}
