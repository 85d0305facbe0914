package delivery

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/zadig-go/zadig/internal/errdef"
)

// Find returns the newest release with this version (VersionInfo.Version,
// compared exactly) among those that o selects, complete unless Verbosity is
// VerbosityBrief or VerbosityListed. Page must be 0 or 1. Versions are unique
// within a project since v4.0 only: give ProjectName.
//
// Cost: Find reads brief pages of PerPage (100), newest first.
//
//   - If the release is on the first page, that is the only one.
//   - Since v4.0, with ProjectName, the OpenAPI says whether there is such a
//     version. A version that does not exist costs two requests in all, and one
//     that does is searched for by its time: of 10,000 releases at most eight
//     pages more. If the OpenAPI cannot be read (a gateway does not pass it on,
//     or the user lacks the right), Find reads the list.
//   - Before v4.0, or without ProjectName, it reads the list page by page, as
//     All does, up to the release. A version that does not exist costs all pages.
//
// The release is then read by id, which is one more request, unless the list had
// all its details (up to v1.7.1, and v4.0 and v4.1). From v1.18 to v2.2 project
// members may list but not get by id, so there it is read from a detailed list of
// its workflow task.
//
// Errors besides the common ones: zadig.ErrBadRequest for an empty version and
// for options that All refuses, before anything is sent; zadig.ErrNotFound. Find
// skips releases that cannot be read. If it then does not find the version, it
// returns the error of the last one skipped, because that may be the release.
func (s *Service) Find(ctx context.Context, o ListOptions, version string) (*Release, error) {
	if err := o.checkFirst(methodFind); err != nil {
		return nil, err
	}
	if version == "" {
		return nil, errdef.BadArgument(methodFind, "version", "must not be empty")
	}
	f := finder{Service: s, options: o, version: version, list: o}
	f.list.Verbosity = VerbosityBrief
	f.list.ServiceName = "" // only the complete release shows it
	if o.ProjectName != "" {
		r, err := f.walk(ctx, o.perPage(allPerPage))
		if !errors.Is(err, errMore) {
			return r, err
		}
		if r, err = f.byName(ctx); !errors.Is(err, errMore) {
			return r, err
		}
	}
	return f.walk(ctx, 0)
}

const methodFind = "delivery.Find"

// errMore says that a search has not seen everything. No caller sees it.
var errMore = errors.New("there is more to search")

// finder searches for a version.
type finder struct {
	*Service
	options ListOptions // what the release must be, and how much of it is read
	list    ListOptions // the brief list that is searched
	version string
}

// walk reads the list up to the release. If most is not 0, it returns errMore
// after that many releases of a server that can find versions by name.
func (f *finder) walk(ctx context.Context, most int) (found *Release, err error) {
	var unread, failed error
	seen, more := 0, false
	err = f.summaries(ctx, f.list, f.options.perPage(allPerPage), func(m summary, err error) bool {
		if seen++; err != nil {
			unread = err
			return true
		}
		if m.VersionInfo.Version == f.version {
			r := result{summary: m}.complete(ctx, f.Service, f.options, nil)
			if found, failed = r.release, r.err; found != nil || failed != nil {
				return false
			}
		}
		more = m.isV4() && most > 0 && seen >= most
		return !more
	}, nil)
	switch {
	case found != nil || failed != nil:
		return found, failed
	case more:
		return nil, errMore
	case err != nil:
		unread = err
	}
	if unread != nil {
		return nil, fmt.Errorf("%s: version %q is not among what could be read: %w", methodFind, f.version, unread)
	}
	return nil, f.notFound()
}

func (f *finder) notFound() error {
	return fmt.Errorf("%s: version %q: %w", methodFind, f.version, errdef.ErrNotFound)
}

// byName reads the release from the OpenAPI, which has neither its id nor its
// task, and finds these by its time. It returns errMore for everything that is
// not clear: the walk then reports what is wrong.
func (f *finder) byName(ctx context.Context) (*Release, error) {
	o := f.options
	named, err := f.detail(ctx, o.ProjectName, f.version)
	switch {
	case err != nil:
		return nil, errMore
	case named == nil,
		!o.hasLabel(named), !o.hasService(named):
		return nil, f.notFound()
	}
	listed, ok := f.locate(ctx, named.VersionInfo.CreatedAt)
	if !ok {
		return nil, errMore
	}
	r := result{summary: listed}.complete(ctx, f.Service, o, nil)
	if r.release == nil && r.err == nil { // deleted meanwhile
		return nil, errMore
	}
	return r.release, r.err
}

// locate searches the list for the release, which was created then, behind the
// first page: newest first, and since v4.0 no two of one second. It reports
// whether the release is where it should be.
func (f *finder) locate(ctx context.Context, created int64) (summary, bool) {
	perPage := f.list.perPage(allPerPage)
	low, high := 2, math.MaxInt
	for page := 2; low <= high; page = low + (high-low)/2 {
		got, total, err := f.readPage(ctx, f.list, page, perPage, nil)
		if err != nil || total < 0 {
			return summary{}, false
		}
		high = min(high, (total+perPage-1)/perPage)
		for _, r := range got {
			if r.VersionInfo.Version == f.version && r.VersionInfo.CreatedAt == created {
				return r, true
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
