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
	Releases []*Release // newest first, never nil
	// Total is the number of releases on all pages, as counted by the server, which ignores
	// the filter ServiceName. Servers before v2.3.1 do not send it; Total is then -1.
	Total int
}

// List returns one page of releases, newest first. A page has 20 releases if PerPage is not
// set. To get all releases, use [Service.All].
//
// List sends one request. Since Zadig v4.2, the server's lists leave out services, so List
// also reads each release of the page by id, up to Concurrency at the same time. If a
// release is deleted in the meantime, List leaves it out.
//
// In addition to the common errors, List returns
//   - zadig.ErrBadRequest for invalid options, before it sends anything
//   - zadig.ErrUnsupported if the page is not empty and the server has ignored ServiceName
//     (since Zadig v4.0) or Label (before Zadig v4.0)
//   - a *[ReleaseError] for a release that cannot be decoded or, since Zadig v4.2, cannot
//     be read by id
//   - zadig.ErrServer up to Zadig v3.4, if the server cannot assemble one of the releases
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
