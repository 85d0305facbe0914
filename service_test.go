package zadig_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/internal/testkit/clienttest"
	"github.com/zadig-go/zadig/internal/testkit/recording"
	"github.com/zadig-go/zadig/internal/testkit/servertest"
)

// A release that is not there and a database that is down have the same
// answer, so Get asks for a list to tell them apart.
func TestGetDecidesWhatAnswersLeaveOpen(t *testing.T) {
	t.Parallel()
	const (
		id       = "000000000000000000000000"
		brief    = `[{"versionInfo":{"id":"619dbaa8c528010000010000"}}]`
		detailed = `[{"versionInfo":{"id":"619dbaa8c528010000010000"},"buildInfo":[],"deployInfo":[]}]`
	)
	missing := recording.Get(t, "v1.11.0/release_not_found").ServeHTTP
	for _, row := range []struct {
		name     string
		answers  []http.HandlerFunc
		sentinel string
		because  string
		count    int
	}{
		{"list answered", []http.HandlerFunc{missing, servertest.JSON(brief)}, "ErrNotFound", "", 2},
		{"list of a server without releases", []http.HandlerFunc{missing, servertest.JSON(`[]`)}, "ErrNotFound", "", 2},
		{"list of v5.0.0", []http.HandlerFunc{recording.Get(t, "v5.0.0/release_not_found").ServeHTTP, recording.Get(t, "v5.0.0/releases_page1_per_page5").ServeHTTP}, "ErrNotFound", "", 2},
		{"list fails over the database", []http.HandlerFunc{missing, recording.Get(t, "v1.11.0/db_down_releases_brief").ServeHTTP}, "ErrServer", "6561", 2},
		{"list closed without an answer", []http.HandlerFunc{missing, servertest.Close}, "ErrServer", "EOF", 4},
		{"list after a proxy's 503", []http.HandlerFunc{missing, servertest.Status(503, ""), servertest.JSON(brief)}, "ErrNotFound", "", 3},
		{"list forbidden", []http.HandlerFunc{missing, servertest.Status(403, "")}, "ErrServer", "403", 2},
		{"list of v1.7.1, which finds nothing by id", []http.HandlerFunc{missing, servertest.JSON(detailed)}, "ErrUnexpectedResponse", "use All", 2},
		{"database down", []http.HandlerFunc{recording.Get(t, "v1.11.0/db_down_release_by_id").ServeHTTP, recording.Get(t, "v1.11.0/db_down_releases_brief").ServeHTTP}, "ErrServer", "6563", 2},
		{"panic while building it", []http.HandlerFunc{recording.Get(t, "v1.11.0/panic_release_by_id").ServeHTTP}, "ErrServer", "empty body", 1},
		{"project needed", []http.HandlerFunc{recording.Get(t, "v5.0.0/release_by_id_without_project").ServeHTTP}, "ErrBadRequest", "projectName can't be empty!", 1},
		{"forbidden", []http.HandlerFunc{recording.Get(t, "v5.0.0/forbidden_release_by_id").ServeHTTP}, "ErrForbidden", "", 1},
		{"no such path", []http.HandlerFunc{recording.Get(t, "v1.11.0/aslan_unknown_route").ServeHTTP}, "ErrUnexpectedResponse", "base URL", 1},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			fresh := &http.Transport{DisableKeepAlives: true} // or net/http itself repeats what comes to nothing
			client, s := clienttest.Serve(t, servertest.Script(row.answers...), zadig.WithTransport(fresh))
			_, err := client.Delivery.Get(t.Context(), id, delivery.GetOptions{})
			assert.Equal(t, row.sentinel, clienttest.Sentinel(err))
			require.ErrorContains(t, err, row.because)
			assert.NotContains(t, err.Error(), "\n")
			assert.Equal(t, row.count, s.Count())
			failure := clienttest.AsError(t, err)
			assert.Contains(t, failure.URL, "/releases/"+id, "the error is that of the release, not of the list")
			for _, list := range s.Requests()[1:] {
				assert.Equal(t, "brief", list.URL.Query().Get("verbosity"))
				assert.Equal(t, "1", list.URL.Query().Get("per_page"))
			}
		})
	}
	t.Run("the caller gives up meanwhile", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithCancel(t.Context())
		client, _ := clienttest.Serve(t, servertest.Script(missing, func(_ http.ResponseWriter, r *http.Request) {
			cancel()
			<-r.Context().Done()
		}))
		_, err := client.Delivery.Get(ctx, id, delivery.GetOptions{})
		require.ErrorIs(t, err, context.Canceled)
		assert.Equal(t, "ErrServer", clienttest.Sentinel(err), "it is not known to be missing")
	})
}

func TestTraceDecides(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ name, recording, sentinel, because string }{
		{"no such image", "v1.11.0/dc_artifact_not_found", "ErrNotFound", "mongo: no documents"},
		{"database down", "v1.11.0/db_down_dc_artifact", "ErrServer", "context deadline exceeded"},
		{"aslan down", "v1.11.0/aslan_down_dc_artifact", "ErrServer", "connection refused"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			client, s := clienttest.Serve(t, recording.Get(t, row.recording))
			_, err := client.Artifact.Trace(t.Context(), "registry.example.com/none:1")
			assert.Equal(t, row.sentinel, clienttest.Sentinel(err))
			require.ErrorContains(t, err, row.because)
			assert.Equal(t, 1, s.Count(), "a 500 is final")
		})
	}
	t.Run("v1.7.1 has no such path", func(t *testing.T) {
		t.Parallel()
		client, _ := clienttest.Serve(t, servertest.Status(404, "Invalid path: /public-api/v1/dc/artifact", "Content-Type", "text/plain; charset=utf-8"))
		_, err := client.Artifact.Trace(t.Context(), "registry.example.com/none:1")
		assert.Equal(t, "ErrUnexpectedResponse", clienttest.Sentinel(err))
		require.ErrorContains(t, err, "v1.7.1")
		assert.Equal(t, 404, clienttest.AsError(t, err).StatusCode)
	})
}
