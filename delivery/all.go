package delivery

import (
	"cmp"
	"context"
	"iter"
)

// All returns every release that o selects, newest first, each once and with
// all its details. Each range over the result sends new requests.
//
//	for release, err := range client.Delivery.All(ctx, delivery.ListOptions{}) {
//		if err != nil {
//			return err
//		}
//		…
//	}
//
// A *[ReleaseError] is the error of one release; a loop that continues gets the
// other releases. Any other error ends the loop. No release that existed throughout
// the loop is missed: if that is not certain, the last error is
// zadig.ErrUnexpectedResponse. Since v4.2, one request is sent for each release, up
// to Concurrency at the same time. docs/paging.md lists the other requests.
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
