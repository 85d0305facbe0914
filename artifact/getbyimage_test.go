package artifact_test

import (
	"strings"

	"github.com/jarcoal/httpmock"

	"github.com/zadig-go/zadig/internal/testkit/clienttest"

	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/artifact"
	"github.com/zadig-go/zadig/internal/testkit/recording"
	"github.com/zadig-go/zadig/zadigtest"
)

// builtOf is an artifact that was built from several pull requests.
func builtOf(image string, pulls ...int) *artifact.Artifact {
	return &artifact.Artifact{
		Name: "app", Type: "image", Image: image, ImageTag: "1", ImageSize: 1, ImageDigest: builtDigest,
		Activities: []*artifact.Activity{{
			Type: artifact.ActivityBuild, Commits: []*artifact.Commit{{Address: "https://h", RepoOwner: "o", RepoName: "r", PRs: pulls}},
		}},
	}
}

// Trace shows a build of two pull requests as one of none; GetByImage does not.
func TestPullRequestsOfABuildOfSeveral(t *testing.T) {
	t.Parallel()
	since := slices.Index(zadigtest.Versions(), "v1.16.0") // the first with Commit.PRs
	require.Positive(t, since)
	for i, version := range zadigtest.Versions() {
		if version == "v1.7.1" { // which does not know images
			continue
		}
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			const image = "host/app:1"
			srv := zadigtest.NewServer(t, zadigtest.WithServerVersion(version), zadigtest.WithArtifacts(builtOf(image, 7, 8)))
			service := srv.Client().Artifact

			traced, err := service.Trace(t.Context(), image)
			require.NoError(t, err)
			assert.Empty(t, traced.PullRequests())

			full, err := service.GetByImage(t.Context(), image)
			require.NoError(t, err)
			assert.Len(t, full.ID, 24)
			if i >= since {
				assert.Len(t, full.PullRequests(), 2)
			} else {
				assert.Empty(t, full.PullRequests())
			}
			for _, result := range service.TraceMany(t.Context(), []string{image}, artifact.TraceManyOptions{Full: true}) {
				assert.Equal(t, artifact.Result{Artifact: full}, result)
			}

			_, err = service.GetByImage(t.Context(), "host/app:2")
			require.ErrorIs(t, err, zadig.ErrNotFound)
			srv.Inject(zadigtest.DatabaseDown())
			_, err = service.GetByImage(t.Context(), image)
			require.ErrorIs(t, err, zadig.ErrServer)
		})
	}
}

func TestGetByImageFailures(t *testing.T) {
	t.Parallel()
	const byImage = listPath + "/image?image=a"
	id := recording.Get(t, "v1.11.0/artifact_id_by_image")
	for name, test := range map[string]struct {
		image     string
		responses map[string]httpmock.Responder
		want      error
		says      string
	}{
		"empty":            {"", nil, zadig.ErrBadRequest, "must not be empty"},
		"forbidden":        {"a", map[string]httpmock.Responder{byImage: recording.Get(t, "v5.0.0/forbidden_artifact_id_by_image").Respond}, zadig.ErrForbidden, ""},
		"not an id":        {"a", map[string]httpmock.Responder{byImage: clienttest.Respond(200, "619dbaa8c52807000000000")}, zadig.ErrUnexpectedResponse, "want the id of an artifact"},
		"a path for an id": {"a", map[string]httpmock.Responder{byImage: clienttest.Respond(200, "../../../x/aaaaaaaaaaaaaa")}, zadig.ErrUnexpectedResponse, "want the id of an artifact"},
		"a page":           {"a", map[string]httpmock.Responder{byImage: clienttest.Respond(200, "<html>")}, zadig.ErrUnexpectedResponse, "an HTML page"},
		"no such endpoint": {"a", map[string]httpmock.Responder{byImage: clienttest.Respond(404, "404 page not found")}, zadig.ErrUnexpectedResponse, "no artifacts by image"},
		"deleted meanwhile": {"a", map[string]httpmock.Responder{
			byImage: id.Respond,
			listPath + "/" + strings.Trim(string(id.Bytes()), `"`): recording.Get(t, "v1.11.0/artifact_by_id_not_found_fresh").Respond,
			listPath + "?page=1&per_page=1":                        clienttest.Respond(200, "[]"),
		}, zadig.ErrNotFound, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, mock := clienttest.NewMock(t)
			for path, response := range test.responses {
				mock.Get(path, response)
			}
			_, err := client.Artifact.GetByImage(t.Context(), test.image)
			require.ErrorIs(t, err, test.want)
			assert.ErrorContains(t, err, test.says)
			assert.Len(t, mock.URLs(), len(test.responses))
		})
	}
}
