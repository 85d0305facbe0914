package artifact_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/artifact"
	"github.com/zadig-go/zadig/internal/testkit/clienttest"
	"github.com/zadig-go/zadig/internal/testkit/recording"
)

func TestGetReadsRecordings(t *testing.T) {
	t.Parallel()
	for name, check := range map[string]struct{ layers, dockerFile bool }{
		"v1.11.0/artifact_by_id":             {},
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
	for _, bad := range []string{
		"", strings.Repeat("a", 23), strings.Repeat("a", 26), strings.Repeat("g", 24), "../../../../../../../etc", strings.Repeat("a", 23) + "\n",
	} {
		_, err := artifact.New(nil).Get(t.Context(), bad)
		require.ErrorIs(t, err, zadig.ErrBadRequest)
		assert.ErrorContains(t, err, "artifact.Get: bad request: id: ")
		assert.NotContains(t, err.Error(), "\n")
	}
}

func TestGetOfUpperCase(t *testing.T) {
	t.Parallel()
	c, _ := clienttest.Mocked(t, listPath+"/"+strings.ToUpper(someID), clienttest.Respond(200, `{"id":"`+someID+`"}`))
	_, err := c.Artifact.Get(t.Context(), strings.ToUpper(someID))
	assert.NoError(t, err)
}

// refusals are responses to the list of one artifact that the SDK requests after a
// refusal, to find out whether the database is down.
func refusals(t *testing.T) map[string]struct {
	list httpmock.Responder
	want error // nil: the list works
} {
	t.Helper()
	return map[string]struct {
		list httpmock.Responder
		want error
	}{
		"a list":                  {recording.Get(t, "v5.0.0/artifacts").Respond, nil},
		"an empty list":           {recording.Get(t, "v1.11.0/artifacts_none").Respond, nil},
		"null":                    {clienttest.Respond(200, "null"), nil},
		"an artifact of no use":   {clienttest.Respond(200, `[17]`), nil},
		"the database is down":    {recording.Get(t, "v1.11.0/db_down_artifacts").Respond, zadig.ErrServer},
		"no service":              {clienttest.Respond(503, ""), zadig.ErrServer},
		"a login page":            {clienttest.Respond(200, "<html>"), zadig.ErrUnexpectedResponse},
		"forbidden":               {clienttest.Respond(403, ""), zadig.ErrForbidden},
		"the token has expired":   {clienttest.Respond(401, ""), zadig.ErrUnauthorized},
		"too many requests":       {clienttest.Respond(429, ""), zadig.ErrRateLimited},
		"the context has ended":   {func(*http.Request) (*http.Response, error) { return nil, context.Canceled }, context.Canceled},
		"the path is not Zadig's": {recording.Get(t, "v1.11.0/aslan_unknown_route").Respond, zadig.ErrUnexpectedResponse},
	}
}

// 400 with code 6662 is a missing artifact or a database that is down.
func TestGetRefused(t *testing.T) {
	t.Parallel()
	missing := recording.Get(t, "v1.11.0/artifact_by_id_not_found_fresh").Respond
	for name, test := range refusals(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, mock := clienttest.Mocked(t, idPath, missing)
			mock.Get(listPath+"?page=1&per_page=1", test.list)
			a, err := c.Artifact.Get(t.Context(), someID)
			assert.Nil(t, a)
			if test.want == nil {
				require.ErrorIs(t, err, zadig.ErrNotFound)
				assert.ErrorContains(t, err, idPath)
				assert.Len(t, mock.URLs(), 3)
				return
			}
			require.ErrorIs(t, err, test.want)
			assert.ErrorContains(t, err, "listing artifacts to learn why a request was refused: ")
			assert.NotContains(t, clienttest.Sentinel(err), " and ")
		})
	}
}

func TestGetFailures(t *testing.T) {
	t.Parallel()
	respond, unknownPath := clienttest.Respond, recording.Get(t, "v1.11.0/aslan_unknown_route").Respond
	for name, test := range map[string]struct {
		response httpmock.Responder
		sentinel error
		says     string
	}{
		"empty object":    {respond(200, `{}`), zadig.ErrUnexpectedResponse, "want an artifact: missing id and image"},
		"another":         {respond(200, `{"id":"`+id(7)+`"}`), zadig.ErrUnexpectedResponse, ", want " + someID},
		"no permission":   {recording.Get(t, "v5.0.0/forbidden_artifacts").Respond, zadig.ErrForbidden, "403"},
		"unknown path":    {unknownPath, zadig.ErrUnexpectedResponse, "no artifacts by id; is the base URL right?"},
		"a gateway's 404": {respond(404, `{"code":404,"message":"none"}`), zadig.ErrUnexpectedResponse, "is the base URL right?"},
		"its events":      {respond(400, `{"code":6665,"message":"","type":"error"}`), zadig.ErrServer, "6665"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, mock := clienttest.Mocked(t, idPath, test.response)
			a, err := c.Artifact.Get(t.Context(), someID)
			assert.Nil(t, a)
			require.ErrorIs(t, err, test.sentinel)
			assert.ErrorContains(t, err, test.says)
			assert.Len(t, mock.URLs(), 1)
		})
	}
}
