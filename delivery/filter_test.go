package delivery_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/zadigtest"
)

func TestAllFiltersByServiceItself(t *testing.T) {
	t.Parallel()
	rare := func(m *model) *model {
		m.fill(250)
		m.records[7].service, m.records[190].service = "rare-svc", "rare-svc"
		return m
	}
	for name, test := range map[string]struct {
		model    *model
		requests int
	}{
		"up to v3.4, filtered after paging":   {rare(&model{}), 3},
		"v4.0, filter ignored":                {rare(&model{flat: true, xTotal: true}), 3},
		"v4.2, services left out of the list": {rare(&model{flat: true, xTotal: true, omitServices: true}), 3 + 250},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := walk(t, test.model.client(t), delivery.ListOptions{ServiceName: "rare-svc"})
			assert.Empty(t, w.errs)
			assert.Equal(t, []string{id(250 - 7), id(250 - 190)}, w.ids)
			assert.LessOrEqual(t, len(test.model.requests), test.requests)
			for _, u := range test.model.requests {
				assert.NotContains(t, u.RawQuery, "serviceName", "it would be applied after paging")
			}
		})
	}
}

func TestAllFiltersByServiceOwnNameOnly(t *testing.T) {
	t.Parallel()
	m := (&model{}).fill(3)
	assert.Len(t, walk(t, m.client(t), delivery.ListOptions{ServiceName: "nginx"}).ids, 3)
	assert.Empty(t, walk(t, m.client(t), delivery.ListOptions{ServiceName: "nginx/main"}).ids)
}

func TestAllFiltersByLabelOnServersThatIgnoreIt(t *testing.T) {
	t.Parallel()
	m := (&model{}).fill(30)
	m.records[4].label = "a+b"
	w := walk(t, m.client(t), delivery.ListOptions{Label: "a+b"})
	assert.Equal(t, []string{id(26)}, w.ids)
	assert.Contains(t, m.requests[0].RawQuery, "label=a%252Bb", "servers decode it twice")
}

// On servers that leave services out of lists, each release is read by id,
// and one without a usable id costs only itself.
func TestAllByServiceGoesOnBehindAnOddID(t *testing.T) {
	t.Parallel()
	m := (&model{flat: true, omitServices: true, xTotal: true}).fill(3)
	m.records[1].id = "not-an-id"
	w := walk(t, m.client(t), delivery.ListOptions{ServiceName: "nginx"})
	assert.Equal(t, []string{id(3), id(1)}, w.ids)
	require.Len(t, w.errs, 1)
	assert.ErrorContains(t, w.errs[0], "24 hex digits")
	assert.ErrorIs(t, w.errs[0], zadig.ErrUnexpectedResponse)
}

// The zero Verbosity is everything, also on servers whose lists leave the
// services out; with VerbosityListed nothing is requested but the list.
func TestAllHasTheImagesOnEveryServer(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"v1.7.1", "v1.11.0", "v2.3.1", "v3.4.1", "v4.0.0", "v4.2.0", "v5.0.0"} {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			data := zadigtest.Generate(5, 12)
			srv := zadigtest.NewServer(t, zadigtest.WithData(data), zadigtest.WithServerVersion(version))
			leftOut := version == "v4.2.0" || version == "v5.0.0"
			for _, verbosity := range []delivery.Verbosity{"", delivery.VerbosityDetailed, delivery.VerbosityListed} {
				srv.ClearRequests()
				o := delivery.ListOptions{Verbosity: verbosity}
				var releases []*delivery.Release
				for r, err := range srv.Client().Delivery.All(t.Context(), o) {
					require.NoError(t, err)
					releases = append(releases, r)
				}
				require.Len(t, releases, len(data.Releases))
				if byID := len(srv.RequestsTo(zadigtest.GetRelease)); leftOut && verbosity != delivery.VerbosityListed {
					assert.Equal(t, len(releases), byID)
				} else {
					assert.LessOrEqual(t, byID, 1, "one release has no services anyway")
				}
				page, err := srv.Client().Delivery.List(t.Context(), o)
				require.NoError(t, err)
				assert.Equal(t, releases, page.Releases)
				for i, r := range releases {
					if len(data.Releases[i].DeployInfo) > 0 {
						assert.Equal(t, leftOut && verbosity == delivery.VerbosityListed, r.IsSummary(), r.VersionInfo.ID)
						assert.Equal(t, r.IsSummary(), len(r.Images()) == 0, r.VersionInfo.ID)
					}
				}
			}
		})
	}
}
