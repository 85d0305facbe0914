package delivery

import (
	"cmp"
	"context"
	"fmt"

	"github.com/zadig-go/zadig/internal/errdef"
)

// Latest returns the newest release that o selects. The release may be in progress
// or have failed, unless o.Succeeded is set. Page must be 0 or 1.
//
// Latest sends one request and, since Zadig v4.2, a second one to read the release
// by id. If ServiceName, Label or Succeeded is set, it reads pages of PerPage
// releases (default 20) until a release matches.
//
// In addition to the errors of [Service.All], Latest returns zadig.ErrNotFound if
// no release matches. If Latest cannot read a release that is newer than the first
// match, it returns the error of that release, because that one might match, too.
func (s *Service) Latest(ctx context.Context, o ListOptions) (*Release, error) {
	const method = "delivery.Latest"
	if err := o.check(method); err != nil {
		return nil, err
	}
	r, err := s.newest(ctx, o)
	if r == nil && err == nil {
		err = fmt.Errorf("%s: no release matches: %w", method, errdef.ErrNotFound)
	}
	return r, err
}

// newest returns the newest release that o selects, or nil.
func (s *Service) newest(ctx context.Context, o ListOptions) (*Release, error) {
	size := 1
	if o.filters() {
		size = cmp.Or(o.PerPage, listPerPage)
	}
	return s.first(ctx, query{list: o, want: o, size: size})
}

// first returns the first release that q selects, or nil. If a release before it
// cannot be read, first returns the error of that release.
func (s *Service) first(ctx context.Context, q query) (first *Release, err error) {
	q.want.Concurrency = 1 // no request for a release after the first
	var failed error
	err = s.releases(ctx, q, func(r *Release, err error) bool {
		first, failed = r, err
		return false
	}, nil)
	return first, cmp.Or(failed, err)
}
