package delivery

import (
	"cmp"
	"context"
	"iter"
)

// All returns an iterator over every release that o selects, newest first, each once and
// with all its details. Each range over it sends new requests.
//
//	for release, err := range client.Delivery.All(ctx, delivery.ListOptions{}) {
//		if err != nil {
//			return err
//		}
//		…
//	}
//
// If one release cannot be read, All yields a *[ReleaseError]; a loop that continues gets
// the other releases. Any other error ends the loop. All misses no release that exists
// throughout the loop. If it cannot be certain of that, its last error is
// zadig.ErrUnexpectedResponse. Since Zadig v4.2, All also sends a request for each release,
// up to Concurrency at the same time. docs/paging.md lists all requests.
func (s *Service) All(ctx context.Context, o ListOptions) iter.Seq2[*Release, error] {
	return func(yield func(*Release, error) bool) {
		err := o.check("delivery.All")
		if err == nil {
			err = s.releases(ctx, query{list: o, want: o, size: cmp.Or(o.PerPage, allPerPage)}, yield, nil)
		}
		if err != nil {
			yield(nil, err)
		}
	}
}
