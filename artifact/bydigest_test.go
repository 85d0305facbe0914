package artifact_test

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/artifact"
	"github.com/zadig-go/zadig/internal/testkit/clienttest"
	"github.com/zadig-go/zadig/internal/testkit/recording"
	"github.com/zadig-go/zadig/zadigtest"
)

// pushed is an artifact of an image with a digest; made is its time.
func pushed(image, digest string, made int64) *artifact.Artifact {
	repository, tag, _ := strings.Cut(image, ":")
	return &artifact.Artifact{Name: repository[strings.LastIndexByte(repository, '/')+1:], Type: "image", Image: image, ImageTag: tag,
		ImageDigest: digest, ImageSize: 1, CreatedTime: made}
}

func digest(n int) string { return fmt.Sprintf("sha256:%064x", n) }

func TestTraceByDigest(t *testing.T) {
	t.Parallel()
	artifacts := []*artifact.Artifact{
		pushed("host.example/shop/cart:1", digest(1), 1_600_000_100),
		pushed("host.example/shop/cart:2", digest(2), 1_600_000_200),
		pushed("host.example/other/cart:3", digest(3), 1_600_000_300),
		pushed("host.example/shop/cart:4", digest(3), 1_600_000_250),
		pushed("host.example/shop/my-cart:5", digest(5), 1_600_000_500),
		pushed("host.example/shop/c.rt:6", digest(6), 1_600_000_600),
		pushed("host.example/shop/cart:1", digest(7), 1_600_000_700), // built again
		{Name: "cart", Type: "image", Image: "host.example/shop/cart:8", ImageTag: "8"},
		{Name: "cart@sha256", Type: "image", Image: "host.example/shop/cart@" + digest(9), ImageTag: digest(9)[7:], ImageSize: 1},
	}
	for i := range 250 { // more than two pages of another digest
		artifacts = append(artifacts, pushed(fmt.Sprintf("host.example/shop/cart:n%d", i), digest(1000+i), 1_700_000_000+int64(i)))
	}
	const cart, mirror = "host.example/shop/cart", "mirror.example.com/shop/cart"
	at := func(n int) string { return "@" + digest(n) }
	for name, test := range map[string]struct {
		image, imageID string
		want           string // "": not found
		match          artifact.DigestMatch
	}{
		"pinned":                          {cart + at(2), "", cart + ":2", artifact.DigestSame},
		"pinned, with the tag":            {cart + ":2" + at(2), "", cart + ":2", artifact.DigestSame},
		"pinned, with another tag":        {cart + ":9" + at(2), "", cart + ":2", artifact.DigestSame},
		"pinned, built again":             {cart + ":1" + at(7), "", cart + ":1", artifact.DigestSame},
		"pinned, of unknown digest":       {cart + ":8" + at(8), "", cart + ":8", artifact.DigestUnknown},
		"pinned, pushed by somebody else": {cart + ":2" + at(99), "", "", ""},
		"pinned, unknown":                 {cart + at(99), "", "", ""},
		"of another algorithm":            {"host.example/shop/cart@sha512:" + strings.Repeat("0", 127) + "2", "", "", ""},
		"pushed by digest":                {cart + at(9), "", cart + at(9), artifact.DigestSame},
		"an imageID of docker":            {"docker-pullable://host.example/shop/cart" + at(2), "", cart + ":2", artifact.DigestSame},

		"a mirror":                         {"mirror.example.com:5000/shop/cart" + at(2), "", cart + ":2", artifact.DigestSame},
		"a mirror with a path":             {"mirror.example.com/proxy/shop/cart:9" + at(3), "", cart + ":4", artifact.DigestSame},
		"of two, the one of the same path": {mirror + at(3), "", cart + ":4", artifact.DigestSame},
		"of two of other paths, newest":    {"mirror.example.com/cart" + at(3), "", "host.example/other/cart:3", artifact.DigestSame},
		"a mirror, by tag alone":           {mirror + ":2", "", "", ""},
		"a mirror, by tag and imageID":     {mirror + ":2", mirror + at(2), cart + ":2", artifact.DigestSame},
		"a mirror, by tag and digest":      {mirror + ":2", at(2), cart + ":2", artifact.DigestSame},
		"a mirror, imageID of a node":      {mirror + ":2", "docker://" + digest(2), "", ""},
		"the dot is a dot":                 {"mirror.example.com/shop/c.rt" + at(2), "", "", ""},
		"name with a dot":                  {"mirror.example.com/shop/c.rt" + at(6), "", "host.example/shop/c.rt:6", artifact.DigestSame},
		"not a part of a name":             {mirror + at(5), "", "", ""},

		"runs as it was built":          {cart + ":2", cart + at(2), cart + ":2", artifact.DigestSame},
		"runs, built again":             {cart + ":1", cart + at(7), cart + ":1", artifact.DigestSame},
		"runs, pushed by somebody else": {cart + ":2", cart + at(99), cart + ":2", artifact.DigestDrifted},
		"runs, of unknown digest":       {cart + ":8", cart + at(8), cart + ":8", artifact.DigestUnknown},
		"starts, no imageID yet":        {cart + ":2", "", cart + ":2", artifact.DigestUnknown},
	} {
		for _, version := range []string{"v1.11.0", "v5.0.0"} {
			t.Run(version+"/"+name, func(t *testing.T) {
				t.Parallel()
				srv := zadigtest.NewServer(t, zadigtest.WithServerVersion(version), zadigtest.WithArtifacts(artifacts...))
				s := srv.Client().Artifact
				a, err := s.Trace(t.Context(), test.image, artifact.ImageID(test.imageID))
				o := artifact.TraceManyOptions{ImageIDs: map[string]string{test.image: test.imageID}}
				for image, result := range s.TraceMany(t.Context(), []string{test.image}, o) {
					assert.Equal(t, test.image, image)
					assert.Equal(t, a, result.Artifact)
				}
				if test.want == "" {
					require.ErrorIs(t, err, zadig.ErrNotFound)
					assert.Nil(t, a)
					return
				}
				require.NoError(t, err)
				assert.Equal(t, test.want, a.Image)
				assert.False(t, a.IsPartial())
				runs := test.imageID
				if runs == "" {
					runs = test.image
				}
				assert.Equal(t, test.match, a.CompareDigest(runs))
			})
		}
	}
}

