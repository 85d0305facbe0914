package artifact_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/artifact"
	"github.com/zadig-go/zadig/internal/testkit/clienttest"
	"github.com/zadig-go/zadig/internal/testkit/recording"
	"github.com/zadig-go/zadig/zadigtest"
)

const (
	documentedPath = "/api/directory/dc/artifact"
	imagePath      = listPath + "/image"
	idPath         = listPath + "/" + someID
)

var errPartial = errors.New("no error, but a partial artifact")

// picketError responds as picket does when aslan failed.
func picketError(description string) httpmock.Responder {
	return clienttest.Respond(500, fmt.Sprintf(`{"code":500,"description":%q,"message":"Internal Error: "}`, description))
}

func TestTraceRequests(t *testing.T) {
	t.Parallel()
	respond, odd := clienttest.Respond, zadig.ErrUnexpectedResponse
	const image, other = "host/app:1", `{"id":"` + someID + `","image":"host/app:2"}`
	found := respond(200, someID)
	complete := respond(200, `{"id":"`+someID+`","image":"`+image+`","layers":[{}]}`)
	partial := respond(200, `{"image":"`+image+`"}`)
	refused := httpmock.Responder(recording.Get(t, "v1.11.0/artifact_id_by_image_not_found").Respond) // 400, code 6662
	missing := recording.Get(t, "v1.11.0/dc_artifact_not_found").Respond
	forbidden := respond(403, "")
	forbiddenToPicket := picketError("failed to get artifact by image err:[403 Forbidden] ")
	unknownPath := recording.Get(t, "v1.11.0/aslan_unknown_route").Respond
	gateway404 := respond(404, `{"code":404,"message":"no upstream"}`)
	page := respond(200, "<html>")
	down := recording.Get(t, "v1.11.0/db_down_dc_artifact").Respond
	for name, test := range map[string]struct {
		image, id, documented httpmock.Responder
		want                  error // nil: complete
		says                  string
		requests              int
	}{
		"found":                            {found, complete, nil, nil, "", 2},
		"not built by Zadig":               {refused, nil, missing, zadig.ErrNotFound, "[400 BadRequest] code 6662", 2},
		"up to v1.7.1":                     {refused, nil, unknownPath, zadig.ErrUnsupported, "servers up to v1.7.1 cannot trace", 2},
		"database down":                    {refused, nil, down, zadig.ErrServer, "context deadline exceeded", 2},
		"database down for a moment":       {refused.Then(found), complete, partial, nil, "", 4},
		"database down for the id":         {found, refused.Then(complete), partial, nil, "", 5},
		"deleted meanwhile":                {found, refused, missing, zadig.ErrNotFound, "", 3},
		"refused although it is there":     {refused, nil, partial, zadig.ErrServer, "but there is an artifact of the image", 3},
		"forbidden":                        {forbidden, nil, forbiddenToPicket, zadig.ErrForbidden, "[403 Forbidden]", 2},
		"forbidden for a moment":           {forbidden.Then(found), complete, partial, nil, "", 4},
		"only the documented endpoint":     {forbidden, nil, partial, errPartial, "", 3},
		"the id is not permitted":          {found, forbidden, partial, errPartial, "", 5},
		"no other endpoint":                {unknownPath, nil, partial, errPartial, "", 3},
		"no Zadig":                         {unknownPath, nil, gateway404, odd, "is the base URL right?", 2},
		"a gateway's 404":                  {gateway404, nil, missing, zadig.ErrNotFound, "6662", 2},
		"a gateway's 404 for a moment":     {gateway404.Then(found), complete, partial, nil, "", 4},
		"a gateway's 404 for all":          {gateway404, nil, gateway404, odd, "is the base URL right?", 2},
		"no token":                         {respond(401, ""), nil, nil, zadig.ErrUnauthorized, "", 1},
		"a login page":                     {page, nil, nil, odd, "an HTML page", 1},
		"no id":                            {respond(200, `"ok"`), nil, nil, odd, "want the id of an artifact", 1},
		"the check has a login page":       {refused, nil, page, odd, "an HTML page", 2},
		"the check has no token":           {refused, nil, respond(401, ""), zadig.ErrUnauthorized, "", 2},
		"the check is limited":             {refused, nil, respond(429, ""), zadig.ErrRateLimited, "", 4},
		"events that cannot be read":       {found, respond(400, `{"code":6665}`), nil, zadig.ErrServer, "6665", 2},
		"another image":                    {found, respond(200, other), nil, odd, `want "host/app:1"`, 2},
		"another id":                       {found, respond(200, `{"id":"`+id(7)+`","image":"`+image+`"}`), nil, odd, "want " + someID, 2},
		"another image, as documented":     {refused, nil, respond(200, other), odd, `want "host/app:1"`, 2},
		"an error in a success, by id":     {found, respond(200, `{"type":"error","code":500}`), nil, odd, "missing id and image", 2},
		"the second attempt has a failure": {refused.Then(respond(401, "")), nil, partial, zadig.ErrUnauthorized, "", 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, mock := clienttest.NewMock(t)
			for path, response := range map[string]httpmock.Responder{imagePath: test.image, idPath: test.id, documentedPath: test.documented} {
				if response != nil {
					mock.Get(path, response)
				}
			}
			a, err := c.Artifact.Trace(t.Context(), image)
			assert.Len(t, mock.URLs(), test.requests)
			switch {
			case test.want == nil:
				require.NoError(t, err)
				assert.False(t, a.IsPartial())
				assert.Len(t, a.Layers, 1)
			case errors.Is(test.want, errPartial):
				require.NoError(t, err)
				assert.True(t, a.IsPartial())
			default:
				assert.Nil(t, a)
				require.ErrorIs(t, err, test.want)
				assert.ErrorContains(t, err, test.says)
				assert.NotContains(t, clienttest.Sentinel(err), " and ")
			}
		})
	}
}

