// Package poll reads a release or task from a server until it has ended.
package poll

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/zadig-go/zadig/internal/errdef"
	"github.com/zadig-go/zadig/internal/response"
	"github.com/zadig-go/zadig/internal/transport"
)

const (
	defaultInterval    = 2 * time.Second
	defaultMaxInterval = 30 * time.Second
	maxFailures        = 5 // failures in a row
)

// Until calls read until read reports an end, or ctx ends. The first wait is interval,
// and each further wait is 1.5 times the previous one, up to maxInterval. Zero means 2
// seconds for interval and 30 seconds for maxInterval. If the server or the network
// fails, Until retries up to five times in a row. It returns any other error. A Zadig
// under load, or without its user service, forbids what it allowed before, which is such
// a failure.
func Until(ctx context.Context, interval, maxInterval time.Duration, read func(context.Context) (ended bool, err error)) error {
	interval, maxInterval = cmp.Or(interval, defaultInterval), cmp.Or(maxInterval, defaultMaxInterval)
	allowed := false
	for failures := 0; ; interval = max(interval, min(interval*3/2, maxInterval)) {
		ended, err := read(ctx)
		temporary := isTemporary(err) || allowed && errors.Is(err, errdef.ErrForbidden)
		switch {
		case err == nil:
			failures, allowed = 0, true
		case !temporary, failures == maxFailures, ctx.Err() != nil:
			return err
		default:
			failures++
		}
		if ended {
			return err
		}
		if over := response.Sleep(ctx, interval); over != nil && err != nil {
			return fmt.Errorf("%w: %w", err, over)
		} else if over != nil {
			return over
		}
	}
}

// isTemporary reports whether the same request may succeed later.
func isTemporary(err error) bool {
	_, noResponse := errors.AsType[*url.Error](err)
	return noResponse && !transport.IsPermanent(err) || errors.Is(err, errdef.ErrServer) || errors.Is(err, errdef.ErrRateLimited)
}
