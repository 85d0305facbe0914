package delivery_test

import (
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/internal/testkit/jsontest"
	"github.com/zadig-go/zadig/internal/testkit/recording"
)

// merged lists the members that decode-then-encode loses when they are null
// or a scalar's zero value. Each stands in an object that some version sends
// without it, so that zero and absent are one in Go.
var merged = map[string]string{
	"versionInfo.type":                                           "sent since v1.8.0",
	"versionInfo.status":                                         "sent since v1.8.0",
	"versionInfo.progress":                                       "sent since v1.8.0",
	"versionInfo.progress.successChartCount":                     "sent v1.8.0 to v2.1.0",
	"versionInfo.productEnvInfo.registry_id":                     "sent since v1.8.0",
	"versionInfo.productEnvInfo.base_name":                       "sent since v1.10.0",
	"versionInfo.productEnvInfo.is_existed":                      "sent since v1.10.0",
	"versionInfo.productEnvInfo.services[][].render.description": "sent up to v1.15.0",
	"distributeInfo[].s3StorageID":                               "sent since v1.8.0",
	"distributeInfo[].storageUrl":                                "sent since v1.8.0",
	"distributeInfo[].storageBucket":                             "sent since v1.8.0",
	"distributeInfo[].subDistributes[].s3StorageID":              "as one level above",
	"distributeInfo[].subDistributes[].storageUrl":               "as one level above",
	"distributeInfo[].subDistributes[].storageBucket":            "as one level above",
}

var releasePath = regexp.MustCompile(`^/api/(aslan/delivery/releases(/[0-9a-fA-F]{24})?|directory/dc/releases)$`)

// document is a recorded or documented answer that holds releases.
type document struct {
	name string
	data []byte
	list bool
}

func documents(t *testing.T) []document {
	t.Helper()
	sample, err := os.ReadFile("../zadigtest/samples/releases.json")
	require.NoError(t, err)
	all := []document{{name: "documented", data: sample, list: true}}
	for _, r := range append(recording.Load(t, "v1.11.0/*"), recording.Load(t, "v5.0.0/*")...) {
		if r.Response.Status != 200 || !releasePath.MatchString(r.Request.Path) {
			continue
		}
		byID := releasePath.FindStringSubmatch(r.Request.Path)[2] != ""
		data := r.Bytes()
		if !byID && data[0] == '{' {
			continue // not releases: the collaboration object
		}
		all = append(all, document{name: r.Name, data: data, list: !byID})
	}
	require.Greater(t, len(all), 80, "most recordings have gone")
	return all
}

// Every release that a server is known to have sent says the same after
// decoding and encoding, with each JSON package.
func TestReleaseRoundTrip(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	seen := map[string]bool{}
	t.Cleanup(func() {
		for path := range merged {
			assert.True(t, seen[path], "%s: no document needs this any more", path)
		}
	})

	for _, doc := range documents(t) {
		t.Run(doc.name, func(t *testing.T) {
			t.Parallel()
			data := doc.data
			if !doc.list {
				data = slices.Concat([]byte("["), data, []byte("]"))
			}
			all := jsontest.RoundTrip[[]*delivery.Release](t, data)
			for _, codec := range all {
				assert.Equal(t, all[0].Value, codec.Value, codec.Codec)
				assert.Empty(t, jsontest.Diff(t, data, codec.JSON, func(path string) bool {
					path = strings.TrimPrefix(path, "[].")
					_, known := merged[path]
					mu.Lock()
					seen[path] = true
					mu.Unlock()
					return known
				}), codec.Codec)
			}
			for i, streamed := range streamed(t, data) {
				assert.Equal(t, all[0].Value[i], streamed)
			}
		})
	}
}

// streamed decodes a list as the client does, one element after the other.
func streamed(t *testing.T, data []byte) []*delivery.Release {
	t.Helper()
	var elements []json.RawMessage
	require.NoError(t, json.Unmarshal(data, &elements))
	var releases []*delivery.Release
	for _, element := range elements {
		r, err := delivery.DecodeStreamed(element, lenient)
		require.NoError(t, err)
		releases = append(releases, r)
	}
	return releases
}

var lenient = jsonv2.JoinOptions(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
