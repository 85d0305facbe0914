package artifact_test

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/jarcoal/httpmock"

	"github.com/zadig-go/zadig/internal/testkit/clienttest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/internal/testkit/recording"
)

func TestGetReadsRecordings(t *testing.T) {
	t.Parallel()
	for name, check := range map[string]struct{ layers, dockerFile bool }{
		"v1.11.0/artifact_by_id":             {layers: false, dockerFile: false},
		"v1.11.0/artifact_by_id_file":        {},
		"v1.11.0/artifact_by_id_full":        {layers: true, dockerFile: true},
		"v1.11.0/artifact_by_id_no_activity": {},
		"v5.0.0/artifact_by_id":              {},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := recording.Get(t, name)
			c, mock := clienttest.Mocked(t, r.Request.Path, r.Respond)
			id := r.Request.Path[len(listPath)+1:]
			a, err := c.Artifact.Get(t.Context(), id)
			require.NoError(t, err)
			assert.Equal(t, id, a.ID)
			assert.Equal(t, check.layers, len(a.Layers) > 0)
			assert.Equal(t, check.dockerFile, a.DockerFile != "")
			for _, activity := range a.Activities {
				assert.Equal(t, id, activity.ArtifactID)
			}
			assert.Equal(t, []*url.URL{{Path: r.Request.Path}}, mock.URLs())
			assert.Nil(t, a.RawJSON())
		})
	}
}

func TestGetRefusesIDs(t *testing.T) {
	t.Parallel()
	for name, bad := range map[string]string{
		"empty":           "",
		"23 digits":       strings.Repeat("a", 23),
		"25 digits":       strings.Repeat("a", 25),
		"26 digits":       strings.Repeat("a", 26),
		"not hex":         strings.Repeat("g", 24),
		"not hex, upper":  strings.Repeat("G", 24),
		"a path":          "../../../../../../../etc",
		"a line break":    strings.Repeat("a", 23) + "\n",
		"24 wide digits":  strings.Repeat("１", 24),
		"a whole article": strings.Repeat("long ", 1000),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, mock := clienttest.NewMock(t)
			_, err := c.Artifact.Get(t.Context(), bad)
			require.ErrorIs(t, err, zadig.ErrBadRequest)
			assert.ErrorContains(t, err, "artifact.Get: bad request: id: ")
			assert.Less(t, len(err.Error()), 300)
			assert.NotContains(t, err.Error(), "\n")
			assert.Empty(t, mock.URLs())
		})
	}
	c, _ := clienttest.Mocked(t, listPath+"/"+strings.Repeat("aF", 12), recording.Get(t, "v5.0.0/artifact_by_id").Respond)
	_, err := c.Artifact.Get(t.Context(), strings.Repeat("aF", 12))
	assert.NoError(t, err, "upper case is fine")
}

// downOrNot are answers to a list of one, for an answer that means one thing
// when the database is there and another when it is down.
func downOrNot(t *testing.T) map[string]struct {
	list  httpmock.Responder
	alive bool
	says  string
} {
	t.Helper()
	return map[string]struct {
		list  httpmock.Responder
		alive bool
		says  string
	}{
		"the list is answered":             {recording.Get(t, "v5.0.0/artifacts").Respond, true, ""},
		"the list is empty":                {recording.Get(t, "v1.11.0/artifacts_none").Respond, true, ""},
		"the list is null":                 {clienttest.Respond(200, "null"), true, ""},
		"the list's artifact is odd":       {clienttest.Respond(200, `[17]`), true, ""},
		"the database is down":             {recording.Get(t, "v1.11.0/db_down_artifacts").Respond, false, "listing fails, too"},
		"the connection is closed":         {recording.Get(t, "v1.11.0/db_down_releases_with_project").Respond, false, "listing fails, too"},
		"the gateway has nobody behind it": {clienttest.Respond(503, ""), false, "listing fails, too"},
		"a login page":                     {clienttest.Respond(200, "<html>"), false, "listing fails, too"},
		"an object":                        {clienttest.Respond(200, `{"message":"success"}`), false, "listing fails, too"},
		"nothing":                          {clienttest.Respond(200, ""), false, "listing fails, too"},
	}
}

