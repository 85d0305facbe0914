package artifact_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/jarcoal/httpmock"

	"github.com/zadig-go/zadig/internal/testkit/clienttest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/artifact"
	"github.com/zadig-go/zadig/internal/testkit/recording"
	"github.com/zadig-go/zadig/zadigtest"
)

const tracePath = "/api/directory/dc/artifact"

func TestTraceReadsRecordings(t *testing.T) {
	t.Parallel()
	failures := map[string]struct {
		sentinel error
		says     string
	}{ // all others are found
		"v1.11.0/dc_artifact_image_empty":                 {zadig.ErrBadRequest, "image"},
		"v1.11.0/dc_artifact_image_missing":               {zadig.ErrBadRequest, "image"},
		"v1.11.0/dc_artifact_percent_bad_escape":          {zadig.ErrBadRequest, "image"},
		"v1.11.0/dc_artifact_not_found":                   {zadig.ErrNotFound, "mongo: no documents"},
		"v1.11.0/dc_artifact_percent_unescaped_not_found": {zadig.ErrNotFound, "mongo: no documents"},
		"v1.11.0/dc_artifact_plus_unescaped_not_found":    {zadig.ErrNotFound, "mongo: no documents"},
		"v1.11.0/dc_artifact_surrounding_space_not_found": {zadig.ErrNotFound, "mongo: no documents"},
		"v1.11.0/db_down_dc_artifact":                     {zadig.ErrServer, "context deadline exceeded"},
		"v1.11.0/aslan_down_dc_artifact":                  {zadig.ErrServer, "connection refused"},
		"v5.0.0/dc_artifact_image_missing":                {zadig.ErrBadRequest, "image"},
		"v5.0.0/dc_artifact_not_found":                    {zadig.ErrNotFound, "mongo: no documents"},
	}
	found := 0
	for _, r := range append(recording.Load(t, "v1.11.0/*dc_artifact*"), recording.Load(t, "v5.0.0/*dc_artifact*")...) {
		failure, fails := failures[r.Name]
		delete(failures, r.Name)
		if !fails {
			found++
		}
		t.Run(r.Name, func(t *testing.T) {
			t.Parallel()
			c, mock := clienttest.Mocked(t, tracePath, r.Respond)
			a, err := c.Artifact.Trace(t.Context(), "nginx:1")
			assert.Len(t, mock.URLs(), 1, "a 500 of Zadig is its answer and not sent again")
			if fails {
				require.ErrorIs(t, err, failure.sentinel)
				require.ErrorContains(t, err, failure.says)
				assert.Nil(t, a)
				var answer *zadig.Error
				require.ErrorAs(t, err, &answer)
				assert.Equal(t, 500, answer.StatusCode)
				return
			}
			require.NoError(t, err)
			sent, err := url.ParseQuery(r.Request.Query)
			require.NoError(t, err)
			assert.Equal(t, sent["image"][0], a.Image)
			assert.NotNil(t, a.Activities, "sent by every server")
			var sorted int
			for kind, activities := range a.SortedActivities {
				for _, activity := range activities {
					assert.Equal(t, kind, activity.Type)
				}
				sorted += len(activities)
			}
			assert.Equal(t, len(a.Activities), sorted)
			assert.Nil(t, a.RawJSON())

			keeping, err := c.With(zadig.WithRawJSON())
			require.NoError(t, err)
			a, err = keeping.Artifact.Trace(t.Context(), "nginx:1")
			require.NoError(t, err)
			assert.Equal(t, string(r.Bytes()), string(a.RawJSON()))
		})
	}
	assert.Empty(t, failures, "recordings that have gone")
	assert.Greater(t, found, 10, "most recordings have gone")
}

// An image arrives as it was given, whatever is in it.
func TestTraceEscapes(t *testing.T) {
	t.Parallel()
	c, mock := clienttest.Mocked(t, tracePath, func(req *http.Request) (*http.Response, error) {
		assert.Len(t, req.URL.Query(), 1)
		return httpmock.NewJsonResponse(200, map[string]any{"image": req.URL.Query().Get("image"), "activities": []any{}})
	})
	images := []string{
		"ccr.ccs.tencentyun.com/koderover-rc/picket:20211214154446-70-main-pr-736",
		"localhost:5000/app@sha256:" + strings.Repeat("1d", 32),
		"app:1.0.0+build.5",
		"a&b=c:1#frag?x",
		"app:100%zz",
		"app:100%25",
		"app with space:1 ",
		"商城/应用:一",
		"a;b",
		`a"b\c`,
		"a\nb",
	}
	for _, image := range images {
		a, err := c.Artifact.Trace(t.Context(), image)
		require.NoError(t, err, image)
		assert.Equal(t, image, a.Image)
	}
	assert.Equal(t, "image=app%3A1.0.0%2Bbuild.5", mock.URLs()[2].RawQuery, "a bare + is another image")
}

