package delivery

import (
	"cmp"
	"context"
	"slices"

	"github.com/zadig-go/zadig/internal/ordered"
	"github.com/zadig-go/zadig/internal/paging"
	"github.com/zadig-go/zadig/internal/response"
)

// summaries reads the list in pages of this size. It calls each with every release that
// o selects, as far as a summary can tell, or with the *ReleaseError of the release. It
// calls arrived when a page has ended, has broken off, or could not be opened. If
// either function returns false, summaries stops and returns nil.
func (s *Service) summaries(ctx context.Context, o ListOptions, size int, each func(summary, error) bool, arrived func() bool) error {
	o.ServiceName = "" // servers apply it after paging, or not at all
	opened := o        // the options of the last request, set by Open for the elements that follow
	var settings *response.Settings
	pages := paging.Pages[wireRelease]{
		Size: size,
		Open: func(page, size int) (*response.Stream[wireRelease], error) {
			opened = o
			stream, err := s.openPage(ctx, opened, page, size, response.Streamed)
			if err != nil && isBroken(err) && o.Verbosity != VerbosityBrief {
				opened.Verbosity = VerbosityBrief
				if brief, briefErr := s.openPage(ctx, opened, page, size, response.Streamed); briefErr == nil {
					stream, err = brief, nil
				}
			}
			if err == nil && settings == nil {
				settings = new(stream.Settings)
			}
			return stream, err
		},
		Key: (*wireRelease).key,
	}
	return pages.Walk(ctx, func(w *wireRelease, err error) bool {
		if err != nil {
			return each(newSummary(w, opened, settings), asReleaseError(w, err))
		}
		m := newSummary(w, opened, settings)
		return !o.selects(m.Release) || each(m, nil)
	}, arrived)
}

// result is a release of the list, or its error. Neither is set if the caller's filters
// exclude the release, or it was deleted meanwhile.
type result struct {
	summary summary
	release *Release
	err     error
}

// query defines which list is read and which releases are yielded.
type query struct {
	list, want ListOptions // options for requesting the list, and those of the caller
	size       int         // releases on a page
	keep       func(summary) bool
}

// releases reads the list and yields each release that q selects with its details, or
// its *ReleaseError.
//
// Details are requested when a page has ended. Until then the page keeps its
// connection, and a transport with only one connection would wait forever. If lists
// leave details out (since v4.2), the last few releases of a page, too few for all
// workers, wait: their details are requested with those of the next page. After the
// details of a page, more, which may be nil, reports whether to read the next page.
func (s *Service) releases(ctx context.Context, q query, yield func(*Release, error) bool, more func() bool) error {
	var ended error
	var waiting []result
	// pass yields a result. If it returns false, the walk ends, with ended as its error.
	pass := func(f result) bool {
		if ended = response.Ended(ctx); ended == nil && f.err != nil && !isReleaseError(f.err) {
			ended = f.err
		}
		if ended == nil && (f.release == nil && f.err == nil || yield(f.release, f.err)) {
			return true
		}
		waiting = nil // complete nothing further
		return false
	}
	workers := cmp.Or(q.want.Concurrency, defaultConcurrency)
	completeFirst := func(n int) bool {
		first := waiting[:n]
		waiting = waiting[n:]
		for f := range s.completeAll(ctx, first, q.want) {
			if !pass(f) {
				return false
			}
		}
		return true
	}
	err := s.summaries(ctx, q.list, q.size, func(m summary, err error) bool {
		f := result{summary: m, err: err}
		switch {
		case err == nil && q.keep != nil && !q.keep(m):
			return true
		case len(waiting) > 0, m.lacks(q.want):
			waiting = append(waiting, f)
			return true
		}
		return pass(s.complete(ctx, f, q.want))
	}, func() bool {
		n := len(waiting)
		if n > workers && waiting[n-1].summary.isV4() { // otherwise the next page may itself have large details
			n -= n % workers
		}
		return completeFirst(n) && (more == nil || more())
	})
	if len(waiting) > 0 && !completeFirst(len(waiting)) || ended != nil {
		return ended
	}
	return err
}

// completeAll completes releases, up to Concurrency at the same time, in order.
func (s *Service) completeAll(ctx context.Context, results []result, o ListOptions) func(func(result) bool) {
	return ordered.Map(ctx, cmp.Or(o.Concurrency, defaultConcurrency), slices.Values(results), func(ctx context.Context, f result) result {
		return s.complete(ctx, f, o)
	})
}

// complete reads the details that o requires and the list lacks. It then applies the
// ServiceName filter, which needs these details.
func (s *Service) complete(ctx context.Context, f result, o ListOptions) result {
	switch {
	case f.err != nil:
		return f
	case f.summary.lacks(o):
		f.release, f.err = s.details(ctx, f.summary, o.SkipManifests)
	default:
		f.release = f.summary.Release
		f.release.isSummary = f.summary.partial || o.Verbosity == VerbosityBrief
	}
	if f.release != nil && !o.selectsService(f.release) {
		f.release = nil
	}
	return f
}

// lacks reports whether the list lacks details that o requires.
func (m summary) lacks(o ListOptions) bool { return m.partial && !o.skipsDetails() }

// always continues a walk at the end of a page.
func always() bool { return true }