// oneSentinel checks that exactly this one matches.
func oneSentinel(t *testing.T, err, sentinel error) {
	t.Helper()
	require.ErrorIs(t, err, sentinel)
	for _, other := range []error{zadig.ErrNotFound, zadig.ErrServer, zadig.ErrUnexpectedResponse, zadig.ErrBadRequest} {
		assert.Equal(t, errors.Is(sentinel, other), errors.Is(err, other), "exactly one sentinel: %v", other)
	}
	assert.NotContains(t, err.Error(), "\n", "one line")
}

// 400 with code 6662 is a missing artifact or a database that is down.
func TestGetFindsOutWhatIsMissing(t *testing.T) {
	t.Parallel()
	for name, test := range downOrNot(t) {
		for _, missing := range []string{
			"v1.11.0/artifact_by_id_not_found_fresh", "v1.11.0/artifact_by_id_not_found_after_image_error",
			"v1.11.0/db_down_artifact_by_id", "v5.0.0/artifact_not_found",
		} {
			t.Run(name+"/"+missing, func(t *testing.T) {
				t.Parallel()
				c, mock := clienttest.Mocked(t, listPath+"/"+someID, recording.Get(t, missing).Respond)
				mock.Get(listPath+"?page=1&per_page=1", test.list)
				a, err := c.Artifact.Get(t.Context(), someID)
				assert.Nil(t, a)
				sentinel := zadig.ErrServer
				if test.alive {
					sentinel = zadig.ErrNotFound
					assert.Len(t, mock.URLs(), 2)
				}
				oneSentinel(t, err, sentinel)
				assert.ErrorContains(t, err, test.says)
				assert.ErrorContains(t, err, listPath+"/"+someID, "it is about the artifact")
			})
		}
	}
}

func TestGetWhoseContextEndsBeforeItIsDecided(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	c, mock := clienttest.Mocked(t, listPath+"/"+someID, recording.Get(t, "v5.0.0/artifact_not_found").Respond)
	mock.Get(listPath, func(req *http.Request) (*http.Response, error) {
		cancel()
		<-req.Context().Done()
		return nil, req.Context().Err()
	})
	_, err := c.Artifact.Get(ctx, someID)
	require.ErrorIs(t, err, context.Canceled)
	require.NotErrorIs(t, err, zadig.ErrNotFound)
	var answer *zadig.Error
	require.ErrorAs(t, err, &answer, "what came is not lost")
	assert.Equal(t, 6662, answer.Code)
	assert.NotContains(t, err.Error(), "\n", "one line")
	assert.Len(t, mock.URLs(), 2)
}

func TestGetFailures(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		response httpmock.Responder
		sentinel error
		says     string
	}{
		"null":          {clienttest.Respond(200, `null`), zadig.ErrUnexpectedResponse, "got null, want an artifact"},
		"empty object":  {clienttest.Respond(200, `{}`), zadig.ErrUnexpectedResponse, "got a JSON object, want an artifact: neither id nor image"},
		"array":         {recording.Get(t, "v5.0.0/artifacts").Respond, zadig.ErrUnexpectedResponse, "got a JSON array, want an artifact"},
		"login page":    {clienttest.Respond(200, "<html>"), zadig.ErrUnexpectedResponse, "an HTML page"},
		"no permission": {recording.Get(t, "v5.0.0/forbidden_artifacts").Respond, zadig.ErrForbidden, "403"},
		"unknown path":  {recording.Get(t, "v1.11.0/aslan_unknown_route").Respond, zadig.ErrUnexpectedResponse, "no artifacts by id; is the base URL right?"},
		"its events":    {clienttest.Respond(400, `{"code":6665,"description":"","extra":{},"message":"","type":"error"}`), zadig.ErrServer, "6665"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, mock := clienttest.Mocked(t, listPath+"/"+someID, test.response)
			a, err := c.Artifact.Get(t.Context(), someID)
			assert.Nil(t, a)
			require.ErrorIs(t, err, test.sentinel)
			assert.ErrorContains(t, err, test.says)
			assert.Len(t, mock.URLs(), 1)
		})
	}
}
