package delivery_test

import (
	"encoding/json"
	"net/http"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/internal/testkit/clienttest"
	"github.com/zadig-go/zadig/internal/testkit/recording"
)

// recordedReleases returns the bodies that servers sent for releases, and those that
// they sent instead.
func recordedReleases(f *testing.F) [][]byte {
	f.Helper()
	sample, err := os.ReadFile("../testdata/documented/releases.json")
	require.NoError(f, err)
	bodies := [][]byte{sample}
	for _, r := range append(recording.Load(f, "v1.11.0/*"), recording.Load(f, "v5.0.0/*")...) {
		if len(r.Bytes()) < 32<<10 { // mutating a larger one is slow
			bodies = append(bodies, r.Bytes())
		}
	}
	return bodies
}

// FuzzRelease reads any bytes as one release. Get returns the same as encoding/json, or
// an error.
func FuzzRelease(f *testing.F) {
	for _, body := range recordedReleases(f) {
		f.Add(body)
		var list []json.RawMessage
		if json.Unmarshal(body, &list) == nil && len(list) > 0 {
			f.Add([]byte(list[0]))
		}
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		service := delivery.New(clienttest.Doer(clienttest.Respond(200, string(body))))
		r, err := service.Get(t.Context(), "619dbaa8c528c2182225e8d9", delivery.GetOptions{})
		var standard delivery.Release
		standardErr := json.Unmarshal(body, &standard)
		if err != nil {
			require.Nil(t, r)
			require.ErrorIs(t, err, zadig.ErrUnexpectedResponse)
			return
		}
		require.NotEmpty(t, r.VersionInfo.ID, "a success without an id")
		if standardErr == nil {
			require.Equal(t, &standard, r)
		}
		requireStable(t, r)
	})
}

// FuzzListStream reads any bytes as a list. All, which streams it, and List, which
// buffers it, have the same result as encoding/json.
func FuzzListStream(f *testing.F) {
	for _, body := range recordedReleases(f) {
		f.Add(body)
	}
	f.Add([]byte(`[]`))
	f.Add([]byte(`null`))
	f.Add([]byte(`[{"versionInfo":{"id":"1"}},{"versionInfo":7},{"versionInfo":{"id":"2"}}]`))
	f.Fuzz(func(t *testing.T, body []byte) {
		client, mock := clienttest.NewMock(t)
		mock.RegisterNoResponder(func(req *http.Request) (*http.Response, error) {
			if req.URL.Query().Get("page") != "1" {
				return respond(req, 200, "[]"), nil
			}
			return respond(req, 200, string(body)), nil
		})
		service := client.Delivery
		page, err := service.List(t.Context(), delivery.ListOptions{})
		if err != nil {
			require.Nil(t, page)
			require.ErrorIs(t, err, zadig.ErrUnexpectedResponse)
		}
		seen := make(map[string]bool)
		var walked []*delivery.Release
		var walkErrs []error
		for r, err := range service.All(t.Context(), delivery.ListOptions{}) {
			if err != nil {
				require.Nil(t, r)
				walkErrs = append(walkErrs, err)
				continue
			}
			require.NotEmpty(t, r.VersionInfo.ID, "a success without an id")
			require.False(t, seen[r.VersionInfo.ID], "%s twice", r.VersionInfo.ID)
			seen[r.VersionInfo.ID] = true
			walked = append(walked, r)
			requireStable(t, r)
		}
		if err != nil {
			require.NotEmpty(t, walkErrs, "All has no error where List has one")
			return
		}

		var distinct []*delivery.Release
		known := make(map[string]bool)
		for _, r := range page.Releases {
			require.NotEmpty(t, r.VersionInfo.ID, "a success without an id")
			if !known[r.VersionInfo.ID] {
				distinct = append(distinct, r)
			}
			known[r.VersionInfo.ID] = true
		}
		require.Empty(t, walkErrs, "List reads it and All does not")
		require.Equal(t, distinct, walked)

		var standard []*delivery.Release
		if json.Unmarshal(body, &standard) == nil && len(standard) > 0 {
			require.Equal(t, standard, page.Releases)
		}
	})
}

// requireStable checks that encoding and decoding a release returns the same release.
func requireStable(t *testing.T, r *delivery.Release) {
	t.Helper()
	first, err := json.Marshal(r)
	require.NoError(t, err)
	var again delivery.Release
	require.NoError(t, json.Unmarshal(first, &again))
	second, err := json.Marshal(&again)
	require.NoError(t, err)
	require.Equal(t, string(first), string(second))
}
