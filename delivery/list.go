package delivery

import (
	"context"
	"slices"

	"github.com/zadig-go/zadig/internal/ordered"
)

// Page is one page of releases.
type Page struct {
	Releases []*Release // newest first, not nil
	// Total is how many releases match on all pages, or -1 if the server does
	// not send it. Servers do since v2.3.1. Total does not count releases that
	// ServiceName leaves out.
	Total int
}

// List returns one page of releases, 20 if PerPage is not set, newest first.
// [Service.All] returns everything.
//
// It sends one request. Since v4.2, whose lists leave services out, it also
// reads each release of the page by id, up to Concurrency at once, unless
// Verbosity is VerbosityBrief or VerbosityListed. A release that is deleted
// meanwhile is not in the page.
//
// Errors besides the common ones: zadig.ErrBadRequest for a negative number,
// an unknown Verbosity or ServiceName together with VerbosityBrief, before
// anything is sent; zadig.ErrUnexpectedResponse for a release that cannot be
// decoded, and for a filter that the server ignores.
func (s *Service) List(ctx context.Context, o ListOptions) (*Page, error) {
	if err := o.check("delivery.List"); err != nil {
		return nil, err
	}
	summaries, total, err := s.readPage(ctx, o, max(o.Page, 1), o.perPage(listPerPage), o.checkFiltered)
	if err != nil {
		return nil, err
	}
	page := &Page{Releases: make([]*Release, 0, len(summaries)), Total: total}
	filtered := o
	filtered.ServiceName = "" // the server applied it
	for r := range ordered.Map(ctx, o.concurrency(), slices.Values(summaries), func(ctx context.Context, m summary) result {
		return result{summary: m}.complete(ctx, s, filtered, nil)
	}) {
		if r.err != nil {
			return nil, r.err
		}
		if r.release != nil { // else it was deleted meanwhile
			page.Releases = append(page.Releases, r.release)
		}
	}
	return page, nil
}
