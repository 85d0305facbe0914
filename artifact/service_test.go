package artifact_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/artifact"
	"github.com/zadig-go/zadig/internal/testkit/clienttest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const someID = "619dbaa8c528070000000000"

// calls are all methods that send a request.
var calls = map[string]func(context.Context, *artifact.Service) error{
	"List": func(ctx context.Context, s *artifact.Service) error {
		_, err := s.List(ctx, artifact.ListOptions{})
		return err
	},
	"All": func(ctx context.Context, s *artifact.Service) error {
		for _, err := range s.All(ctx, artifact.ListOptions{}) {
			return err
		}
		return nil
	},
	"Get": func(ctx context.Context, s *artifact.Service) error {
		_, err := s.Get(ctx, someID)
		return err
	},
	"Trace": func(ctx context.Context, s *artifact.Service) error {
		_, err := s.Trace(ctx, "nginx:1")
		return err
	},
	"Trace, OneRequest": func(ctx context.Context, s *artifact.Service) error {
		_, err := s.Trace(ctx, "nginx:1", artifact.OneRequest())
		return err
	},
	"TraceMany": func(ctx context.Context, s *artifact.Service) error {
		for _, result := range s.TraceMany(ctx, []string{"nginx:1"}, artifact.TraceManyOptions{}) {
			return result.Err
		}
		return nil
	},
}

// Without a Doer, or with one that fails, a call returns an error and does not panic.
func TestDoerErrors(t *testing.T) {
	t.Parallel()
	down := errors.New("no route to host")
	for name, test := range map[string]struct {
		service *artifact.Service
		want    error // nil: any
	}{
		"zero service":  {&artifact.Service{}, nil},
		"nil Doer":      {artifact.New(nil), nil},
		"nil client":    {artifact.New((*zadig.Client)(nil)), nil},
		"its own error": {artifact.New(clienttest.Doer(func(*http.Request) (*http.Response, error) { return nil, down })), down},
	} {
		for method, call := range calls {
			err := call(t.Context(), test.service)
			require.Error(t, err, "%s, %s", name, method)
			if test.want != nil {
				assert.ErrorIs(t, err, test.want, method)
			}
		}
	}
}

func TestNilContext(t *testing.T) {
	t.Parallel()
	c, mock := clienttest.NewMock(t)
	var none context.Context
	for method, call := range calls {
		err := call(none, c.Artifact)
		require.ErrorIs(t, err, zadig.ErrBadRequest, method)
		assert.ErrorContains(t, err, "ctx", method)
	}
	assert.Empty(t, mock.URLs())
}

// User info is removed from every address when it is decoded; WithRawJSON keeps it.
func TestAddressesHaveNoUserInfo(t *testing.T) {
	t.Parallel()
	const (
		address    = `"https://bot:s3cret@h.example/p"`
		activities = `[{"dist_storage_url":` + address + `,"src_storage_url":` + address + `,"commits":[{"address":` + address + `},null]},null]`
		body       = `{"id":"` + someID + `","package_storage_uri":` + address +
			`,"activities":` + activities + `,"sortedActivities":{"build":` + activities + `}}`
	)
	c, mock := clienttest.Mocked(t, idPath, clienttest.Respond(200, body))
	mock.Get(listPath, clienttest.Respond(200, "["+body+"]"))
	c, err := c.With(zadig.WithRawJSON())
	require.NoError(t, err)
	a, err := c.Artifact.Get(t.Context(), someID)
	require.NoError(t, err)
	page, err := c.Artifact.List(t.Context(), artifact.ListOptions{})
	require.NoError(t, err)
	for _, a := range append(page.Artifacts, a) {
		encoded, err := json.Marshal(a)
		require.NoError(t, err)
		assert.NotContains(t, string(encoded), "s3cret")
		assert.Equal(t, 7, strings.Count(string(encoded), `"https://h.example/p"`), string(encoded))
		assert.Contains(t, string(a.RawJSON()), "s3cret")
	}
}