// The server sends the id as plain text.
func TestTraceReadsRecordedIDs(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"v1.11.0/artifact_id_by_image", "v1.11.0/artifact_id_by_image_digest", "v5.0.0/artifact_id_by_image"} {
		r := recording.Get(t, name)
		id := strings.Trim(string(r.Bytes()), `"`)
		c, mock := clienttest.Mocked(t, imagePath, r.Respond)
		mock.Get(listPath+"/"+id, clienttest.Respond(200, `{"id":"`+id+`","image":"host/app:1"}`))
		a, err := c.Artifact.Trace(t.Context(), "host/app:1")
		require.NoError(t, err, name)
		assert.Equal(t, id, a.ID)
	}
}

func TestTraceWhoseContextEnds(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	c, mock := clienttest.Mocked(t, imagePath, recording.Get(t, "v1.11.0/artifact_id_by_image_not_found").Respond)
	mock.Get(documentedPath, func(req *http.Request) (*http.Response, error) {
		cancel()
		return nil, req.Context().Err()
	})
	_, err := c.Artifact.Trace(ctx, "host/app:1")
	require.ErrorIs(t, err, context.Canceled)
	assert.Empty(t, clienttest.Sentinel(err))
}

// The documented endpoint, which responds to the option OneRequest.
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
			c, mock := clienttest.Mocked(t, documentedPath, r.Respond)
			query, _ := url.ParseQuery(r.Request.Query)
			image := cmp.Or(query.Get("image"), "nginx:1")
			a, err := c.Artifact.Trace(t.Context(), image, artifact.OneRequest())
			assert.Len(t, mock.URLs(), 1)
			if fails {
				assert.Nil(t, a)
				require.ErrorIs(t, err, failure.sentinel)
				require.ErrorContains(t, err, failure.says)
				assert.Equal(t, 500, clienttest.AsError(t, err).StatusCode)
				return
			}
			require.NoError(t, err)
			assert.True(t, a.IsPartial())
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
			a, err = keeping.Artifact.Trace(t.Context(), image, artifact.OneRequest())
			require.NoError(t, err)
			assert.Equal(t, string(r.Bytes()), string(a.RawJSON()))
		})
	}
	assert.Empty(t, failures, "recordings that have gone")
	assert.Greater(t, found, 10, "most recordings have gone")
}

