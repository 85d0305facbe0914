package delivery

import (
	"cmp"
	"context"
	"fmt"

	"github.com/zadig-go/zadig/internal/errdef"
)

// Latest returns the newest release that o selects, which may be in progress or
// have failed unless o.Succeeded is set. Page must be 0 or 1.
//
// It sends one request, and since v4.2 another request for the release by id. With a
// filter that [Service.All] applies itself, it reads pages of PerPage (20) releases up
// to the first release that matches.
//
// In addition to the errors of [Service.All], Latest returns zadig.ErrNotFound when no
// release matches, and the error of a release that cannot be read and is newer than
// the first that matches, because it might match as well.
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

// first returns the first release that q selects, or nil, or the error of a release
// before it.
func (s *Service) first(ctx context.Context, q query) (first *Release, err error) {
	q.want.Concurrency = 1 // no request for a release after the first
	var failed error
	err = s.releases(ctx, q, func(r *Release, err error) bool {
		first, failed = r, err
		return false
	}, nil)
	return first, cmp.Or(failed, err)
}
