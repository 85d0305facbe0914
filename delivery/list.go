package delivery

import (
	"cmp"
	"context"
	"fmt"

	"github.com/zadig-go/zadig/internal/errdef"
)

const methodList = "delivery.List"

// Page is one page of releases.
type Page struct {
	Releases []*Release // newest first, not nil
	// Total is the number of releases that match, on all pages, or -1 if the
	// server does not send it. Servers send it since v2.3.1. Total does not count
	// releases that ServiceName leaves out.
	Total int
}

// List returns one page of releases, 20 if PerPage is not set, newest first.
// [Service.All] returns everything.
//
// It sends one request. Since v4.2 lists leave services out, so it then also reads
// each release of the page by id, up to Concurrency at the same time. A release that
// is deleted meanwhile is not on the page.
//
// In addition to the common errors, List returns zadig.ErrBadRequest for invalid
// options, before anything is sent; zadig.ErrUnsupported if the server ignores
// ServiceName (since v4.0) or Label (before v4.0) and the page has a release; and a
// *[ReleaseError] for a release that cannot be decoded or, since v4.2, read by id.
// Up to v3.4 a release that the server cannot build fails the page with
// zadig.ErrServer.
func (s *Service) List(ctx context.Context, o ListOptions) (*Page, error) {
	if err := o.check(methodList); err != nil {
		return nil, err
	}
	summaries, total, err := s.readPage(ctx, o, max(o.Page, 1), cmp.Or(o.PerPage, listPerPage))
	if err != nil {
		return nil, err
	}
	results := make([]result, len(summaries))
	for i, m := range summaries {
		if err := o.checkFiltered(m); err != nil {
			return nil, err
		}
		results[i].summary = m
	}
	want := o
	want.ServiceName = "" // the server applied it
	page := &Page{Releases: make([]*Release, 0, len(results)), Total: total}
	for f := range s.completeAll(ctx, results, want) {
		if f.err != nil {
			return nil, f.err
		}
		if f.release != nil { // else it was deleted meanwhile
			page.Releases = append(page.Releases, f.release)
		}
	}
	return page, nil
}

// checkFiltered returns an error for a release from a server that ignores a filter.
func (o ListOptions) checkFiltered(m summary) error {
	switch {
	case o.ServiceName != "" && m.isV4():
		return fmt.Errorf("delivery.List: ServiceName: %w; servers since v4.0 ignore it, All applies it", errdef.ErrUnsupported)
	case o.Label != "" && !m.isV4():
		return fmt.Errorf("delivery.List: Label: %w; servers before v4.0 ignore it, All applies it", errdef.ErrUnsupported)
	}
	return nil
}
