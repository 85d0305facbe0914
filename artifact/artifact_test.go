package artifact_test

import (
	"encoding/json"
	"os"
	"regexp"
	"testing"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig/artifact"
	"github.com/zadig-go/zadig/internal/testkit/recording"
)

var artifactPath = regexp.MustCompile(`^/api/(aslan/delivery/artifacts(/[0-9a-f]{24})?|directory/dc/artifact)$`)

// Decoding and encoding an artifact keeps all that a server sent, with each JSON package.
func TestArtifactRoundTrip(t *testing.T) {
	t.Parallel()
	sample, err := os.ReadFile("../testdata/documented/artifact.json")
	require.NoError(t, err)
	documents := map[string][]byte{"documented": sample}
	for _, r := range append(recording.Load(t, "v1.11.0/*"), recording.Load(t, "v5.0.0/*")...) {
		if r.Response.Status == 200 && artifactPath.MatchString(r.Request.Path) {
			documents[r.Name] = r.Bytes()
		}
	}
	require.Greater(t, len(documents), 25, "most recordings have gone")
	for name, data := range documents {
		if data[0] == '[' {
			checkRoundTrip[[]*artifact.Artifact](t, name, data)
		} else {
			checkRoundTrip[*artifact.Artifact](t, name, data)
		}
	}
}

// Decoding and encoding keeps every member that servers send.
func TestFullArtifactRoundTrip(t *testing.T) {
	t.Parallel()
	for _, section := range []string{"artifact", "traced"} {
		data, err := json.Marshal(recording.Full(t, section, nil))
		require.NoError(t, err)
		checkRoundTrip[*artifact.Artifact](t, section, data)
	}
}

// checkRoundTrip decodes and encodes a document with both JSON packages that users
// may have.
func checkRoundTrip[T any](t *testing.T, name string, data []byte) {
	t.Helper()
	for codec, c := range map[string]struct {
		decode func([]byte, any) error
		encode func(any) ([]byte, error)
	}{
		"encoding/json": {json.Unmarshal, json.Marshal},
		"json/v2": {func(data []byte, into any) error { return jsonv2.Unmarshal(data, into) },
			func(v any) ([]byte, error) { return jsonv2.Marshal(v) }},
	} {
		var v T
		require.NoError(t, c.decode(data, &v), "%s: %s", name, codec)
		encoded, err := c.encode(v)
		require.NoError(t, err, "%s: %s", name, codec)
		assert.JSONEq(t, string(data), string(encoded), "%s: %s", name, codec)
	}
}