// Lists begin with the newest artifact, so a running image usually costs one list request.
func TestTraceByDigestStopsEarly(t *testing.T) {
	t.Parallel()
	var artifacts []*artifact.Artifact
	for i := range 500 {
		artifacts = append(artifacts, pushed(fmt.Sprintf("host.example/shop/cart:%d", i), digest(i), 1_600_000_000+int64(i)))
	}
	srv := zadigtest.NewServer(t, zadigtest.WithArtifacts(artifacts...))
	_, err := srv.Client().Artifact.Trace(t.Context(), "host.example/shop/cart@"+digest(499))
	require.NoError(t, err)
	srv.ExpectRequests(t, zadigtest.ListArtifacts, 1)
	_, err = srv.Client().Artifact.Trace(t.Context(), "host.example/shop/cart@"+digest(501))
	require.ErrorIs(t, err, zadig.ErrNotFound)
	assert.LessOrEqual(t, len(srv.Requests()), 1+2*2+7)
}

// A later page may have an artifact of the same path, which is preferred.
func TestTraceByDigestNeedsEachPage(t *testing.T) {
	t.Parallel()
	const other = `[{"id":"` + someID + `","name":"cart","image":"host.example/other/cart:1","image_digest":"` + builtDigest + `"}]`
	first := clienttest.Respond(200, other).HeaderSet(http.Header{"X-Total": {"2"}})
	c, mock := clienttest.Mocked(t, listPath, first.Then(clienttest.Respond(500, "")))
	mock.Get(imagePath, recording.Get(t, "v1.11.0/artifact_id_by_image_not_found").Respond)
	mock.Get(documentedPath, recording.Get(t, "v1.11.0/dc_artifact_not_found").Respond)
	a, err := c.Artifact.Trace(t.Context(), "host.example/shop/cart@"+builtDigest)
	require.ErrorIs(t, err, zadig.ErrServer)
	assert.Nil(t, a)
}

// Without a valid reference there is no name by which to list artifacts.
func TestTraceByDigestOfNoReference(t *testing.T) {
	t.Parallel()
	srv := zadigtest.NewServer(t)
	_, err := srv.Client().Artifact.Trace(t.Context(), "host.example/shop/Cart:1", artifact.ImageID("@"+builtDigest))
	require.ErrorIs(t, err, zadig.ErrNotFound)
	srv.ExpectRequests(t, zadigtest.ListArtifacts, 0)
}

func TestTraceByDigestFailures(t *testing.T) {
	t.Parallel()
	const element = `{"id":"` + someID + `","name":"cart","image":"host.example/shop/cart:1","image_digest":"` + builtDigest + `"}`
	for name, test := range map[string]struct {
		status int
		body   string
		want   error
	}{
		"found beside what cannot be read": {200, `[{"id":1},` + element + `]`, nil},
		"perhaps it is that":               {200, `[{"id":1}]`, zadig.ErrUnexpectedResponse},
		"the list is forbidden":            {403, "", zadig.ErrForbidden},
		"the list is a login page":         {200, "<html>", zadig.ErrUnexpectedResponse},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			total := strconv.Itoa(strings.Count(test.body, `"id"`))
			c, mock := clienttest.Mocked(t, listPath, clienttest.Respond(test.status, test.body).HeaderSet(http.Header{"X-Total": {total}}))
			mock.Get(imagePath, recording.Get(t, "v1.11.0/artifact_id_by_image_not_found").Respond)
			mock.Get(documentedPath, recording.Get(t, "v1.11.0/dc_artifact_not_found").Respond)
			a, err := c.Artifact.Trace(t.Context(), "host.example/shop/cart@"+builtDigest)
			require.ErrorIs(t, err, test.want)
			assert.Equal(t, test.want == nil, a != nil)
		})
	}
}
