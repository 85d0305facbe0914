package artifact_test

import (
	"cmp"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/artifact"
	"github.com/zadig-go/zadig/internal/testkit/clienttest"
	"github.com/zadig-go/zadig/internal/testkit/recording"
)

// FuzzArtifact reads any bytes as the response to Trace and to List. Both must return the
// same as encoding/json, or an error.
func FuzzArtifact(f *testing.F) {
	for _, r := range append(recording.Load(f, "v1.11.0/*artifact*"), recording.Load(f, "v5.0.0/*artifact*")...) {
		if len(r.Bytes()) < 32<<10 { // mutating larger inputs is slow
			f.Add(r.Bytes())
		}
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		s := artifact.New(clienttest.Doer(clienttest.Respond(200, string(body))))
		var one artifact.Artifact
		oneErr := json.Unmarshal(body, &one)
		if a, err := s.Trace(t.Context(), cmp.Or(one.Image, "i:1"), artifact.OneRequest()); err != nil {
			require.ErrorIs(t, err, zadig.ErrUnexpectedResponse)
		} else if oneErr == nil {
			require.Equal(t, &one, a)
		}
		page, err := s.List(t.Context(), artifact.ListOptions{})
		if err != nil {
			require.ErrorIs(t, err, zadig.ErrUnexpectedResponse)
			return
		}
		require.NotContains(t, page.Artifacts, new(artifact.Artifact), "a success with nothing in it")
		list := []*artifact.Artifact{}
		if json.Unmarshal(body, &list) == nil && list != nil {
			require.Equal(t, list, page.Artifacts)
		}
	})
}

// FuzzParseImage checks that String returns every accepted reference unchanged.
func FuzzParseImage(f *testing.F) {
	for _, ref := range []string{"", "nginx:1", "localhost:5000/a:1@" + builtDigest, "[::1]:80/a", "A.b/c", "a/b__c", "a:b:c", "a//b", "a\n"} {
		f.Add(ref)
	}
	f.Fuzz(func(t *testing.T, ref string) {
		if image, err := artifact.ParseImage(ref); err != nil {
			require.ErrorIs(t, err, zadig.ErrBadRequest)
		} else {
			require.Equal(t, ref, image.String())
		}
	})
}
