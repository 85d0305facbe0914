package delivery_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/zadig-go/zadig/internal/testkit/clienttest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/internal/errdef"
	"github.com/zadig-go/zadig/internal/testkit/jsontest"
	"github.com/zadig-go/zadig/internal/testkit/recording"
)

// What a flat release becomes, member by member. Its type and source are
// values of the test data, which no server writes.
func TestFlatReleaseFillsVersionInfo(t *testing.T) {
	t.Parallel()
	r := recording.Load(t, "v5.0.0/release_by_id")[0]

	var got delivery.Release
	require.NoError(t, json.Unmarshal(r.Bytes(), &got))

	assert.Equal(t, delivery.Release{
		VersionInfo: &delivery.VersionInfo{
			ID:           "619dbaa8c528010000010000",
			Version:      "v1.0.1",
			ProductName:  "nginx2",
			WorkflowName: "wf",
			Type:         "k8s",
			TaskID:       1,
			Desc:         "描述 <b>&\u2028",
			Labels:       []string{"a"},
			Status:       "success",
			CreatedBy:    "admin",
			CreatedAt:    1637726889,
		},
		EnvName: "dev",
		Source:  "version",
		Services: []*delivery.FlatService{{
			ServiceName: "nginx",
			YAMLContent: "kind: Deployment\n# 中文 <>&\n",
			Images: []*delivery.ServiceImage{{
				ContainerName:  "nginx",
				ImageName:      "nginx",
				SourceImage:    "reg/nginx:1",
				SourceImageTag: "1",
				TargetImage:    "prod/nginx:1",
				TargetImageTag: "1",
				PushImage:      true,
				Status:         "success",
			}},
		}},
	}, got)
}

func TestReleaseShapes(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, data string
		flat       bool
		encoded    string // what it is afterwards, if not the same
	}{
		{name: "nested", data: `{"versionInfo":{"id":"a"}}`},
		{name: "nested, empty lists stay and absent ones stay absent", data: `{"versionInfo":{"id":"a"},"buildInfo":[]}`},
		{name: "nested wins over an id beside it", data: `{"versionInfo":{"id":"a"},"id":"b","services":[]}`,
			encoded: `{"versionInfo":{"id":"a"}}`},
		{name: "flat", data: `{"id":"a","services":[]}`, flat: true},
		{name: "flat without services", data: `{"id":"a"}`, flat: true, encoded: `{"id":"a","services":[]}`},
		{name: "flat with null services", data: `{"id":"a","services":null}`, flat: true, encoded: `{"id":"a","services":[]}`},
		{name: "flat with null versionInfo", data: `{"versionInfo":null,"id":"a","labels":[],"services":[]}`, flat: true},
		{name: "names twice: the last counts", data: `{"id":"a","id":"b"}`, flat: true, encoded: `{"id":"b","services":[]}`},
		{name: "invalid UTF-8", data: "{\"id\":\"\xff\"}", flat: true, encoded: `{"id":"�","services":[]}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			want := tt.encoded
			if want == "" {
				want = tt.data
			}
			all := jsontest.RoundTrip[*delivery.Release](t, []byte(tt.data))
			for _, d := range all {
				assert.Equal(t, tt.flat, d.Value.Services != nil, d.Codec)
				assert.Equal(t, all[0].Value, d.Value, d.Codec)
				assert.Empty(t, jsontest.Diff(t, []byte(want), d.JSON, func(string) bool { return true }), d.Codec)
			}
		})
	}
}

// A release without Services is written as the documented object, whatever
// else it lacks. An empty one of either shape can be read again.
func TestEncodeEmptyRelease(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		release delivery.Release
		flat    bool
	}{
		"nested": {delivery.Release{}, false},
		"flat":   {delivery.Release{Services: []*delivery.FlatService{}}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := test.release
			want.VersionInfo = &delivery.VersionInfo{} // never nil in a release that was read
			for _, v := range []any{test.release, &test.release} {
				data, err := json.Marshal(v)
				require.NoError(t, err)
				assert.Equal(t, test.flat, !strings.Contains(string(data), "versionInfo"))
				var got delivery.Release
				require.NoError(t, json.Unmarshal(data, &got))
				assert.Equal(t, want, got)
			}
		})
	}

	var none *delivery.Release
	data, err := json.Marshal(none)
	require.NoError(t, err)
	assert.Equal(t, "null", string(data))
	require.Error(t, none.UnmarshalJSON([]byte(`{"id":"a"}`)))
}

// What a server sends without an id is no release, though it has services.
func TestNoReleaseWithoutID(t *testing.T) {
	t.Parallel()
	client, _ := clienttest.Mocked(t, listPath, clienttest.Respond(200, `[{"id":"","services":[]}]`))
	_, err := client.Delivery.List(t.Context(), delivery.ListOptions{})
	require.ErrorIs(t, err, errdef.ErrUnexpectedResponse)
}

func TestNotARelease(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, data string }{
		{"null", `null`},
		{"empty object", `{}`},
		{"null versionInfo", `{"versionInfo":null}`},
		{"null id", `{"id":null,"version":"v1"}`},
		{"collaboration object", `{"code":10000,"workflow":[],"product":[],"ifSync":false}`},
		{"error envelope", `{"code":500,"description":"x","message":"Internal Error: "}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := delivery.Release{Source: "kept"}
			_, streamed := delivery.DecodeStreamed([]byte(tt.data), lenient)
			for name, err := range map[string]error{
				"encoding/json": json.Unmarshal([]byte(tt.data), &r),
				"streamed":      streamed,
			} {
				assert.ErrorContains(t, err, "neither versionInfo nor id is there", name)
				assert.Equal(t, name != "streamed", errors.Is(err, errdef.ErrUnexpectedResponse), "package response says so of what is streamed")
			}
			assert.Equal(t, "kept", r.Source, "a failure must leave the value alone")
		})
	}

	t.Run("other types", func(t *testing.T) {
		t.Parallel()
		for _, data := range []string{`[]`, `"x"`, `{"versionInfo":[]}`, `{"id":1}`} {
			var wrongType *json.UnmarshalTypeError
			require.ErrorAs(t, json.Unmarshal([]byte(data), &delivery.Release{}), &wrongType, data)
		}
	})
}

func TestRawJSONWithoutOption(t *testing.T) {
	t.Parallel()
	var missing *delivery.Release
	assert.Nil(t, missing.RawJSON())

	var r delivery.Release
	require.NoError(t, json.Unmarshal([]byte(`{"id":"a"}`), &r))
	assert.Nil(t, r.RawJSON())
}
