package delivery

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/zadig-go/zadig/internal/errdef"
	"github.com/zadig-go/zadig/internal/paging"
	"github.com/zadig-go/zadig/internal/response"
)

// All returns every release that o selects, newest first, each once and with
// all its details, whatever the server's version. It can be ranged over more
// than once; each range sends new requests.
//
//	for release, err := range client.Delivery.All(ctx, delivery.ListOptions{}) {
//		if err != nil {
//			return err
//		}
//		…
//	}
//
// Releases are yielded while their page is still arriving. A page that breaks
// off is requested again and continues after the last release yielded.
//
// An error for one release is yielded in its place, and a loop that continues
// gets the others: zadig.ErrUnexpectedResponse for a release that cannot be
// decoded, zadig.ErrServer for one that the server cannot build. After any other
// error the loop ends. If a request is forbidden and earlier ones were not, it is
// sent once more, because a Zadig under load forbids everything.
//
// Pages shift when releases are created or deleted during the loop, so each page
// overlaps the one before. A release that existed throughout is not missed; a
// new one may or may not be yielded. If All cannot be sure that it has seen
// everything, it yields zadig.ErrUnexpectedResponse after the last release. That
// happens when
//
//   - the list ended before X-Total releases,
//   - the server's pages are too small to overlap, and releases were deleted, or
//   - the server orders releases of the same second differently on each page.
//
// Requests: one for each page of PerPage (100) releases, and up to a quarter
// more because pages overlap (up to twice as many with a small PerPage). One
// more if the last page is full, or if it is the only one and the server does
// not send X-Total (before v2.3.1). A deletion during the loop costs one or more.
//
// The lists of v4.2 and later leave out the services, and with them the images.
// All then also reads each release by id, unless Verbosity is VerbosityBrief or
// VerbosityListed. It does so when the page has arrived, up to Concurrency at
// once, and yields the releases in the list's order. Memory is bounded by the
// list's page and 2 × Concurrency releases; without these requests, by one
// release. When the loop ends, requests under way are canceled and waited for. A
// loop that ends early may have requested up to 2 × Concurrency releases after
// the last one yielded. A panic of the Doer is raised in the goroutine that
// ranges.
//
// A page that the server cannot build because one release in it is broken (up
// to v3.4) costs a brief list and a request for each of its releases.
//
// Errors besides the common ones: zadig.ErrBadRequest for options that List
// refuses and for Page greater than 1, before anything is sent.
func (s *Service) All(ctx context.Context, o ListOptions) iter.Seq2[*Release, error] {
	return func(yield func(*Release, error) bool) {
		if err := o.checkAll(); err != nil {
			yield(nil, err)
			return
		}
		s.everything(ctx, o).All(ctx, yield)
	}
}

// everything is the list of what o selects, and a brief one for the pages of it
// that the server cannot build.
func (s *Service) everything(ctx context.Context, o ListOptions) *paging.Pages[wireRelease, *Release] {
	listed := o
	listed.ServiceName = "" // it would be applied after paging, or not at all
	brief := listed
	brief.Verbosity = VerbosityBrief
	pages := s.pages(ctx, o, listed)
	pages.Fallback = func(cause error) *paging.Pages[wireRelease, *Release] {
		if listed.Verbosity == VerbosityBrief || !isBrokenRecord(cause) {
			return nil
		}
		return s.pages(ctx, o, brief)
	}
	return pages
}

// pages is the list that listed selects on the server, and of it what o
// selects.
func (s *Service) pages(ctx context.Context, o, listed ListOptions) *paging.Pages[wireRelease, *Release] {
	return &paging.Pages[wireRelease, *Release]{
		PerPage: o.perPage(allPerPage),
		Open: func(page, perPage int) (*response.Stream[wireRelease], error) {
			stream, err := response.Elements[wireRelease](ctx, s.sender(), listed.endpoint(page, perPage), response.Streamed)
			return stream, errdef.Unsupported(err, noList)
		},
		ID: func(w *wireRelease) string { return w.id() },
		Finish: func(w *wireRelease) (*Release, bool, error) {
			r := w.listed()
			return r, o.wants(r, listed.Verbosity), nil
		},
		Concurrency: o.concurrency(),
		Incomplete:  func(r *Release) bool { return o.isIncomplete(r, listed.Verbosity) },
		Complete: func(ctx context.Context, r *Release) (*Release, bool, error) {
			return s.finish(ctx, r, o)
		},
	}
}

func (o ListOptions) checkAll() error {
	const method = "delivery.All"
	if o.Page > 1 {
		return errdef.BadArgument(method, "Page", "must be 0 or 1, because All begins at the first page (got %d); List returns one page", o.Page)
	}
	return o.check(method)
}

// wants reports whether the filters that the client applies keep r, as far as a
// release that was listed with this verbosity shows.
func (o ListOptions) wants(r *Release, listed Verbosity) bool {
	if o.Label != "" && !slices.Contains(r.VersionInfo.Labels, o.Label) {
		return false
	}
	return o.ServiceName == "" || o.isIncomplete(r, listed) || r.delivers(o.ServiceName)
}

// finish reads what a list left out of r.
func (s *Service) finish(ctx context.Context, r *Release, o ListOptions) (*Release, bool, error) {
	full, err := s.fetchFull(ctx, "delivery.All", r, o.SkipManifests)
	switch {
	case errors.Is(err, errdef.ErrNotFound): // deleted meanwhile
		return nil, false, nil
	case isBrokenRecord(err), errors.Is(err, errdef.ErrBadRequest),
		errors.Is(err, errdef.ErrUnexpectedResponse), errors.Is(err, errdef.ErrResponseTooLarge):
		return nil, false, &response.ElementError{Err: fmt.Errorf("%s: %w", r.called(), err)}
	case err != nil:
		return nil, false, err
	}
	return full, o.ServiceName == "" || full.delivers(o.ServiceName), nil
}

// isBrokenRecord reports whether one unreadable record may have caused the
// failure.
func isBrokenRecord(err error) bool {
	_, ok := errdef.AsAmbiguous(err, errdef.BrokenRecord)
	return ok
}

// delivers reports whether the release has a service with this name of its own.
func (r *Release) delivers(service string) bool {
	if r.isFlat() {
		return slices.ContainsFunc(r.Services, func(s *FlatService) bool { return s != nil && s.ServiceName == service })
	}
	return slices.ContainsFunc(r.DeployInfo, func(d *DeployInfo) bool {
		return d != nil && d.ownServiceName() == service
	})
}

// ownServiceName undoes what the server does to the name: it appends the
// container's, if one is stored.
func (d *DeployInfo) ownServiceName() string {
	if d.ContainerName == "" {
		return d.ServiceName
	}
	return strings.TrimSuffix(d.ServiceName, "/"+d.ContainerName)
}
