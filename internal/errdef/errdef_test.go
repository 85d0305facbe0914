package errdef_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig/internal/errdef"
)

// ambiguous returns an error of this kind, which resolves to "<sentinel>: <reason>".
func ambiguous(kind errdef.Kind) error {
	return fmt.Errorf("GET /x: %w",
		&errdef.Ambiguous{Kind: kind, Default: errdef.ErrBadRequest, Resolve: func(sentinel error, reason string) error {
			return fmt.Errorf("%w: %s", sentinel, reason)
		}})
}

func TestUnsupportedAndNotZadig(t *testing.T) {
	t.Parallel()
	other := errors.New("other")
	for name, row := range map[string]struct{ err, unsupported, notZadig error }{
		"nil":                 {nil, nil, nil},
		"Zadig has no path":   {ambiguous(errdef.NoSuchEndpoint), errdef.ErrUnsupported, errdef.ErrUnexpectedResponse},
		"a gateway's 404":     {ambiguous(errdef.ForeignNotFound), errdef.ErrUnexpectedResponse, errdef.ErrUnexpectedResponse},
		"a missing record":    {ambiguous(errdef.MissingOrDown), errdef.ErrBadRequest, errdef.ErrBadRequest},
		"not an *Ambiguous":   {other, other, other},
		"a missing version":   {ambiguous(errdef.MissingVersion), errdef.ErrBadRequest, errdef.ErrBadRequest},
		"the database is off": {ambiguous(errdef.DatabaseDown), errdef.ErrBadRequest, errdef.ErrBadRequest},
	} {
		require.ErrorIs(t, errdef.AsUnsupported(row.err, "reason"), row.unsupported, name)
		require.ErrorIs(t, errdef.AsNotZadig(row.err, "reason"), row.notZadig, name)
	}
	require.ErrorIs(t, errdef.ErrUnsupported, errors.ErrUnsupported)
	assert.EqualError(t, errdef.AsUnsupported(ambiguous(errdef.NoSuchEndpoint), "servers before v9 have none"),
		"not supported by this version of Zadig: servers before v9 have none")
}

// If the check fails for another reason, its error is the result. It explains the
// first failure only if both have the same reason.
func TestResolveByCheck(t *testing.T) {
	t.Parallel()
	u, ok := errdef.AsAmbiguous(ambiguous(errdef.MissingOrDown), errdef.MissingOrDown)
	require.True(t, ok)
	err := u.ResolveByCheck(ambiguous(errdef.DatabaseDown))
	require.ErrorIs(t, err, errdef.ErrServer)
	require.ErrorContains(t, err, "the follow-up list request failed: GET /x")
	for _, check := range []error{
		errdef.ErrForbidden, errdef.ErrUnauthorized, errdef.ErrRateLimited, errdef.ErrUnexpectedResponse, context.DeadlineExceeded,
		ambiguous(errdef.BrokenRecord), ambiguous(errdef.NoSuchEndpoint),
	} {
		err := u.ResolveByCheck(check)
		require.ErrorIs(t, err, check)
		assert.NotErrorIs(t, err, errdef.ErrServer)
		assert.NotErrorIs(t, err, errdef.ErrNotFound)
	}
}

func TestBadArgument(t *testing.T) {
	t.Parallel()
	err := errdef.BadArgument("delivery.Get", "id", "must be 24 hex digits (got %q)", "x\ny")
	require.ErrorIs(t, err, errdef.ErrBadRequest)
	assert.EqualError(t, err, `delivery.Get: bad request: id: must be 24 hex digits (got "x\ny")`)
}
