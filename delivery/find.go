package delivery

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/zadig-go/zadig/internal/errdef"
)

const methodFind = "delivery.Find"

// Find returns the release with this version among the releases that o selects, or the
// newest if there are several. It compares version exactly with VersionInfo.Version. Set
// ProjectName, because two projects can have the same version; before Zadig v4.0, even two
// releases of one project can. Page must be 0 or 1.
//
// Find reads the list in pages of PerPage releases (default 100), newest first and with
// [VerbosityBrief], until it finds the version. It then reads that release by id. Since
// Zadig v4.0, if ProjectName is set, it reads only the first page of the list in this way,
// and finds an older release by binary search.
//
// In addition to the errors of [Service.All], Find returns zadig.ErrBadRequest for an empty
// version, and zadig.ErrNotFound if no release has this version. Find skips a release that
// the list has but that cannot be decoded. If it then finds no match, it returns the error
// of a skipped release instead of zadig.ErrNotFound.
func (s *Service) Find(ctx context.Context, version string, o ListOptions) (*Release, error) {
	if err := o.check(methodFind); err != nil {
		return nil, err
	}
	if version == "" {
		return nil, errdef.BadArgument(methodFind, "version", "must not be empty")
	}
	r, more, err := s.findListed(ctx, version, o, true)
	if !more {
		return r, err
	}
	if r, certain, err := s.findNamed(ctx, version, o); certain {
		return r, err
	}
	r, _, err = s.findListed(ctx, version, o, false)
	return r, err
}

// findListed reads the list up to the release. If pageOne is set, the server can find a
// version by its name, and the first page does not have it, findListed stops after that
// page, and more is true.
func (s *Service) findListed(ctx context.Context, version string, o ListOptions, pageOne bool) (found *Release, more bool, err error) {
	q := query{list: o, want: o, size: cmp.Or(o.PerPage, allPerPage)}
	q.list.Verbosity = VerbosityBrief
	q.want.Concurrency = 1 // requests no release after the first match
	byName, wanted := false, map[string]bool{}
	q.keep = func(m summary) bool {
		byName = pageOne && o.ProjectName != "" && m.isV4()
		if m.VersionInfo.Version != version {
			return false
		}
		wanted[m.VersionInfo.ID] = true
		return true
	}
	var failed, unread error // the error of the release, and that of a release that cannot be listed
	err = s.releases(ctx, q, func(r *Release, err error) bool {
		found = r
		if one, ok := errors.AsType[*ReleaseError](err); ok && wanted[one.ID] {
			failed = err
		} else if err != nil {
			unread = err
		}
		return found == nil && failed == nil
	}, func() bool {
		more = byName
		return !more
	})
	if err = cmp.Or(failed, err); found != nil || err != nil || more {
		return found, found == nil && err == nil, err
	}
	if unread != nil {
		return nil, false, fmt.Errorf("%s: version %q not found; some releases were unreadable: %w", methodFind, version, unread)
	}
	return nil, false, versionNotFound(version)
}

// findNamed reads the release from the OpenAPI, which sends neither its id nor its
// task, and then finds it in the list by its creation time. It reports whether the
// result is certain.
func (s *Service) findNamed(ctx context.Context, version string, o ListOptions) (r *Release, certain bool, err error) {
	named, err := s.named(ctx, o.ProjectName, version)
	switch {
	case err != nil:
		return nil, false, nil //nolint:nilerr // Find reads the list instead, and reports what fails there
	case named == nil, !o.selects(named), !o.selectsService(named):
		return nil, true, versionNotFound(version)
	}
	m, ok := s.locate(ctx, version, named.VersionInfo.CreatedAt, o)
	if !ok {
		return nil, false, nil
	}
	f := s.complete(ctx, result{summary: m}, o)
	return f.release, f.release != nil || f.err != nil, f.err
}

// locate searches the pages after the first for the release that was created in
// this second, and reports whether it found the release. Since v4.0 no two releases
// share a second.
func (s *Service) locate(ctx context.Context, version string, created int64, o ListOptions) (summary, bool) {
	size := cmp.Or(o.PerPage, allPerPage)
	low, high := 2, math.MaxInt
	for page := 2; low <= high; page = low + (high-low)/2 {
		got, total, err := s.readPage(ctx, o, page, size)
		if err != nil || total < 0 {
			return summary{}, false
		}
		high = min(high, (total+size-1)/size)
		for _, m := range got {
			if m.VersionInfo.Version == version && m.VersionInfo.CreatedAt == created {
				return m, true
			}
		}
		switch n := len(got); {
		case n == 0 || created > got[0].VersionInfo.CreatedAt:
			high = page - 1
		case created < got[n-1].VersionInfo.CreatedAt:
			low = page + 1
		default:
			return summary{}, false
		}
	}
	return summary{}, false
}

func versionNotFound(version string) error {
	return fmt.Errorf("%s: version %q: %w", methodFind, version, errdef.ErrNotFound)
}
