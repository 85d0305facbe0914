package artifact_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/artifact"
)

const (
	builtDigest = "sha256:1d9ddf94feb5ff9ca9d76248ad51dd2a95210895d0dbf1e87bd66cc471c41f0e"
	otherDigest = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
)

func TestParseImage(t *testing.T) {
	t.Parallel()
	for ref, want := range map[string]artifact.ImageRef{
		"nginx":                     {Repository: "nginx"},
		"nginx:1.25":                {Repository: "nginx", Tag: "1.25"},
		"nginx@" + builtDigest:      {Repository: "nginx", Digest: builtDigest},
		"docker.io/library/nginx:1": {Registry: "docker.io", Repository: "library/nginx", Tag: "1"},
		"ccr.ccs.tencentyun.com/koderover-rc/nginx-test:20211116230712-40-master": {
			Registry: "ccr.ccs.tencentyun.com", Repository: "koderover-rc/nginx-test", Tag: "20211116230712-40-master",
		},
		"registry.example.com:5000/a/b/c":              {Registry: "registry.example.com:5000", Repository: "a/b/c"},
		"registry.example.com:5000/a:t@" + builtDigest: {Registry: "registry.example.com:5000", Repository: "a", Tag: "t", Digest: builtDigest},
		"localhost/a":         {Registry: "localhost", Repository: "a"},
		"HARBOR/a":            {Registry: "HARBOR", Repository: "a"},
		"localhost:5000/a":    {Registry: "localhost:5000", Repository: "a"},
		"localhost:5000":      {Repository: "localhost", Tag: "5000"},
		"[::1]:5000/a:1":      {Registry: "[::1]:5000", Repository: "a", Tag: "1"},
		"a_b/c__d/e---f.g:_x": {Repository: "a_b/c__d/e---f.g", Tag: "_x"},
	} {
		got, err := artifact.ParseImage(ref)
		require.NoError(t, err, ref)
		assert.Equal(t, want, got, ref)
		assert.Equal(t, ref, got.String(), ref)
	}
	assert.Empty(t, artifact.ImageRef{}.String())
}

func TestParseImageRefuses(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ ref, wrong string }{
		"empty":             {"", "name"},
		"no name":           {":1", "name"},
		"upper case":        {"example.com/Shop/cart:1", "name"},
		"a space":           {"registry.example.com/team/app with space:1", "name"},
		"a port of nothing": {":5000/a", "registry"},
		"port not a number": {"host:port/a", "registry"},
		"pod's image id":    {"docker-pullable://host.example/a@" + builtDigest, "registry"},
		"empty tag":         {"nginx:", "tag"},
		"plus in the tag":   {"app:1.0.0+build.5", "tag"},
		"empty digest":      {"nginx@", "digest"},
		"short digest":      {"nginx@sha256:1d9ddf94", "digest"},
		"very long":         {strings.Repeat("X", 1000), "name"},
		"a line break":      {"nginx:1\n", "tag"},
	} {
		got, err := artifact.ParseImage(test.ref)
		require.ErrorIs(t, err, zadig.ErrBadRequest, name)
		assert.ErrorContains(t, err, "artifact.ParseImage: bad request: ref: ", name)
		assert.ErrorContains(t, err, "must be an image reference with a valid "+test.wrong, name)
		assert.Less(t, len(err.Error()), 500, name)
		assert.Zero(t, got, name)
	}
}
