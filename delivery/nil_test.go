package delivery_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/internal/testkit/niltest"
)

func TestMethodsOnNilAndZero(t *testing.T) {
	t.Parallel()
	niltest.Methods(t, reflect.TypeFor[*delivery.Service](), reflect.TypeFor[delivery.Changes](), reflect.TypeFor[*delivery.Mark]())
}

// The methods with a value receiver, which mask and encode copies as well, are
// reached through fmt, slog and encoding/json: none lets a nil pointer panic.
func TestNilPointersPrinted(t *testing.T) {
	t.Parallel()
	for name, nothing := range map[string]any{
		"release": (*delivery.Release)(nil), "build": (*delivery.BuildInfo)(nil),
		"commit": (*delivery.Commit)(nil), "secret": (*delivery.Secret)(nil),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, verb := range []string{"%v", "%+v", "%s"} {
				assert.Contains(t, fmt.Sprintf(verb, nothing), "<nil>", verb)
			}
			data, err := json.Marshal(nothing)
			require.NoError(t, err)
			assert.Equal(t, "null", string(data))
			var log bytes.Buffer
			assert.NotPanics(t, func() {
				slog.New(slog.NewTextHandler(&log, nil)).Info("m", "value", nothing)
				slog.New(slog.NewJSONHandler(&log, nil)).Info("m", "value", nothing)
			})
			assert.Equal(t, 2, strings.Count(log.String(), "\n"), "a line each")
		})
	}
}
