package delivery_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig/internal/testkit/recording"
)

// Every member that a server sends is there again after decoding and encoding,
// with its value; a credential is replaced.
func TestEveryFieldSurvives(t *testing.T) {
	t.Parallel()
	for _, section := range []string{"release", "flat"} {
		want := recording.Full(t, section, func(path string, value any) any {
			if credentialPath.MatchString(path) {
				return "[redacted]"
			}
			return value
		})
		data, err := json.Marshal(want)
		require.NoError(t, err)
		for codec, r := range decoded(t, data) {
			assert.Empty(t, cmp.Diff(want, tree(t, encode(t, r))), "%s: %s", section, codec)
		}
	}
}
