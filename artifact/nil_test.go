package artifact_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/zadig-go/zadig/artifact"
)

// Every method on a nil pointer returns zero values, and String what fmt prints.
func TestMethodsOnNil(t *testing.T) {
	t.Parallel()
	for _, none := range []any{(*artifact.Artifact)(nil), (*artifact.Activity)(nil), (*artifact.Commit)(nil)} {
		for method, value := range reflect.ValueOf(none).Methods() {
			var arguments []reflect.Value
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
}

func TestTimes(t *testing.T) {
	t.Parallel()
	at := time.Unix(1637726888, 0)
	activity := &artifact.Activity{CreatedTime: at.Unix(), StartTime: at.Unix(), EndTime: at.Unix()}
	for _, got := range []time.Time{
		activity.Created(), activity.Started(), activity.Ended(), (&artifact.Artifact{CreatedTime: at.Unix()}).Created(),
	} {
		assert.True(t, at.Equal(got), got)
	}
	assert.True(t, new(artifact.Activity).Started().IsZero())
}