// The server receives every image exactly as given.
func TestTraceEscapes(t *testing.T) {
	t.Parallel()
	c, mock := clienttest.NewMock(t)
	var image string
	mock.Get(imagePath, func(req *http.Request) (*http.Response, error) {
		image = req.URL.Query().Get("image")
		return httpmock.NewStringResponse(200, someID), nil
	})
	mock.Get(idPath, func(*http.Request) (*http.Response, error) {
		return httpmock.NewJsonResponse(200, map[string]any{"id": someID, "image": image})
	})
	for _, image := range []string{
		"localhost:5000/app@sha256:" + strings.Repeat("1d", 32), "app:1.0.0+build.5", "a&b=c:1#frag?x",
		"app:100%zz", "app:100%25", "app with space:1 ", "商城/应用:一", "a;b", `a"b\c`, "a\nb",
	} {
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

func TestTraceOneRequestFailures(t *testing.T) {
	t.Parallel()
	respond, odd := clienttest.Respond, zadig.ErrUnexpectedResponse
	for name, test := range map[string]struct {
		response httpmock.Responder
		sentinel error
		says     string
	}{
		"empty object":    {respond(200, `{}`), odd, "want an artifact: missing id and image"},
		"wrong member":    {respond(200, `{"image":"nginx:1","activities":[{"commits":{}}]}`), odd, "at /activities/0/commits: got an object"},
		"up to v1.7.1":    {respond(404, "Invalid path: /public-api/v1/dc/artifact"), zadig.ErrUnsupported, "cannot trace an image"},
		"no permission":   {picketError("failed to get artifact by image err:[403 Forbidden] "), zadig.ErrForbidden, "[403 Forbidden]"},
		"its second step": {picketError("failed to unmarshal err:unexpected end of JSON input"), zadig.ErrServer, "unexpected end"},
		"a panic":         {respond(500, ""), zadig.ErrServer, "empty body"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, mock := clienttest.Mocked(t, documentedPath, test.response)
			a, err := c.Artifact.Trace(t.Context(), "nginx:1", artifact.OneRequest())
			assert.Nil(t, a)
			require.ErrorIs(t, err, test.sentinel)
			assert.ErrorContains(t, err, test.says)
			assert.ErrorContains(t, err, "GET /base"+documentedPath+"?image=nginx%3A1: ")
			assert.Len(t, mock.URLs(), 1)
		})
	}
}

// builtOf is an artifact that was built from several pull requests.
func builtOf(image string, pulls ...int) *artifact.Artifact {
	return &artifact.Artifact{
		Name: "app", Type: "image", Image: image, ImageTag: "1", ImageSize: 1, ImageDigest: builtDigest,
		Activities: []*artifact.Activity{{Type: artifact.ActivityBuild,
			Commits: []*artifact.Commit{{Address: "https://h", RepoOwner: "o", RepoName: "r", PRs: pulls}}}},
	}
}

func TestTraceOnEveryServer(t *testing.T) {
	t.Parallel()
	versions := zadigtest.Versions()
	severalPullRequests := slices.Index(versions, "v1.18.0") // since v1.16.0
	require.Positive(t, severalPullRequests)
	for i, version := range versions {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			const image = "host/app:1"
			srv := zadigtest.NewServer(t, zadigtest.WithServerVersion(version), zadigtest.WithArtifacts(builtOf(image, 7, 8)))
			s := srv.Client(zadig.WithRetry(zadig.RetryPolicy{MaxAttempts: 1})).Artifact
			a, err := s.Trace(t.Context(), image)
			_, missing := s.Trace(t.Context(), image+"0")
			if version == "v1.7.1" {
				for _, err := range []error{err, missing} {
					require.ErrorIs(t, err, zadig.ErrUnsupported)
					require.ErrorIs(t, err, errors.ErrUnsupported)
					assert.Equal(t, "ErrUnsupported", clienttest.Sentinel(err))
				}
				return
			}
			require.NoError(t, err)
			assert.False(t, a.IsPartial())
			assert.Len(t, a.ID, 24)
			assert.Equal(t, i >= severalPullRequests, len(a.PullRequests()) == 2)
			require.ErrorIs(t, missing, zadig.ErrNotFound)

			for _, failure := range []zadigtest.Fault{zadigtest.RecordNotFound(), zadigtest.GatewayNotFound(), zadigtest.NoPermission()} {
				srv.Inject(failure.On(zadigtest.FindArtifact, zadigtest.GetArtifact).Times(1))
				again, err := s.Trace(t.Context(), image)
				require.NoError(t, err)
				assert.Equal(t, a, again, "after a failure for a moment")
			}

			partial, err := s.Trace(t.Context(), image, artifact.OneRequest())
			require.NoError(t, err)
			assert.True(t, partial.IsPartial())
			assert.Empty(t, partial.PullRequests())

			srv.Inject(zadigtest.NoPermission().On(zadigtest.FindArtifact, zadigtest.GetArtifact))
			partial, err = s.Trace(t.Context(), image)
			require.NoError(t, err)
			assert.True(t, partial.IsPartial())
			srv.Inject(zadigtest.DatabaseDown())
			_, err = s.Trace(t.Context(), image)
			require.ErrorIs(t, err, zadig.ErrServer)
		})
	}
}
