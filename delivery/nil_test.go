package delivery_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"reflect"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig/delivery"
)

// Every method on a nil pointer returns zero values, and String what fmt prints. It
// needs a pointer receiver; encoding/json does not call MarshalJSON on nil.
func TestMethodsOnNil(t *testing.T) {
	t.Parallel()
	for _, none := range []any{
		(*delivery.Release)(nil), (*delivery.VersionInfo)(nil), (*delivery.BuildInfo)(nil), (*delivery.Commit)(nil),
		(*delivery.DeployInfo)(nil), (*delivery.TestInfo)(nil), (*delivery.TestReport)(nil), (*delivery.DistributeInfo)(nil),
		(*delivery.ProductEnvInfo)(nil), (*delivery.EnvService)(nil),
	} {
		for method, value := range reflect.ValueOf(none).Methods() {
			if method.Name == "MarshalJSON" {
				continue
			}
			arguments := make([]reflect.Value, 0, 1)
			for in := range value.Type().Ins() {
				arguments = append(arguments, reflect.Zero(in))
			}
			for _, result := range value.Call(arguments) {
				isText := method.Name == "String" && result.String() == "<nil>"
				isError := result.Type() == reflect.TypeFor[error]()
				assert.True(t, result.IsZero() || isText || isError, "%T.%s: %v", none, method.Name, result)
			}
		}
	}
	assert.Equal(t, delivery.Changes{}, delivery.Diff(nil, nil))
}

func TestNilPointersPrinted(t *testing.T) {
	t.Parallel()
	for _, none := range []any{(*delivery.Release)(nil), (*delivery.BuildInfo)(nil), (*delivery.Commit)(nil), (*delivery.Page)(nil)} {
		for _, verb := range []string{"%v", "%+v", "%s"} {
			assert.Contains(t, fmt.Sprintf(verb, none), "<nil>", "%T", none)
		}
		data, err := json.Marshal(none)
		require.NoError(t, err)
		assert.Equal(t, "null", string(data))
		var text, jsonText bytes.Buffer
		slog.New(slog.NewTextHandler(&text, nil)).Info("m", "value", none)
		slog.New(slog.NewJSONHandler(&jsonText, nil)).Info("m", "value", none)
		assert.Contains(t, text.String(), "value=<nil>", "%T", none)
		assert.Contains(t, jsonText.String(), `"value":null`, "%T", none)
	}
}
