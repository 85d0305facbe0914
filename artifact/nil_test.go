package artifact_test

import (
	"reflect"
	"testing"

	"github.com/zadig-go/zadig/artifact"
	"github.com/zadig-go/zadig/internal/testkit/niltest"
)

func TestMethodsOnNilAndZero(t *testing.T) {
	t.Parallel()
	niltest.Methods(t, reflect.TypeFor[*artifact.Service](), reflect.TypeFor[artifact.ImageRef](),
		reflect.TypeFor[artifact.Changes](), reflect.TypeFor[artifact.CompareURL]())
}
