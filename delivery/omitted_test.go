package delivery_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/zadigtest"
)

// List drops what was deleted between the list and the request by id, and
// returns the error of a release that cannot be read.
func TestListCompletesItsPage(t *testing.T) {
	t.Parallel()
	for _, concurrency := range []int{0, 1} {
		m := (&model{flat: true, omitServices: true, xTotal: true}).fill(9)
		o := delivery.ListOptions{Concurrency: concurrency}
		page, err := m.client(t).Delivery.List(t.Context(), o)
		require.NoError(t, err)
		assert.Len(t, page.Releases, 9)
		assert.Len(t, m.requests, 1+9)
		for _, r := range page.Releases {
			assert.NotEmpty(t, r.Services)
		}

		var once sync.Once
		m.between = func() { once.Do(func() { m.remove(4, 5) }) }
		page, err = m.client(t).Delivery.List(t.Context(), o)
		require.NoError(t, err)
		assert.Len(t, page.Releases, 8)

		broken := instead(func(req *http.Request) *http.Response {
			if strings.HasSuffix(req.URL.Path, id(3)) {
				return respond(req, http.StatusInternalServerError, "")
			}
			return nil
		})
		_, err = m.client(t, broken).Delivery.List(t.Context(), o)
		require.ErrorIs(t, err, zadig.ErrServer)
		assert.ErrorContains(t, err, id(3))
	}
}

func TestConcurrencyIsNotNegative(t *testing.T) {
	t.Parallel()
	m := (&model{}).fill(3)
	service := m.client(t).Delivery
	o := delivery.ListOptions{Concurrency: -1}
	_, list := service.List(t.Context(), o)
	_, latest := service.Latest(t.Context(), o)
	_, find := service.Find(t.Context(), o, "v1")
	for _, err := range append(walk(t, m.client(t), o).errs, list, latest, find) {
		require.ErrorIs(t, err, zadig.ErrBadRequest)
		assert.ErrorContains(t, err, "Concurrency")
	}
	assert.Empty(t, m.requests)
}

// Under load Zadig forbids everything to everybody: one such response in the
// middle does not end a walk, and without the right it ends.
func TestAllForbiddenInTheMiddle(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fault zadigtest.Fault
		want  error
	}{
		"once, by id":   {zadigtest.NoPermission().On(zadigtest.GetRelease).After(7).Times(1), nil},
		"once, a page":  {zadigtest.NoPermission().On(zadigtest.ListReleases).After(1).Times(1), nil},
		"ever, by id":   {zadigtest.NoPermission().On(zadigtest.GetRelease).After(7), zadig.ErrForbidden},
		"ever, a page":  {zadigtest.NoPermission().On(zadigtest.ListReleases).After(1), zadig.ErrForbidden},
		"the beginning": {zadigtest.NoPermission().Times(1), zadig.ErrForbidden},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			data := zadigtest.Generate(3, 30)
			srv := zadigtest.NewServer(t, zadigtest.WithData(data), zadigtest.WithServerVersion("v5.0.0"))
			srv.Inject(test.fault)
			client := srv.Client(zadig.WithRetry(zadig.RetryPolicy{MinWait: 1, MaxWait: 1}))
			var last error
			n := 0
			for _, err := range client.Delivery.All(t.Context(), delivery.ListOptions{PerPage: 10}) {
				if last = err; err == nil {
					n++
				}
			}
			require.ErrorIs(t, last, test.want)
			if test.want == nil {
				assert.Equal(t, len(data.Releases), n)
			}
		})
	}
}
