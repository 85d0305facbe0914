package delivery_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"unicode"

	"github.com/zadig-go/zadig/internal/testkit/clienttest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/artifact"
	"github.com/zadig-go/zadig/delivery"
)

const forgedID = `x\ntime=now level=ERROR msg=forged\u001b[2J\u202e`

// An id of the server's own list that no release can have is the server's
// mistake: nothing is requested for it, and it forges no line of a log.
func TestAListedIDThatNoReleaseHas(t *testing.T) {
	t.Parallel()
	const good = "619dbaa8c528c2182225e8d9"
	for _, id := range []string{forgedID, "619dbaa8c528c2182225e8d", "../../../x", "619dbaa8c528c2182225e8d9?x"} {
		list := fmt.Sprintf(`[{"id":"%s","version":"v1","services":[]},{"id":%q,"version":"v2","services":[]}]`, id, good)
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			client, mock := clienttest.Mocked(t, listPath, clienttest.Respond(200, list))
			mock.Get(listPath+"/"+good, clienttest.Respond(200, fmt.Sprintf(`{"id":%q,"version":"v2","services":[{"service_name":"a"}]}`, good)))
			var failed []error
			var versions []string
			for r, err := range client.Delivery.All(t.Context(), delivery.ListOptions{Verbosity: delivery.VerbosityDetailed}) {
				if err != nil {
					failed = append(failed, err)
					continue
				}
				versions = append(versions, r.VersionInfo.Version)
			}
			assert.Equal(t, []string{"v2"}, versions, "the walk goes on")
			require.Len(t, failed, 1)
			_, err := client.Delivery.Find(t.Context(), "v1", delivery.ListOptions{})
			for _, err := range append(failed, err) {
				require.ErrorIs(t, err, zadig.ErrUnexpectedResponse)
				require.NotErrorIs(t, err, zadig.ErrBadRequest)
				assert.False(t, strings.ContainsFunc(err.Error(), unicode.IsControl), "%q", err)
				assert.NotContains(t, err.Error(), "forged")
			}
		})
	}
}

// What the caller asks for is quoted, and never on a line of its own.
func TestErrorsQuoteTheCallersIDsOnOneLine(t *testing.T) {
	t.Parallel()
	forged := "x\nlevel=ERROR\x1b[2J\u202e\u2028\u009b"
	client, mock := clienttest.Mocked(t, listPath, clienttest.Respond(200, "[]"))
	mock.Get("/api/directory/dc/artifact", clienttest.Respond(200, "[]"))
	_, byID := client.Delivery.Get(t.Context(), forged, delivery.GetOptions{})
	_, of24 := client.Delivery.Get(t.Context(), (forged + strings.Repeat("y", 24))[:24], delivery.GetOptions{})
	_, found := client.Delivery.Find(t.Context(), forged, delivery.ListOptions{})
	_, verbosity := client.Delivery.List(t.Context(), delivery.ListOptions{Verbosity: delivery.Verbosity(forged)})
	_, image := client.Artifact.Trace(t.Context(), forged, artifact.OneRequest)
	_, artifactByID := client.Artifact.Get(t.Context(), forged)
	_, request := client.Do(&http.Request{Method: forged, URL: &url.URL{Path: "/x"}})
	for name, err := range map[string]error{"Get": byID, "24": of24, "Find": found, "Verbosity": verbosity, "Trace": image, "artifact.Get": artifactByID, "Do": request} {
		require.Error(t, err, name)
		assert.False(t, strings.ContainsFunc(err.Error(), func(r rune) bool {
			return unicode.IsControl(r) || unicode.In(r, unicode.Bidi_Control, unicode.Zl)
		}), "%s: %q", name, err)
	}
}
