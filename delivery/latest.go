package delivery

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/zadig-go/zadig/internal/errdef"
	"github.com/zadig-go/zadig/internal/paging"
	"github.com/zadig-go/zadig/internal/response"
)

// Latest returns the newest release that o selects, complete unless Verbosity
// is VerbosityBrief or VerbosityListed. Page must be 0 or 1.
//
// Cost: one request; two since v4.2, whose lists leave services out. With
// ServiceName it reads pages of PerPage (20), as All does, up to the first
// release that has the service; likewise with Label on servers before v4.0, which
// cannot filter by it.
//
// Errors besides the common ones: zadig.ErrNotFound when no release matches;
// zadig.ErrBadRequest for options that All refuses, before anything is sent; the
// error of a release that cannot be read and is newer than the first that
// matches, because it might match as well.
func (s *Service) Latest(ctx context.Context, o ListOptions) (*Release, error) {
	const method = "delivery.Latest"
	if err := o.checkFirst(method); err != nil {
		return nil, err
	}
	o.PerPage = o.perPage(listPerPage)
	o.Concurrency = 1 // no request for a release behind the first that matches
	if o.ServiceName == "" {
		r, err := s.newest(ctx, o)
		if element, ok := errors.AsType[*response.ElementError](err); ok {
			return nil, element.Err
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

// LatestByProject returns the newest release of each project, newest first,
// complete unless Verbosity is VerbosityBrief or VerbosityListed. ProjectName
// and ServiceName must be empty, and Page 0 or 1; the other filters decide which
// releases count. ListOptions.ProjectName says which rights a list without it
// needs.
//
// Cost: the list of all releases, because servers cannot group them, in brief
// pages of PerPage (100); and a request by id for each project, up to
// Concurrency at once, unless the list has all details (up to v1.7.1, and v4.0
// and v4.1).
//
// Errors are those of All. A release that is listed but cannot be read yields its
// error in place of its project. One that cannot be listed yields an error too,
// and may or may not have been the newest of its project.
func (s *Service) LatestByProject(ctx context.Context, o ListOptions) iter.Seq2[*Release, error] {
	return func(yield func(*Release, error) bool) {
		if err := o.checkLatestByProject(); err != nil {
			yield(nil, err)
			return
		}
		listed := o.briefly()
		seen := make(map[string]bool)
		newest := func(pages *paging.Pages[wireRelease, *Release]) *paging.Pages[wireRelease, *Release] {
			finish := pages.Finish
			pages.Finish = func(w *wireRelease) (*Release, bool, error) {
				r, wanted, err := finish(w)
				if err != nil || !wanted || seen[r.VersionInfo.ProductName] {
					return nil, false, err
				}
				seen[r.VersionInfo.ProductName] = true
				return r, true, nil
			}
			return pages
		}
		pages := newest(s.pages(ctx, o, listed))
		pages.Complete = func(ctx context.Context, r *Release) (*Release, bool, error) {
			full, wanted, err := s.finish(ctx, r, o)
			if err == nil && !wanted { // deleted meanwhile
				return s.latestIn(ctx, r.VersionInfo.ProductName, o)
			}
			return full, wanted, err
		}
		pages.Fallback = func(cause error) *paging.Pages[wireRelease, *Release] {
			if listed.Verbosity == VerbosityBrief || !isBrokenRecord(cause) {
				return nil
			}
			brief := o
			brief.Verbosity = VerbosityBrief
			return newest(s.pages(ctx, o, brief))
		}
		pages.All(ctx, yield)
	}
}

func (o ListOptions) checkLatestByProject() error {
	const method = "delivery.LatestByProject"
	switch {
	case o.ProjectName != "":
		return errdef.BadArgument(method, "ProjectName", "must be empty (got %q); Latest returns the newest release of one project", o.ProjectName)
	case o.ServiceName != "":
		return errdef.BadArgument(method, "ServiceName", "must be empty, because lists do not name services (got %q); use Latest for each project", o.ServiceName)
	}
	return o.checkFirst(method)
}

// latestIn is the newest release of a project, if there is one.
func (s *Service) latestIn(ctx context.Context, project string, o ListOptions) (*Release, bool, error) {
	o.ProjectName = project
	r, err := s.Latest(ctx, o)
	if errors.Is(err, errdef.ErrNotFound) {
		return nil, false, nil
	}
	return r, err == nil, err
}

// checkFirst refuses what a server would misunderstand, and a page after the
// first.
func (o ListOptions) checkFirst(method string) error {
	if o.Page > 1 {
		return errdef.BadArgument(method, "Page", "must be 0 or 1, because the search begins at the first page (got %d)", o.Page)
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
