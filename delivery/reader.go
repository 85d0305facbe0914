package delivery

import (
	"context"
	"errors"
	"slices"

	"github.com/zadig-go/zadig/internal/errdef"
	"github.com/zadig-go/zadig/internal/ordered"
	"github.com/zadig-go/zadig/internal/paging"
	"github.com/zadig-go/zadig/internal/response"
)

const (
	listPerPage = 20  // what servers send without per_page, up to v3.4
	allPerPage  = 100 // few requests, and not too much to send again
	// defaultConcurrency is modest: Zadig opens a connection of its own for each
	// permission check.
	defaultConcurrency = 8
)

// summaries walks over the list, in pages of this size, and calls each for each
// release that o selects as far as the list shows it, or with a *ReleaseError in its
// place. At the end of each page it calls arrived, which may be nil. If one of them
// returns false, it returns nil.
func (s *Service) summaries(ctx context.Context, o ListOptions, size int, each func(summary, error) bool, arrived func(*response.Settings) bool) error {
	list := o
	list.ServiceName = "" // servers apply it after paging, or not at all
	opened := list        // what the page being read was requested with
	var settings *response.Settings
	pages := paging.Pages[wireRelease]{
		Size: size,
		Open: func(page, size int) (*response.Stream[wireRelease], error) {
			opened = list
			stream, err := s.openPage(ctx, list, page, size)
			if isBroken(err) && list.Verbosity != VerbosityBrief {
				opened.Verbosity = VerbosityBrief
				if brief, briefErr := s.openPage(ctx, opened, page, size); briefErr == nil {
					stream, err = brief, nil
				}
			}
			if err == nil && settings == nil {
				settings = new(stream.Settings())
			}
			return stream, err
		},
		Key: func(w *wireRelease) (string, int64) { return w.id(), w.createdAt() },
	}
	return pages.Walk(ctx, func(w *wireRelease, err error) bool {
		if element, ok := errors.AsType[*response.ElementError](err); ok {
			return each(summary{}, releaseError(w.id(), element.Err))
		}
		m := summaryOf(w, opened)
		return !o.hasLabel(m.Release) || each(m, nil)
	}, func() bool { return arrived == nil || arrived(settings) })
}

// releases walks over the list and yields each release that o selects, complete, or
// a *ReleaseError in its place. Releases that need a request of their own wait for
// the end of their page: on a transport with few connections the request could wait
// for the connection of the page. Of summaries that keep does not keep, which may be
// nil, nothing is read.
func (s *Service) releases(ctx context.Context, o ListOptions, size int, keep func(summary) bool, yield func(*Release, error) bool) error {
	var ended error
	var waiting []result
	pass := func(r result) bool {
		if r.err != nil && !isReleaseError(r.err) {
			ended = r.err
			return false
		}
		return r.release == nil && r.err == nil || yield(r.release, r.err)
	}
	err := s.summaries(ctx, o, size, func(m summary, err error) bool {
		if err == nil && keep != nil && !keep(m) {
			return true
		}
		r := result{summary: m, err: err}
		if len(waiting) > 0 || err == nil && m.lacks(o) {
			waiting = append(waiting, r)
			return true
		}
		return pass(r.complete(ctx, s, o, nil))
	}, func(settings *response.Settings) bool {
		page := waiting
		waiting = nil
		for r := range ordered.Map(ctx, o.concurrency(), slices.Values(page), func(ctx context.Context, r result) result {
			return r.complete(ctx, s, o, settings)
		}) {
			if !pass(r) {
				return false
			}
		}
		return true
	})
	if ended != nil {
		return ended
	}
	return err
}

// result is a summary and what reading its details brought: nothing, if o does not
// select the release or it was deleted meanwhile.
type result struct {
	summary summary
	release *Release
	err     error
}

// complete reads what the list left out, and applies the filter that only the
// complete release shows.
func (r result) complete(ctx context.Context, s *Service, o ListOptions, settings *response.Settings) result {
	if r = r.read(ctx, s, o, settings); r.release != nil && !o.hasService(r.release) {
		r.release = nil
	}
	return r
}

// read reads what the list left out.
func (r result) read(ctx context.Context, s *Service, o ListOptions, settings *response.Settings) result {
	if r.release = r.summary.Release; r.err == nil && r.summary.lacks(o) {
		r.err = paging.Allowed(ctx, settings, func() (err error) {
			r.release, err = s.details(ctx, r.summary, o.SkipManifests)
			return err
		})
	}
	if r.release != nil && o.Verbosity == VerbosityBrief {
		r.release.summary = true
	}
	return r
}

// newest returns the newest release that o selects, or nil.
func (s *Service) newest(ctx context.Context, o ListOptions) (newest *Release, err error) {
	size := 1
	if o.ServiceName != "" || o.Label != "" {
		size = o.perPage(listPerPage)
	}
	o.Concurrency = 1 // no request for a release behind the first that matches
	var failed error
	err = s.releases(ctx, o, size, nil, func(r *Release, err error) bool {
		newest, failed = r, err
		return false
	})
	if failed != nil {
		err = failed
	}
	return newest, err
}

// lacks reports whether the list left out something that o selects.
func (m summary) lacks(o ListOptions) bool {
	if m.isV4() { // since v4.2 lists have no services
		return m.Release.summary && (o.isDetailed() || o.ServiceName != "")
	}
	return m.brief && o.Verbosity != VerbosityBrief
}

func (o ListOptions) concurrency() int {
	if o.Concurrency == 0 {
		return defaultConcurrency
	}
	return o.Concurrency
}

func isReleaseError(err error) bool {
	_, ok := errors.AsType[*ReleaseError](err)
	return ok
}

// isBroken reports whether one release that the server cannot build may have
// caused the failure.
func isBroken(err error) bool {
	_, ok := errdef.AsAmbiguous(err, errdef.BrokenRecord)
	return ok
}
