package delivery_test

import (
	"cmp"
	"encoding/json"
	"strings"
	"testing"

	"github.com/zadig-go/zadig/internal/testkit/clienttest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/internal/errdef"
	"github.com/zadig-go/zadig/internal/testkit/recording"
)

// A release of v4.0 and later, with every member. Its type and source are values of the
// test data; no server writes them.
func TestV4FillsVersionInfo(t *testing.T) {
	t.Parallel()
	r := recording.Load(t, "v5.0.0/release_by_id")[0]

	var got delivery.Release
	require.NoError(t, json.Unmarshal(r.Bytes(), &got))

	assert.Equal(t, delivery.Release{
		VersionInfo: &delivery.VersionInfo{ID: "619dbaa8c528010000010000", Version: "v1.0.1", ProductName: "nginx2", WorkflowName: "wf",
			Type: "k8s", TaskID: 1, Desc: "描述 <b>&\u2028", Labels: []string{"a"}, Status: "success", CreatedBy: "admin", CreatedAt: 1637726889},
		EnvName: "dev",
		Source:  "version",
		Services: []*delivery.FlatService{{
			ServiceName: "nginx",
			YAMLContent: "kind: Deployment\n# 中文 <>&\n",
			Images: []*delivery.ServiceImage{{ContainerName: "nginx", ImageName: "nginx", SourceImage: "reg/nginx:1", SourceImageTag: "1",
				TargetImage: "prod/nginx:1", TargetImageTag: "1", PushImage: true, Status: "success"}},
		}},
	}, got)
}

func TestReleaseShapes(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		data    string
		isV4    bool
		encoded string // the encoded release; "" means data
	}{
		"documented":                       {`{"versionInfo":{"id":"a"}}`, false, ""},
		"empty lists stay":                 {`{"versionInfo":{"id":"a"},"buildInfo":[]}`, false, ""},
		"documented wins":                  {`{"versionInfo":{"id":"a"},"id":"b","services":[]}`, false, `{"versionInfo":{"id":"a"}}`},
		"a documented summary":             {`{"versionInfo":{"id":"a"},"summary":true}`, false, ""},
		"since v4.0":                       {`{"id":"a","services":[]}`, true, ""},
		"since v4.0, without services":     {`{"id":"a"}`, true, `{"id":"a","services":[]}`},
		"since v4.0, null services":        {`{"id":"a","services":null}`, true, `{"id":"a","services":[]}`},
		"since v4.0, null versionInfo":     {`{"versionInfo":null,"id":"a","services":[]}`, true, `{"id":"a","services":[]}`},
		"since v4.0, a summary":            {`{"id":"a","services":[],"summary":true}`, true, ""},
		"names twice: the last one counts": {`{"id":"a","id":"b"}`, true, `{"id":"b","services":[]}`},
		"invalid UTF-8":                    {"{\"id\":\"\xff\"}", true, `{"id":"�","services":[]}`},
	} {
		var want delivery.Release
		require.NoError(t, json.Unmarshal([]byte(cmp.Or(row.encoded, row.data)), &want))
		for codec, r := range decoded(t, []byte(row.data)) {
			var again delivery.Release
			require.NoError(t, json.Unmarshal(encode(t, r), &again))
			assert.Equal(t, row.isV4, r.Services != nil, "%s, %s", name, codec)
			assert.Equal(t, want, *r, "%s, %s", name, codec)
			assert.Equal(t, want, again, "%s, %s", name, codec)
		}
	}
}

// A release without Services is encoded as the documented object, even if it has
// nothing else. An empty release of either kind can be decoded again.
func TestEncodeEmptyRelease(t *testing.T) {
	t.Parallel()
	for _, empty := range []delivery.Release{{}, {Services: []*delivery.FlatService{}}} {
		want := empty
		want.VersionInfo = &delivery.VersionInfo{} // never nil in a decoded release
		for _, v := range []any{empty, &empty} {
			data, err := json.Marshal(v)
			require.NoError(t, err)
			assert.Equal(t, empty.Services == nil, strings.Contains(string(data), "versionInfo"))
			var got delivery.Release
			require.NoError(t, json.Unmarshal(data, &got))
			assert.Equal(t, want, got)
		}
	}

	var none *delivery.Release
	data, err := json.Marshal(none)
	require.NoError(t, err)
	assert.Equal(t, "null", string(data))
}

// An object without an id is not a release, even if it has services.
func TestNoReleaseWithoutID(t *testing.T) {
	t.Parallel()
	client, _ := clienttest.Mocked(t, listPath, clienttest.Respond(200, `[{"id":"","services":[]}]`))
	_, err := client.Delivery.List(t.Context(), delivery.ListOptions{})
	require.ErrorIs(t, err, errdef.ErrUnexpectedResponse)
}

// By the convention of encoding/json, null changes nothing.
func TestNullIsNoRelease(t *testing.T) {
	t.Parallel()
	r := delivery.Release{Source: "kept"}
	require.NoError(t, json.Unmarshal([]byte(`null`), &r))
	assert.Equal(t, "kept", r.Source)
	_, err := delivery.DecodeStreamed([]byte(`null`), lenient)
	require.Error(t, err)
}

func TestNotARelease(t *testing.T) {
	t.Parallel()
	for _, data := range []string{
		`{}`, `{"versionInfo":null}`, `{"id":null,"version":"v1"}`, `{"code":10000,"workflow":[],"product":[],"ifSync":false}`,
	} {
		r := delivery.Release{Source: "kept"}
		err := json.Unmarshal([]byte(data), &r)
		require.ErrorIs(t, err, errdef.ErrUnexpectedResponse, data)
		require.ErrorContains(t, err, "missing versionInfo and id", data)
		assert.Equal(t, "kept", r.Source, "a failure must leave the value alone")
		_, err = delivery.DecodeStreamed([]byte(data), lenient)
		require.ErrorContains(t, err, "missing versionInfo and id", data)
	}
	for _, data := range []string{`[]`, `"x"`, `{"versionInfo":[]}`, `{"id":1}`} {
		var wrongType *json.UnmarshalTypeError
		require.ErrorAs(t, json.Unmarshal([]byte(data), &delivery.Release{}), &wrongType, data)
	}
}
