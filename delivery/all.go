package delivery

import (
	"context"
	"iter"
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
		err := o.checkFirst("delivery.All")
		if err == nil {
			err = s.releases(ctx, o, o.perPage(allPerPage), nil, yield)
		}
		if err != nil {
			yield(nil, err)
		}
	}
}