func TestTraceRefusesAnEmptyImage(t *testing.T) {
	t.Parallel()
	c, mock := clienttest.NewMock(t)
	_, err := c.Artifact.Trace(t.Context(), "")
	require.ErrorIs(t, err, zadig.ErrBadRequest)
	assert.ErrorContains(t, err, "artifact.Trace: bad request: image: ")
	assert.Empty(t, mock.URLs())
}

func TestTraceFailures(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		response httpmock.Responder
		sentinel error
		says     string
	}{
		"null":            {clienttest.Respond(200, `null`), zadig.ErrUnexpectedResponse, "got null, want an artifact"},
		"empty object":    {clienttest.Respond(200, `{}`), zadig.ErrUnexpectedResponse, "got a JSON object, want an artifact: neither id nor image"},
		"success":         {clienttest.Respond(200, `{"message":"success"}`), zadig.ErrUnexpectedResponse, "got a JSON object, want an artifact: neither id nor image"},
		"an error in 200": {clienttest.Respond(200, `{"type":"error","code":500,"message":"Internal Error"}`), zadig.ErrUnexpectedResponse, "got a JSON object, want an artifact: neither id nor image"},
		"a user":          {clienttest.Respond(200, `{"name":"user1","type":"system"}`), zadig.ErrUnexpectedResponse, "got a JSON object, want an artifact: neither id nor image"},
		"array":           {clienttest.Respond(200, `[{"image":"nginx:1"}]`), zadig.ErrUnexpectedResponse, "got a JSON array, want an artifact"},
		"string":          {clienttest.Respond(200, `"ok"`), zadig.ErrUnexpectedResponse, "got a JSON string, want an artifact"},
		"login page":      {clienttest.Respond(200, "<html>"), zadig.ErrUnexpectedResponse, "an HTML page"},
		"nothing":         {clienttest.Respond(200, ""), zadig.ErrUnexpectedResponse, "got an empty body, want an artifact"},
		"wrong member":    {clienttest.Respond(200, `{"image":"nginx:1","activities":[{"commits":{}}]}`), zadig.ErrUnexpectedResponse, "at /activities/0/commits: got an object, want an array"},
		"up to v1.7.1":    {clienttest.Respond(404, "Invalid path: /public-api/v1/dc/artifact"), zadig.ErrUnexpectedResponse, "servers up to v1.7.1 cannot trace an image"},
		"no Zadig":        {clienttest.Respond(404, "<html>"), zadig.ErrUnexpectedResponse, "is the base URL right?"},
		"no permission":   {clienttest.Respond(500, `{"code":500,"description":"failed to get artifact by image err:[403 Forbidden] ","message":"Internal Error: "}`), zadig.ErrForbidden, "[403 Forbidden]"},
		"aslan is silent": {clienttest.Respond(500, `{"code":500,"description":"failed to get artifact by image err:Get \"http://aslan/\": context deadline exceeded","message":"Internal Error: "}`), zadig.ErrServer, "context deadline exceeded"},
		"its second step": {clienttest.Respond(500, `{"code":500,"description":"failed to unmarshal deliveryArtifactInfo err:unexpected end of JSON input","message":"Internal Error: "}`), zadig.ErrServer, "unexpected end"},
		"a panic":         {clienttest.Respond(500, ""), zadig.ErrServer, "empty body"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, mock := clienttest.Mocked(t, tracePath, test.response)
			a, err := c.Artifact.Trace(t.Context(), "nginx:1")
			assert.Nil(t, a)
			require.ErrorIs(t, err, test.sentinel)
			assert.ErrorContains(t, err, test.says)
			assert.ErrorContains(t, err, "GET /base"+tracePath+"?image=nginx%3A1: ")
			assert.Len(t, mock.URLs(), 1)
		})
	}
}

func TestTraceOnEveryServer(t *testing.T) {
	t.Parallel()
	for _, version := range zadigtest.Versions() {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			const image = "nginx:1"
			srv := zadigtest.NewServer(t, zadigtest.WithServerVersion(version), zadigtest.WithArtifacts(&artifact.Artifact{Type: "image", Image: image}))
			c := srv.Client(zadig.WithRetry(zadig.RetryPolicy{MaxAttempts: 1}))
			a, err := c.Artifact.Trace(t.Context(), image)
			_, missing := c.Artifact.Trace(t.Context(), image+"0")
			if version == "v1.7.1" {
				require.ErrorIs(t, err, zadig.ErrUnexpectedResponse)
				assert.Equal(t, 404, clienttest.AsError(t, err).StatusCode)
				require.ErrorIs(t, missing, zadig.ErrUnexpectedResponse)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, image, a.Image)
			require.ErrorIs(t, missing, zadig.ErrNotFound)
			srv.Inject(zadigtest.DatabaseDown())
			_, err = c.Artifact.Trace(t.Context(), image)
			require.ErrorIs(t, err, zadig.ErrServer)
		})
	}
}
