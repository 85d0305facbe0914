package artifact_test

import (
	"os"
	"regexp"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig/artifact"
	"github.com/zadig-go/zadig/internal/testkit/jsontest"
	"github.com/zadig-go/zadig/internal/testkit/recording"
)

const (
	aslanTable  = "Artifact object, aslan"
	picketTable = "Artifact object, picket"
)

var artifactPath = regexp.MustCompile(`^/api/(aslan/delivery/artifacts(/[0-9a-f]{24})?|directory/dc/artifact)$`)

// Every artifact that a server is known to have sent says the same after
// decoding and encoding, with each JSON package. Nothing merges: what may be
// zero and is always sent has no omitzero, and an id is never "".
func TestArtifactRoundTrip(t *testing.T) {
	t.Parallel()
	sample, err := os.ReadFile("../zadigtest/samples/artifact.json")
	require.NoError(t, err)
	documents := map[string][]byte{"documented": sample}
	for _, r := range append(recording.Load(t, "v1.11.0/*"), recording.Load(t, "v5.0.0/*")...) {
		if r.Response.Status == 200 && artifactPath.MatchString(r.Request.Path) {
			documents[r.Name] = r.Bytes()
		}
	}
	require.Greater(t, len(documents), 25, "most recordings have gone")

	for name, data := range documents {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if data[0] == '{' {
				data = slices.Concat([]byte("["), data, []byte("]"))
			}
			all := jsontest.RoundTrip[[]*artifact.Artifact](t, data)
			for _, codec := range all {
				assert.Equal(t, all[0].Value, codec.Value, codec.Codec)
				assert.Empty(t, jsontest.Diff(t, data, codec.JSON, nil), codec.Codec)
			}
		})
	}
}

// Every member of both field tables has its Go field, and the other way
// round.
func TestArtifactFields(t *testing.T) {
	t.Parallel()
	jsontest.CheckFields(t, artifact.Artifact{}, jsontest.ReadTable(t, aslanTable), jsontest.ReadTable(t, picketTable))
}

func TestArtifactTimes(t *testing.T) {
	t.Parallel()
	jsontest.CheckTimes[artifact.Artifact](t)
}

// An artifact with every member set survives, and on its way is a document
// with every member of the table.
func TestFullArtifactRoundTrip(t *testing.T) {
	t.Parallel()
	full := jsontest.Fill[*artifact.Artifact]()
	for _, encoder := range jsontest.Codecs() {
		data, err := encoder.Encode(full)
		require.NoError(t, err, encoder.Name)
		assert.Equal(t, jsontest.ReadTable(t, aslanTable).Paths(), jsontest.Paths(t, data, "sortedActivities"), encoder.Name)
		for _, decoded := range jsontest.RoundTrip[*artifact.Artifact](t, data) {
			assert.Equal(t, full, decoded.Value, "%s, then %s", encoder.Name, decoded.Codec)
		}
	}
}

func TestRawJSONWithoutOption(t *testing.T) {
	t.Parallel()
	var missing *artifact.Artifact
	assert.Nil(t, missing.RawJSON())
	assert.Nil(t, (&artifact.Artifact{}).RawJSON())
}
