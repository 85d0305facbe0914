package delivery_test

import (
	"reflect"
	"testing"

	"github.com/stretchr/testify/assert"

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
