// Package poll reads something from a server until it has ended.
package poll

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/zadig-go/zadig/internal/errdef"
	"github.com/zadig-go/zadig/internal/response"
)

const (
	defaultInterval    = 2 * time.Second
	defaultMaxInterval = 30 * time.Second
	maxFailures        = 5 // failures in a row
)

// Read reads something once, and reports whether it has ended.
type Read[T any] func(context.Context) (v T, ended bool, err error)

// Until calls read until it reports that what it read has ended, or until ctx does. It
// waits for interval after the first call, and half as long again after each further
// one, up to most; 0 stands for 2 and 30 seconds. Up to five failures of the server or
// the network in a row are waited for, too. Any other error ends it. The result is what
// was read last, the zero T if nothing was.
func Until[T any](ctx context.Context, interval, maxInterval time.Duration, read Read[T]) (last T, err error) {
	if interval == 0 {
		interval = defaultInterval
	}
	if maxInterval == 0 {
		maxInterval = defaultMaxInterval
	}
	for failures := 0; ; interval = max(interval, min(interval*3/2, maxInterval)) {
		v, ended, err := read(ctx)
		switch {
		case err == nil:
			last, failures = v, 0
		case !isTemporary(err), failures == maxFailures, ctx.Err() != nil:
			return last, err
		default:
			failures++
		}
		if ended {
			return last, err
		}
		if over := response.Sleep(ctx, interval); over != nil && err != nil {
			return last, fmt.Errorf("%w: %w", err, over)
		} else if over != nil {
			return last, over
		}
	}
}

// isTemporary reports whether the server may respond to the same request later.
func isTemporary(err error) bool {
	_, noResponse := errors.AsType[*url.Error](err)
	return noResponse || errors.Is(err, errdef.ErrServer) || errors.Is(err, errdef.ErrRateLimited)
}
