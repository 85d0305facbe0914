package delivery_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig/delivery"
)

// The results of Diff and Images have lower-case names in JSON, so that programs can send
// them.
func TestJSONOfHelpers(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		value any
		want  string
	}{
		"image": {delivery.Image{Service: "s", Container: "c", Image: "i:1"}, `{"service":"s","container":"c","image":"i:1"}`},
		"changes": {
			delivery.Changes{
				Added:     []delivery.Image{{"s", "c", "i:1"}},
				Removed:   []delivery.Image{{"s", "d", "i:2"}},
				Changed:   []delivery.ImageChange{{"t", "", "i:1", "i:2"}},
				Manifests: []string{"s"},
			},
			`{"added":[{"service":"s","container":"c","image":"i:1"}],"removed":[{"service":"s","container":"d","image":"i:2"}],
			  "changed":[{"service":"t","container":"","from":"i:1","to":"i:2"}],"manifests":["s"]}`,
		},
		"no changes": {delivery.Changes{}, `{}`},
		"pull request": {
			(&delivery.Commit{Address: "https://me:secret@h", Source: "github", RepoOwner: "o", RepoName: "r", PR: 7}).PullRequests()[0],
			`{"address":"https://h","source":"github","repo_owner":"o","repo_name":"r","number":7}`,
		},
	} {
		data, err := json.Marshal(test.value)
		require.NoError(t, err, name)
		assert.JSONEq(t, test.want, string(data), name)
	}
}
