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

// All returns every release that o selects, newest first, each once, on any
// server. It can be ranged over more than once; each time asks anew.
//
//	for release, err := range client.Delivery.All(ctx, delivery.ListOptions{}) {
//		if err != nil {
//			return err
//		}
//		…
//	}
//
// Releases are yielded while their page is still arriving; memory is bounded
// by one release and 64 bytes for each id. A page that breaks off is asked
// for again and goes on behind the last release yielded.
//
// An error for one release (it cannot be decoded: zadig.ErrUnexpectedResponse;
// the server cannot build it: zadig.ErrServer) is yielded in its place, and a
// loop that continues gets the others. After any other error the loop ends.
//
// Pages move when releases are created or deleted meanwhile, so each page
// overlaps the one before: a release that was there throughout is not missed.
// New ones that appear at the top meanwhile may or may not be seen. Releases
// created in the same second have no order on the server: where it changes
// from page to page, one of them can be missed.
//
// Requests: one for each page of PerPage (100) releases, and up to a quarter
// more because pages overlap (up to twice as many with a small PerPage); a few
// large ones where more than a page's worth of releases appears meanwhile; one
// more where the last page was full and the server does not send X-Total
// (before v2.3.1), or sent just 20 of more. A deletion ahead costs one
// request or more. With ServiceName or VerbosityDetailed, servers since v4.2
// are asked for each release by id as well, because their lists leave services
// out, and with them the images. A page that the server answers with 500
// because one release in it is broken costs a brief list and a request for each
// release of that page (up to v3.4; v1.18 to v2.2 perhaps two, see GetOptions).
func (s *Service) All(ctx context.Context, o ListOptions) iter.Seq2[*Release, error] {
	return func(yield func(*Release, error) bool) {
		if err := o.checkAll(); err != nil {
			yield(nil, err)
			return
		}
		listed := o
		listed.ServiceName = "" // it would be applied after paging, or not at all
		pages := s.pages(ctx, o, listed)
		brief := listed
		brief.Verbosity = VerbosityBrief
		pages.Fallback = func(cause error) *paging.Pages[wireRelease, *Release] {
			if listed.Verbosity == VerbosityBrief || !isBrokenRecord(cause) {
				return nil
			}
			return s.pages(ctx, o, brief)
		}
		pages.All(ctx, yield)
	}
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
			return s.finish(ctx, w.release(o.SkipManifests), o, listed.Verbosity)
		},
	}
}

func (o ListOptions) checkAll() error {
	const method = "delivery.All"
	if o.Page > 1 {
		return errdef.BadArgument(method, "Page", "%d: All begins at the first page; List returns one", o.Page)
	}
	return o.check(method)
}

// finish applies the client's filters and completes what a list with this
// verbosity left out.
func (s *Service) finish(ctx context.Context, r *Release, o ListOptions, listed Verbosity) (*Release, bool, error) {
	if o.Label != "" && !slices.Contains(r.VersionInfo.Labels, o.Label) {
		return nil, false, nil
	}
	full, err := s.complete(ctx, "delivery.All", r, o, listed)
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

// delivers tells whether a service by this name of its own is in the release.
func (r *Release) delivers(service string) bool {
	if r.isFlat() {
		return slices.ContainsFunc(r.Services, func(s *ReleaseService) bool { return s != nil && s.ServiceName == service })
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
