package artifact_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/artifact"
	"github.com/zadig-go/zadig/internal/testkit/recording"
)

type fuzzedDoer []byte

func (d fuzzedDoer) Do(req *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(bytes.NewReader(d)), Request: req}, nil
}

// FuzzArtifact reads any bytes as the answer to Trace and to List: what they
// make of them is what encoding/json does, or an error.
func FuzzArtifact(f *testing.F) {
	sample, err := os.ReadFile("../testdata/documented/artifact.json")
	require.NoError(f, err)
	f.Add(sample)
	for _, r := range append(recording.Load(f, "v1.11.0/*artifact*"), recording.Load(f, "v5.0.0/*artifact*")...) {
		if len(r.Bytes()) < 32<<10 {
			f.Add(r.Bytes())
		}
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		service := artifact.New(fuzzedDoer(body))
		a, err := service.Trace(t.Context(), "registry.example.com/shop/cart:1")
		if err != nil {
			require.Nil(t, a)
			require.ErrorIs(t, err, zadig.ErrUnexpectedResponse)
		} else {
			require.NotEqual(t, artifact.Artifact{}, *a, "a success with nothing in it")
			var standard artifact.Artifact
			if json.Unmarshal(body, &standard) == nil {
				require.Equal(t, &standard, a)
			}
			requireStable(t, a)
		}
		page, err := service.List(t.Context(), artifact.ListOptions{})
		if err != nil {
			require.ErrorIs(t, err, zadig.ErrUnexpectedResponse)
			return
		}
		for _, a := range page.Artifacts {
			require.NotEqual(t, artifact.Artifact{}, *a, "a success with nothing in it")
			requireStable(t, a)
		}
	})
}

func requireStable(t *testing.T, a *artifact.Artifact) {
	t.Helper()
	first, err := json.Marshal(a)
	require.NoError(t, err)
	var again artifact.Artifact
	require.NoError(t, json.Unmarshal(first, &again))
	second, err := json.Marshal(&again)
	require.NoError(t, err)
	require.Equal(t, string(first), string(second))
}
