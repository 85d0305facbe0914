package artifact_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/zadig-go/zadig/artifact"
)

func TestCompareDigest(t *testing.T) {
	t.Parallel()
	built := &artifact.Artifact{Image: "host/a:1", ImageDigest: builtDigest}
	for name, test := range map[string]struct {
		artifact *artifact.Artifact
		imageID  string
		want     artifact.DigestMatch
	}{
		"docker, pulled":                  {built, "docker-pullable://host/a@" + builtDigest, artifact.DigestSame},
		"containerd":                      {built, "host/a@" + builtDigest, artifact.DigestSame},
		"with a tag":                      {built, "host/a:1@" + builtDigest, artifact.DigestSame},
		"from a mirror":                   {built, "mirror.example:5000/a@" + builtDigest, artifact.DigestSame},
		"bare":                            {built, builtDigest, artifact.DigestSame},
		"pushed again":                    {built, "docker-pullable://host/a@" + otherDigest, artifact.DigestDrifted},
		"pushed again, containerd":        {built, "host/a@" + otherDigest, artifact.DigestDrifted},
		"pushed again, said to be one":    {built, "@" + otherDigest, artifact.DigestDrifted},
		"bare may be the image's own id":  {built, otherDigest, artifact.DigestUnknown},
		"loaded, docker":                  {built, "docker://" + otherDigest, artifact.DigestUnknown},
		"loaded, docker, whatever it has": {built, "docker://" + builtDigest, artifact.DigestUnknown},
		"not started yet":                 {built, "", artifact.DigestUnknown},
		"of another algorithm":            {built, "host/a@sha512:" + strings.Repeat("0", 128), artifact.DigestUnknown},
		"a tag":                           {built, "host/a:1", artifact.DigestUnknown},
		"half a digest":                   {built, "host/a@" + builtDigest[:30], artifact.DigestUnknown},
		"nothing known":                   {&artifact.Artifact{Image: "host/a:1"}, "host/a@" + builtDigest, artifact.DigestUnknown},
		"nothing known of both":           {&artifact.Artifact{}, "", artifact.DigestUnknown},
		"a digest that is none":           {&artifact.Artifact{ImageDigest: "unknown"}, "unknown", artifact.DigestUnknown},
		"in the image":                    {&artifact.Artifact{Image: "host/a@" + builtDigest}, "host/a@" + builtDigest, artifact.DigestSame},
		"in the image, another":           {&artifact.Artifact{Image: "host/a@" + builtDigest}, "host/a@" + otherDigest, artifact.DigestDrifted},
		"in the image, no other digest": {
			&artifact.Artifact{Image: "host/a@" + builtDigest, ImageDigest: "unknown"}, "host/a@" + builtDigest, artifact.DigestSame,
		},
		"no artifact": {nil, "host/a@" + builtDigest, artifact.DigestUnknown},
	} {
		assert.Equal(t, test.want, test.artifact.CompareDigest(test.imageID), name)
	}
}
