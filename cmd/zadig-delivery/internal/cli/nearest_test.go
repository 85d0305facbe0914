package cli_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/zadig-go/zadig/examples/internal/cli"
)

func TestNearest(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		text      string
		given, by []string
	}{
		{"v1.2", []string{"v1.3", "V1.2", "v2.2.1"}, []string{"V1.2", "v1.3", "v2.2.1"}}, // case is no difference
		{"kitten", []string{"", "sitting", "mitten"}, []string{"mitten", "sitting", ""}},
		{"支付", []string{"zhifu", "支"}, []string{"支", "zhifu"}},
		{"", []string{"bb", "a", "c"}, []string{"a", "c", "bb"}}, // equally far: as given
		{"x", nil, nil},
	} {
		assert.Equal(t, row.by, cli.Nearest(row.text, row.given), row.text)
	}
}
