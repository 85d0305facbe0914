package delivery

import (
	"context"
	"fmt"

	"github.com/zadig-go/zadig/internal/errdef"
)

// Latest returns the newest release that o selects, complete unless Verbosity
// is VerbosityBrief or VerbosityListed. Page must be 0 or 1.
//
// Cost: one request; two since v4.2, whose lists leave services out. With
// ServiceName it reads pages of PerPage (20), as All does, up to the first
// release that has the service; likewise with Label on servers before v4.0, which
// cannot filter by it.
//
// Errors besides the common ones: zadig.ErrNotFound when no release matches;
// zadig.ErrBadRequest for options that All refuses, before anything is sent; the
// error of a release that cannot be read and is newer than the first that
// matches, because it might match as well.
func (s *Service) Latest(ctx context.Context, o ListOptions) (*Release, error) {
	const method = "delivery.Latest"
	if err := o.checkFirst(method); err != nil {
		return nil, err
	}
	r, err := s.newest(ctx, o)
	if r == nil && err == nil {
		err = fmt.Errorf("%s: no release matches: %w", method, errdef.ErrNotFound)
	}
	return r, err
}
