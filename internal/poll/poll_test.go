package poll_test

import (
	"context"
	"crypto/x509"
	"errors"
	"net/url"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig/internal/errdef"
	"github.com/zadig-go/zadig/internal/poll"
)

// The interval grows to its maximum; a maximum below it has no effect.
func TestUntilBacksOff(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		interval, most time.Duration
		want           int
	}{
		"defaults":           {0, 0, 125},
		"a long interval":    {time.Minute, 0, 61},
		"a long maximum":     {0, time.Minute, 67},
		"a maximum below it": {10 * time.Second, time.Second, 361},
	} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
			defer cancel()
			reads := 0
			err := poll.Until(ctx, row.interval, row.most, func(context.Context) (bool, error) {
				reads++
				return false, nil
			})
			require.ErrorIs(t, err, context.DeadlineExceeded)
			assert.Equal(t, row.want, reads, name)
		})
	}
}

// Successes between failures make up for them.
func TestUntilCountsFailuresInARow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		reads := 0
		err := poll.Until(t.Context(), 0, 0, func(context.Context) (bool, error) {
			if reads++; reads%4 == 0 {
				return reads == 20, nil
			}
			return false, errdef.ErrServer
		})
		require.NoError(t, err)
		assert.Equal(t, 20, reads)
	})
}

// The end of the context does not hide the failure that was waited for.
func TestUntilReturnsBothErrors(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		err := poll.Until(ctx, 0, 0, func(context.Context) (bool, error) { return false, errdef.ErrServer })
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.ErrorIs(t, err, errdef.ErrServer)
	})
}

// Failures of the server and the network are waited for, five in a row; others end it.
func TestUntilWaitsForTheServer(t *testing.T) {
	t.Parallel()
	noResponse := &url.Error{Op: "Get", Err: errors.New("connection refused")}
	for name, row := range map[string]struct {
		err   error
		reads int
	}{
		"server":      {errdef.ErrServer, 7},
		"rate limit":  {errdef.ErrRateLimited, 7},
		"no response": {noResponse, 7},
		"certificate": {&url.Error{Op: "Get", Err: x509.UnknownAuthorityError{}}, 2},
		"forbidden":   {errdef.ErrForbidden, 7},
		"not found":   {errdef.ErrNotFound, 2},
	} {
		synctest.Test(t, func(t *testing.T) {
			reads := 0
			err := poll.Until(t.Context(), 0, 0, func(context.Context) (bool, error) {
				if reads++; reads == 1 {
					return false, nil
				}
				return false, row.err
			})
			require.ErrorIs(t, err, row.err, name)
			assert.Equal(t, row.reads, reads, name)
		})
	}
}
