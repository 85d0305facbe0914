package delivery_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig/delivery"
)

// IsSummary reports true even after encoding and decoding. A summary has no images, and
// Diff does not compare it.
func TestSummary(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"v1.7.1", "v1.11.0", "v3.4.1", "v4.0.0", "v5.0.0"} {
		_, s := serve(t, version, history()...)
		page, err := s.List(t.Context(), delivery.ListOptions{Verbosity: delivery.VerbosityBrief})
		require.NoError(t, err)
		details, err := s.List(t.Context(), delivery.ListOptions{})
		require.NoError(t, err)
		skipped, err := s.List(t.Context(), delivery.ListOptions{SkipDetails: true})
		require.NoError(t, err)
		assert.Equal(t, version == "v5.0.0", skipped.Releases[0].IsSummary(), version)
		brief, full := page.Releases[0], details.Releases[0]
		require.NotEmpty(t, full.Images(), version)
		assert.False(t, full.IsSummary(), version)
		for codec, r := range decoded(t, encode(t, brief)) {
			assert.True(t, r.IsSummary(), "%s, %s", version, codec)
			assert.Nil(t, r.Images(), version)
			for _, changes := range []delivery.Changes{delivery.Diff(r, full), delivery.Diff(full, r), delivery.Diff(nil, r)} {
				assert.Equal(t, delivery.Changes{Incomplete: true}, changes, version)
				assert.False(t, changes.IsEmpty(), version)
				assert.Equal(t, "not compared: the details of a release were not read", changes.String(), version)
			}
			_, found := r.Service(full.Images()[0].Service)
			assert.False(t, found, version)
		}
	}
}
