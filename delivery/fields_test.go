package delivery_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/internal/testkit/jsontest"
)

const (
	nestedTable = "Release object, `GET /api/aslan/delivery/releases`"
	flatTable   = "Release object since v4.0.0"
)

// Every member of the field table has its Go field, and the other way round.
func TestReleaseFields(t *testing.T) {
	t.Parallel()
	t.Run("nested", func(t *testing.T) {
		t.Parallel()
		jsontest.CheckFields(t, delivery.Nested{}, jsontest.ReadTable(t, nestedTable))
	})
	t.Run("flat", func(t *testing.T) {
		t.Parallel()
		jsontest.CheckFields(t, delivery.Flat{}, jsontest.ReadTable(t, flatTable))
	})
}

func TestReleaseTimes(t *testing.T) {
	t.Parallel()
	jsontest.CheckTimes[delivery.Release](t)
}

// fullNested and fullFlat are releases with a value in every member that
// their shape has.
func fullNested() *delivery.Release {
	full := jsontest.Fill[delivery.Release]()
	return &delivery.Release{
		VersionInfo:       full.VersionInfo,
		BuildInfo:         full.BuildInfo,
		DeployInfo:        full.DeployInfo,
		TestInfo:          full.TestInfo,
		DistributeInfo:    full.DistributeInfo,
		SecurityStatsInfo: full.SecurityStatsInfo,
	}
}

func fullFlat() *delivery.Release {
	full := jsontest.Fill[delivery.Release]()
	v := full.VersionInfo
	full.VersionInfo = &delivery.VersionInfo{
		ID:           v.ID,
		Version:      v.Version,
		ProductName:  v.ProductName,
		WorkflowName: v.WorkflowName,
		Type:         v.Type,
		TaskID:       v.TaskID,
		Desc:         v.Desc,
		Labels:       v.Labels,
		Status:       v.Status,
		CreatedBy:    v.CreatedBy,
		CreatedAt:    v.CreatedAt,
	}
	full.BuildInfo, full.DeployInfo, full.TestInfo = nil, nil, nil
	full.DistributeInfo, full.SecurityStatsInfo = nil, nil
	return &full
}

// A release with every member set survives, and on its way is a document with
// every member of the table.
func TestFullReleaseRoundTrip(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		release *delivery.Release
		table   string
		maps    []string
	}{
		{
			name:    "nested",
			release: fullNested(),
			table:   nestedTable,
			maps: []string{
				"versionInfo.productEnvInfo.service_deploy_strategy",
				"versionInfo.productEnvInfo.pre_sleep_status",
			},
		},
		{name: "flat", release: fullFlat(), table: flatTable},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for _, encoder := range jsontest.Codecs() {
				data, err := encoder.Encode(tt.release)
				require.NoError(t, err, encoder.Name)

				paths := slices.DeleteFunc(jsontest.Paths(t, data, tt.maps...), func(path string) bool {
					return strings.HasPrefix(path, "distributeInfo[].subDistributes[].")
				})
				assert.Equal(t, jsontest.ReadTable(t, tt.table).Paths(), paths, encoder.Name)

				for _, decoded := range jsontest.RoundTrip[*delivery.Release](t, data) {
					assert.Equal(t, tt.release, decoded.Value, "%s, then %s", encoder.Name, decoded.Codec)
				}
				streamed, err := delivery.DecodeStreamed(data, lenient)
				require.NoError(t, err)
				assert.Equal(t, tt.release, streamed)
			}
		})
	}
}

// Numbers of any kind of value keep every digit.
func TestAnyValueStaysExact(t *testing.T) {
	t.Parallel()
	const data = `{"key":"k","value":{"a":12345678901234567890.10,"b":[null,"x"]},"type":"","desc":""}`
	for _, d := range jsontest.RoundTrip[*delivery.GlobalVariable](t, []byte(data)) {
		assert.Equal(t, json.RawMessage(`{"a":12345678901234567890.10,"b":[null,"x"]}`), d.Value.Value, d.Codec)
		assert.Equal(t, data, string(d.JSON), d.Codec)
	}
}
