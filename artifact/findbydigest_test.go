package artifact_test

import (
	"strconv"

	"github.com/zadig-go/zadig/internal/testkit/clienttest"

	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/artifact"
	"github.com/zadig-go/zadig/zadigtest"
)

// pushed is an artifact of an image with a digest; made is its time.
func pushed(image, digest string, made int64) *artifact.Artifact {
	repository, tag, _ := strings.Cut(image, ":")
	return &artifact.Artifact{
		Name: repository[strings.LastIndexByte(repository, '/')+1:], Type: "image",
		Image: image, ImageTag: tag, ImageDigest: digest, ImageSize: 1, CreatedTime: made,
	}
}

func TestFindByDigest(t *testing.T) {
	t.Parallel()
	digest := func(n int) string { return fmt.Sprintf("sha256:%064x", n) }
	artifacts := []*artifact.Artifact{
		pushed("host.example/shop/cart:1", digest(1), 1_600_000_100),
		pushed("host.example/shop/cart:2", digest(2), 1_600_000_200),
		pushed("host.example/other/cart:3", digest(3), 1_600_000_300),
		pushed("host.example/shop/cart:4", digest(3), 1_600_000_250),
		pushed("host.example/shop/my-cart:5", digest(5), 1_600_000_500),
		pushed("host.example/shop/c.rt:6", digest(6), 1_600_000_600),
		pushed("host.example/shop/cart:7", "", 1_600_000_700), // its digest could not be read
		{Name: "cart@sha256", Type: "image", Image: "host.example/shop/cart@" + digest(8), ImageTag: digest(8)[7:], ImageSize: 1, CreatedTime: 1_600_000_800},
	}
	for i := range 250 { // more than two pages of another digest
		artifacts = append(artifacts, pushed(fmt.Sprintf("host.example/shop/cart:n%d", i), digest(1000+i), 1_700_000_000+int64(i)))
	}
	for name, test := range map[string]struct {
		image, want string
		err         error
	}{
		"containerd":                        {"host.example/shop/cart@" + digest(1), "host.example/shop/cart:1", nil},
		"docker":                            {"docker-pullable://host.example/shop/cart@" + digest(2), "host.example/shop/cart:2", nil},
		"another scheme":                    {"docker://host.example/shop/cart@" + digest(2), "host.example/shop/cart:2", nil},
		"with a tag, whatever it is":        {"host.example/shop/cart:9@" + digest(2), "host.example/shop/cart:2", nil},
		"from a mirror":                     {"mirror.example.com:5000/shop/cart@" + digest(1), "host.example/shop/cart:1", nil},
		"from a mirror with a path":         {"mirror.example.com/proxy/shop/cart@" + digest(1), "host.example/shop/cart:1", nil},
		"of two, the one of the same path":  {"mirror.example.com/shop/cart@" + digest(3), "host.example/shop/cart:4", nil},
		"of two of other paths, the newest": {"mirror.example.com/cart@" + digest(3), "host.example/other/cart:3", nil},
		"pushed by digest":                  {"host.example/shop/cart@" + digest(8), "host.example/shop/cart@" + digest(8), nil},
		"the dot is a dot":                  {"host.example/shop/c.rt@" + digest(1), "", zadig.ErrNotFound},
		"name with a dot":                   {"host.example/shop/c.rt@" + digest(6), "host.example/shop/c.rt:6", nil},
		"not a part of a name":              {"host.example/shop/cart@" + digest(5), "", zadig.ErrNotFound},
		"unknown digest":                    {"host.example/shop/cart@" + digest(9), "", zadig.ErrNotFound},
		"of another algorithm":              {"host.example/shop/cart@sha512:" + strings.Repeat("0", 127) + "1", "", zadig.ErrNotFound},
		"unknown name":                      {"host.example/shop/none@" + digest(1), "", zadig.ErrNotFound},
		"only a tag":                        {"host.example/shop/cart:1", "", zadig.ErrBadRequest},
		"only a digest":                     {digest(1), "", zadig.ErrBadRequest},
		"the image's own id":                {"docker://" + digest(1), "", zadig.ErrBadRequest},
		"a digest that is not one":          {"host.example/shop/cart@sha256:12", "", zadig.ErrBadRequest},
		"empty":                             {"", "", zadig.ErrBadRequest},
		"only a scheme":                     {"docker-pullable://", "", zadig.ErrBadRequest},
	} {
		for _, version := range []string{"v1.11.0", "v3.4.1", "v5.0.0"} {
			t.Run(version+"/"+name, func(t *testing.T) {
				t.Parallel()
				srv := zadigtest.NewServer(t, zadigtest.WithServerVersion(version), zadigtest.WithArtifacts(artifacts...))
				got, err := srv.Client().Artifact.FindByDigest(t.Context(), test.image)
				if test.err != nil {
					require.ErrorIs(t, err, test.err)
					assert.Nil(t, got)
					if test.err == zadig.ErrBadRequest { //nolint:errorlint // a row of the table
						assert.Empty(t, srv.Requests())
					}
					return
				}
				require.NoError(t, err)
				assert.Equal(t, test.want, got.Image)
				assert.Len(t, got.ID, 24)
				assert.False(t, got.Drifted(test.image))
			})
		}
	}
}

// The newest is looked at first: the image that runs costs one request.
func TestFindByDigestStopsEarly(t *testing.T) {
	t.Parallel()
	var artifacts []*artifact.Artifact
	for i := range 500 {
		artifacts = append(artifacts, pushed(fmt.Sprintf("host.example/shop/cart:%d", i), fmt.Sprintf("sha256:%064x", i), 1_600_000_000+int64(i)))
	}
	srv := zadigtest.NewServer(t, zadigtest.WithArtifacts(artifacts...))
	_, err := srv.Client().Artifact.FindByDigest(t.Context(), fmt.Sprintf("host.example/shop/cart@sha256:%064x", 499))
	require.NoError(t, err)
	assert.Len(t, srv.Requests(), 1)
}

func TestFindByDigestSaysWhatCouldNotBeRead(t *testing.T) {
	t.Parallel()
	const wanted = "host.example/shop/cart@" + builtDigest
	for name, test := range map[string]struct {
		body string
		want error
	}{
		"found beside what cannot be read": {`[{"id":1},{"id":"619dbaa8c528070000000000","name":"cart","image":"host.example/shop/cart:1","image_digest":"` + builtDigest + `"}]`, nil},
		"perhaps it is that":               {`[{"id":1}]`, zadig.ErrUnexpectedResponse},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			total := strconv.Itoa(strings.Count(test.body, `"id"`))
			client, _ := clienttest.Mocked(t, listPath, clienttest.Respond(200, test.body).HeaderSet(http.Header{"X-Total": {total}}))
			a, err := client.Artifact.FindByDigest(t.Context(), wanted)
			require.ErrorIs(t, err, test.want)
			assert.Equal(t, test.want == nil, a != nil)
		})
	}
	t.Run("forbidden", func(t *testing.T) {
		t.Parallel()
		client, _ := clienttest.Mocked(t, listPath, clienttest.Respond(403, ""))
		_, err := client.Artifact.FindByDigest(t.Context(), wanted)
		require.ErrorIs(t, err, zadig.ErrForbidden)
	})
}
