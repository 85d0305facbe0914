package delivery_test

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/internal/testkit/recording"
)

// merged are the members that decoding and encoding drop when they are null or a
// scalar's zero value: some version sends their object without them, so that zero
// and absent are the same in Go.
var merged = []string{
	"versionInfo.type",                                           // sent since v1.8.0
	"versionInfo.status",                                         // sent since v1.8.0
	"versionInfo.progress",                                       // sent since v1.8.0
	"versionInfo.progress.successChartCount",                     // sent v1.8.0 to v2.1.0
	"versionInfo.productEnvInfo.visibility",                      // never filled
	"versionInfo.productEnvInfo.registry_id",                     // sent since v1.8.0
	"versionInfo.productEnvInfo.base_name",                       // sent since v1.10.0
	"versionInfo.productEnvInfo.is_existed",                      // sent since v1.10.0
	"versionInfo.productEnvInfo.services[][].render.description", // sent up to v1.15.0
	"distributeInfo[].s3StorageID",                               // sent since v1.8.0
	"distributeInfo[].storageUrl",                                // sent since v1.8.0
	"distributeInfo[].storageBucket",                             // sent since v1.8.0
	"distributeInfo[].subDistributes[].s3StorageID",
	"distributeInfo[].subDistributes[].storageUrl",
	"distributeInfo[].subDistributes[].storageBucket",
}

var releasePath = regexp.MustCompile(`^/api/(aslan/delivery/releases(/[0-9a-fA-F]{24})?|directory/dc/releases)$`)

// recordedByName returns the documented sample and all recorded releases, by name.
func recordedByName(t *testing.T) map[string]json.RawMessage {
	t.Helper()
	all := map[string]json.RawMessage{}
	add := func(name string, list []byte) {
		var releases []json.RawMessage
		if json.Unmarshal(list, &releases) == nil { // else the collaboration object
			for i, r := range releases {
				all[fmt.Sprintf("%s/%d", name, i)] = r
			}
		}
	}
	sample, err := os.ReadFile("../testdata/documented/releases.json")
	require.NoError(t, err)
	add("documented", sample)
	for _, r := range append(recording.Load(t, "v1.11.0/*"), recording.Load(t, "v5.0.0/*")...) {
		if path := releasePath.FindStringSubmatch(r.Request.Path); r.Response.Status == 200 && path != nil {
			if body := r.Bytes(); path[2] != "" {
				add(r.Name, slices.Concat([]byte("["), body, []byte("]")))
			} else {
				add(r.Name, body)
			}
		}
	}
	require.Greater(t, len(all), 500)
	return all
}

// Every release that a server is known to have sent is the same after decoding and
// encoding, except for its credentials.
func TestReleaseRoundTrip(t *testing.T) {
	t.Parallel()
	dropped := map[string]bool{}
	for name, data := range recordedByName(t) {
		want := prune(tree(t, credential.ReplaceAll(data, []byte(`$1"[redacted]"`))), "", dropped)
		for codec, r := range decoded(t, data) {
			got := prune(tree(t, encode(t, r)), "", nil)
			require.Empty(t, cmp.Diff(want, got), "%s: %s", name, codec)
		}
	}
	for _, path := range merged {
		assert.True(t, dropped[path], "no recording needs %s any more", path)
	}
}

// credential matches a member that holds a credential, and its value.
var credential = regexp.MustCompile(`("(?:oauth_token|password|ssh_key|private_access_token|webhook_url)":\s*)"[^"]+"`)

// prune removes the merged members that are zero, and collects them.
func prune(v any, path string, dropped map[string]bool) any {
	switch v := v.(type) {
	case []any:
		for i := range v {
			v[i] = prune(v[i], path+"[]", dropped)
		}
	case map[string]any:
		for name, member := range v {
			at := strings.TrimPrefix(path+"."+name, ".")
			isZero := member == nil || member == "" || member == false || member == 0.0
			if isZero && slices.Contains(merged, at) {
				delete(v, name)
				if dropped != nil {
					dropped[at] = true
				}
				continue
			}
			v[name] = prune(member, at, dropped)
		}
	}
	return v
}

// decoded returns a release as decoded by each decoder that users may have, and by the
// SDK.
func decoded(t *testing.T, data []byte) map[string]*delivery.Release {
	t.Helper()
	all := map[string]*delivery.Release{"encoding/json": {}, "json/v2": {}}
	require.NoError(t, json.Unmarshal(data, all["encoding/json"]))
	require.NoError(t, jsonv2.Unmarshal(data, all["json/v2"], lenient))
	streamed, err := delivery.DecodeStreamed(data, lenient)
	require.NoError(t, err)
	all["streamed"] = streamed
	return all
}

var lenient = jsonv2.JoinOptions(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))

// encode encodes a release with encoding/json, and checks that json/v2 agrees.
func encode(t *testing.T, r *delivery.Release) []byte {
	t.Helper()
	data, err := json.Marshal(r)
	require.NoError(t, err)
	v2, err := jsonv2.Marshal(r, lenient)
	require.NoError(t, err)
	require.Empty(t, cmp.Diff(tree(t, data), tree(t, v2)))
	return data
}

// tree decodes a JSON document.
func tree(t *testing.T, data []byte) any {
	t.Helper()
	var v any
	require.NoError(t, json.Unmarshal(data, &v))
	return v
}
