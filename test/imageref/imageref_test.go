package imageref_test

import (
	_ "crypto/sha256" // go-digest knows the algorithms that are linked
	_ "crypto/sha512"
	"strings"
	"testing"

	"github.com/distribution/reference"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig/artifact"
)

const digest = "sha256:1d9ddf94feb5ff9ca9d76248ad51dd2a95210895d0dbf1e87bd66cc471c41f0e"

// references are what both parsers must agree on, by what is special in them.
var references = map[string]string{
	"empty":                        "",
	"short name":                   "nginx",
	"short name and tag":           "nginx:1.25",
	"path":                         "library/nginx",
	"registry":                     "registry.example.com/shop/cart:1",
	"registry and port":            "registry.example.com:5000/shop/cart:1",
	"registry, tag and digest":     "registry.example.com:5000/shop/cart:1@" + digest,
	"digest":                       "nginx@" + digest,
	"docker.io":                    "docker.io/nginx",
	"index.docker.io":              "index.docker.io/library/nginx",
	"localhost":                    "localhost/a",
	"localhost and port":           "localhost:5000/a",
	"localhost alone":              "localhost",
	"localhost with a tag":         "localhost:5000",
	"upper-case host":              "HARBOR/a",
	"upper-case name":              "example.com/Shop/cart",
	"upper-case short name":        "Nginx",
	"IPv4":                         "10.0.0.1/a:1",
	"IPv6":                         "[::1]:5000/a:1",
	"IPv6 without a port":          "[2001:db8::1]/a",
	"IPv6 with dots":               "[::ffff:10.0.0.1]/a",
	"IPv6 without brackets":        "::1/a",
	"dash before a host":           "-a.example.com/b",
	"dash after a host":            "a-.example.com/b",
	"two dots in a host":           "a..example.com/b",
	"dot after a host":             "example.com./b",
	"port that is no number":       "host:port/a",
	"empty port":                   "host:/a",
	"only a port":                  ":5000/a",
	"only a registry":              "example.com/",
	"separators":                   "a_b/c__d/e---f.g:_x",
	"three underscores":            "a___b",
	"dot and dash":                 "a.-b",
	"separator first":              "_a",
	"separator last":               "a_",
	"doubled slash":                "a//b",
	"slash first":                  "/a",
	"slash last":                   "a/",
	"dots":                         "a/../b",
	"space":                        "app with space",
	"letters of other scripts":     "团队/应用",
	"letter that folds to ASCII":   "K/a", // the Kelvin sign
	"empty tag":                    "nginx:",
	"two tags":                     "nginx:1:2",
	"plus in the tag":              "app:1.0.0+build.5",
	"dash before the tag":          "app:-1",
	"tag of 128":                   "app:" + strings.Repeat("x", 128),
	"tag of 129":                   "app:" + strings.Repeat("x", 129),
	"line break":                   "nginx:1\n",
	"empty digest":                 "nginx@",
	"two digests":                  "nginx@" + digest + "@" + digest,
	"digest before the tag":        "nginx@" + digest + ":1",
	"upper-case digest":            "nginx@sha256:" + strings.Repeat("A", 64),
	"upper-case algorithm":         "nginx:1@SHA256:" + strings.Repeat("a", 64),
	"short digest":                 "nginx@sha256:" + strings.Repeat("a", 63),
	"long digest":                  "nginx@sha256:" + strings.Repeat("a", 65),
	"sha384":                       "nginx@sha384:" + strings.Repeat("a", 96),
	"sha512":                       "nginx@sha512:" + strings.Repeat("a", 128),
	"short sha512":                 "nginx@sha512:" + strings.Repeat("a", 64),
	"unknown algorithm":            "nginx@md5:" + strings.Repeat("a", 32),
	"compound algorithm":           "nginx@sha256+b64:" + strings.Repeat("a", 64),
	"digest alone":                 digest,
	"digest after a colon":         "nginx:1@:" + strings.Repeat("a", 64),
	"hex of 64":                    strings.Repeat("a", 64),
	"hex of 64 and a tag":          strings.Repeat("a", 64) + ":1",
	"hex of 64 in a registry":      "example.com/" + strings.Repeat("a", 64),
	"hex of 63":                    strings.Repeat("a", 63),
	"pod's image id":               "docker-pullable://host.example/a@" + digest,
	"path of 255":                  "example.com/" + strings.Repeat("a", 255),
	"path of 256":                  "example.com/" + strings.Repeat("a", 256),
	"path of 255 on Docker Hub":    "a/" + strings.Repeat("b", 253),
	"path of 256 on Docker Hub":    "a/" + strings.Repeat("b", 254),
	"short name of 247":            strings.Repeat("a", 247),
	"short name of 248":            strings.Repeat("a", 248),
	"docker.io and a name of 248":  "docker.io/" + strings.Repeat("a", 248),
	"index.docker.io, name of 248": "index.docker.io/" + strings.Repeat("a", 248),
	"long registry":                strings.Repeat("a", 300) + ".com/" + strings.Repeat("b", 255) + ":1",
	"invalid UTF-8":                "a\xff/b",
	"zero byte":                    "a\x00",
}

func TestParseImage(t *testing.T) {
	t.Parallel()
	accepted := 0
	for name, ref := range references {
		if compare(t, name, ref) {
			accepted++
		}
	}
	assert.Greater(t, accepted, 25)
	assert.Less(t, accepted, len(references)-25)
}

func FuzzParseImage(f *testing.F) {
	for _, ref := range references {
		f.Add(ref)
	}
	f.Fuzz(func(t *testing.T, ref string) { compare(t, "", ref) })
}

// compare fails unless both accept ref, with the same parts, or both refuse
// it. It reports whether they accept.
func compare(t *testing.T, name, ref string) bool {
	t.Helper()
	got, err := artifact.ParseImage(ref)
	want, refused := reference.ParseNormalizedNamed(ref)
	if refused != nil {
		assert.Errorf(t, err, "%s: %q is accepted; Docker says %v", name, ref, refused)
		return false
	}
	require.NoErrorf(t, err, "%s: %q is refused", name, ref)

	registry, repository := got.Registry, got.Repository
	if registry == "" || registry == "index.docker.io" {
		registry = "docker.io"
	}
	if registry == "docker.io" && !strings.Contains(repository, "/") {
		repository = "library/" + repository
	}
	tag, digest := "", ""
	if tagged, ok := want.(reference.Tagged); ok {
		tag = tagged.Tag()
	}
	if digested, ok := want.(reference.Digested); ok {
		digest = digested.Digest().String()
	}
	assert.Equal(t, reference.Domain(want), registry, name)
	assert.Equal(t, reference.Path(want), repository, name)
	assert.Equal(t, tag, got.Tag, name)
	assert.Equal(t, digest, got.Digest, name)
	assert.Equal(t, ref, got.String(), name)
	return true
}
