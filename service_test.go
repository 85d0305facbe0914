package zadig_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/internal/testkit/recording"
)

// recordedAs is one recorded answer.
func recordedAs(t *testing.T, name string) http.HandlerFunc {
	t.Helper()
	return recording.Load(t, name)[0].ServeHTTP
}

// A release that is not there and a database that is down have the same
// answer, so Get asks for a list to tell them apart.
func TestGetDecidesWhatAnswersLeaveOpen(t *testing.T) {
	t.Parallel()
	const (
		id       = "000000000000000000000000"
		brief    = `[{"versionInfo":{"id":"619dbaa8c528010000010000"}}]`
		detailed = `[{"versionInfo":{"id":"619dbaa8c528010000010000"},"buildInfo":[],"deployInfo":[]}]`
	)
	missing := recordedAs(t, "v1.11.0/release_not_found")
	for _, row := range []struct {
		name    string
		answers []http.HandlerFunc
		meaning string
		because string
		count   int
	}{
		{"list answered", []http.HandlerFunc{missing, sendsJSON(brief)}, "ErrNotFound", "", 2},
		{"list of a server without releases", []http.HandlerFunc{missing, sendsJSON(`[]`)}, "ErrNotFound", "", 2},
		{"list of v5.0.0", []http.HandlerFunc{recordedAs(t, "v5.0.0/release_not_found"), recordedAs(t, "v5.0.0/releases_page1_per_page5")}, "ErrNotFound", "", 2},
		{"list fails over the database", []http.HandlerFunc{missing, recordedAs(t, "v1.11.0/db_down_releases_brief")}, "ErrServer", "6561", 2},
		{"list closed without an answer", []http.HandlerFunc{missing, closes}, "ErrServer", "EOF", 4},
		{"list after a proxy's 503", []http.HandlerFunc{missing, sends(503, ""), sendsJSON(brief)}, "ErrNotFound", "", 3},
		{"list forbidden", []http.HandlerFunc{missing, sends(403, "")}, "ErrServer", "403", 2},
		{"list of v1.7.1, which finds nothing by id", []http.HandlerFunc{missing, sendsJSON(detailed)}, "ErrUnexpectedResponse", "use All", 2},
		{"database down", []http.HandlerFunc{recordedAs(t, "v1.11.0/db_down_release_by_id"), recordedAs(t, "v1.11.0/db_down_releases_brief")}, "ErrServer", "6563", 2},
		{"panic while building it", []http.HandlerFunc{recordedAs(t, "v1.11.0/panic_release_by_id")}, "ErrServer", "empty body", 1},
		{"project needed", []http.HandlerFunc{recordedAs(t, "v5.0.0/release_by_id_without_project")}, "ErrBadRequest", "projectName can't be empty!", 1},
		{"forbidden", []http.HandlerFunc{recordedAs(t, "v5.0.0/forbidden_release_by_id")}, "ErrForbidden", "", 1},
		{"no such path", []http.HandlerFunc{recordedAs(t, "v1.11.0/aslan_unknown_route")}, "ErrUnexpectedResponse", "base URL", 1},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			fresh := &http.Transport{DisableKeepAlives: true} // or net/http itself repeats what comes to nothing
			client, s := serve(t, script(row.answers...), zadig.WithTransport(fresh))
			_, err := client.Delivery.Get(t.Context(), id, delivery.GetOptions{})
			assert.Equal(t, row.meaning, meaning(err))
			require.ErrorContains(t, err, row.because)
			assert.NotContains(t, err.Error(), "\n")
			assert.Equal(t, row.count, s.count())
			failure := asError(t, err)
			assert.Contains(t, failure.URL, "/releases/"+id, "the error is that of the release, not of the list")
			for _, list := range s.seen()[1:] {
				assert.Equal(t, "brief", list.URL.Query().Get("verbosity"))
				assert.Equal(t, "1", list.URL.Query().Get("per_page"))
			}
		})
	}
	t.Run("the caller gives up meanwhile", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithCancel(t.Context())
		client, _ := serve(t, script(missing, func(_ http.ResponseWriter, r *http.Request) {
			cancel()
			<-r.Context().Done()
		}))
		_, err := client.Delivery.Get(ctx, id, delivery.GetOptions{})
		require.ErrorIs(t, err, context.Canceled)
		assert.Equal(t, "ErrServer", meaning(err), "it is not known to be missing")
	})
}

func TestTraceDecides(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ name, recording, meaning, because string }{
		{"no such image", "v1.11.0/dc_artifact_not_found", "ErrNotFound", "mongo: no documents"},
		{"database down", "v1.11.0/db_down_dc_artifact", "ErrServer", "context deadline exceeded"},
		{"aslan down", "v1.11.0/aslan_down_dc_artifact", "ErrServer", "connection refused"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			client, s := serve(t, recordedAs(t, row.recording))
			_, err := client.Artifact.Trace(t.Context(), "registry.example.com/none:1")
			assert.Equal(t, row.meaning, meaning(err))
			require.ErrorContains(t, err, row.because)
			assert.Equal(t, 1, s.count(), "a 500 is final")
		})
	}
	t.Run("v1.7.1 has no such path", func(t *testing.T) {
		t.Parallel()
		client, _ := serve(t, sends(404, "Invalid path: /public-api/v1/dc/artifact", "Content-Type", "text/plain; charset=utf-8"))
		_, err := client.Artifact.Trace(t.Context(), "registry.example.com/none:1")
		assert.Equal(t, "ErrUnexpectedResponse", meaning(err))
		require.ErrorContains(t, err, "v1.7.1")
		assert.Equal(t, 404, asError(t, err).StatusCode)
	})
}

// What a service decides is a copy: others may hold the error, too.
func TestDecisionsDoNotChangeTheError(t *testing.T) {
	t.Parallel()
	client, _ := serve(t, recordedAs(t, "v1.11.0/aslan_unknown_route"))
	held := client.Get(t.Context(), "/api/x", nil, nil)
	before := held.Error()
	_, err := client.Artifact.Trace(t.Context(), "image:1")
	require.Error(t, err)
	assert.Equal(t, before, held.Error())
	assert.Equal(t, "ErrNotFound", meaning(held))
	assert.Equal(t, "ErrUnexpectedResponse", meaning(err))
	assert.True(t, strings.HasPrefix(err.Error(), "GET "), err)
}
