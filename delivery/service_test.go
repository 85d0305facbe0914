package delivery_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/zadig-go/zadig/internal/testkit/clienttest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/delivery"
)

// calls are all methods that send a request.
var calls = map[string]func(context.Context, *delivery.Service) error{
	"List": func(ctx context.Context, s *delivery.Service) error {
		_, err := s.List(ctx, delivery.ListOptions{})
		return err
	},
	"All": func(ctx context.Context, s *delivery.Service) error {
		for _, err := range s.All(ctx, delivery.ListOptions{}) {
			return err
		}
		return nil
	},
	"Get": func(ctx context.Context, s *delivery.Service) error {
		_, err := s.Get(ctx, id(1), delivery.GetOptions{})
		return err
	},
	"Labels": func(ctx context.Context, s *delivery.Service) error {
		_, err := s.Labels(ctx, "nginx2")
		return err
	},
}

// Whatever a Doer does, or whether there is one, a call ends in an error and
// not in a panic.
func TestOddDoers(t *testing.T) {
	t.Parallel()
	answers := func(resp *http.Response) *delivery.Service {
		return delivery.New(doer(func(*http.Request) (*http.Response, error) { return resp, nil }))
	}
	down := errors.New("no route to host")
	for name, test := range map[string]struct {
		service *delivery.Service
		want    error // nil: any
	}{
		"nil service":   {nil, nil},
		"zero service":  {&delivery.Service{}, nil},
		"nil Doer":      {delivery.New(nil), nil},
		"nil client":    {delivery.New((*zadig.Client)(nil)), nil},
		"zero client":   {delivery.New(&zadig.Client{}), nil},
		"nil response":  {answers(nil), zadig.ErrUnexpectedResponse},
		"nil body":      {answers(&http.Response{StatusCode: http.StatusOK}), zadig.ErrUnexpectedResponse},
		"not 2xx":       {answers(&http.Response{StatusCode: http.StatusNotFound, Body: io.NopCloser(strings.NewReader("[]"))}), zadig.ErrUnexpectedResponse},
		"zero status":   {answers(&http.Response{Body: http.NoBody}), zadig.ErrUnexpectedResponse},
		"empty body":    {answers(&http.Response{StatusCode: http.StatusOK, Body: http.NoBody}), zadig.ErrUnexpectedResponse},
		"its own error": {delivery.New(doer(func(*http.Request) (*http.Response, error) { return nil, down })), down},
	} {
		for method, call := range calls {
			t.Run(name+"/"+method, func(t *testing.T) {
				t.Parallel()
				err := call(t.Context(), test.service)
				require.Error(t, err)
				if test.want != nil {
					assert.ErrorIs(t, err, test.want)
				}
			})
		}
	}
}

// A Doer need not be a client: this one fills in as little as it can.
func TestPlainDoer(t *testing.T) {
	t.Parallel()
	body := map[string]string{
		listPath:                           `[{"versionInfo":{"id":"` + id(2) + `"}}]`,
		listPath + "/" + id(2):             `{"versionInfo":{"id":"` + id(2) + `"}}`,
		listPath + "/labels":               `["l"]`,
		"/api/aslan/delivery/servicenames": `["s"]`,
	}
	s := delivery.New(doer(func(req *http.Request) (*http.Response, error) {
		assert.Equal(t, http.MethodGet, req.Method)
		assert.Empty(t, req.URL.Host, "relative to the client's base URL")
		return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader(body[req.URL.Path]))}, nil
	}))

	page, err := s.List(t.Context(), delivery.ListOptions{})
	require.NoError(t, err)
	assert.Len(t, page.Releases, 1)
	r, err := s.Get(t.Context(), id(2), delivery.GetOptions{})
	require.NoError(t, err)
	assert.Equal(t, id(2), r.VersionInfo.ID)
	labels, err := s.Labels(t.Context(), "p")
	require.NoError(t, err)
	assert.Equal(t, []string{"l"}, labels)
	var all []string
	for r, err := range s.All(t.Context(), delivery.ListOptions{}) {
		require.NoError(t, err)
		all = append(all, r.VersionInfo.ID)
	}
	assert.Equal(t, []string{id(2)}, all)
}

func TestNilContext(t *testing.T) {
	t.Parallel()
	for method, call := range calls {
		t.Run(method, func(t *testing.T) {
			t.Parallel()
			c, mock := clienttest.NewMock(t)
			var none context.Context
			err := call(none, c.Delivery)
			require.ErrorIs(t, err, zadig.ErrBadRequest)
			assert.ErrorContains(t, err, "ctx")
			assert.Empty(t, mock.URLs())
		})
	}
}

// doer is a Doer that is a function.
type doer func(*http.Request) (*http.Response, error)

func (d doer) Do(req *http.Request) (*http.Response, error) { return d(req) }
