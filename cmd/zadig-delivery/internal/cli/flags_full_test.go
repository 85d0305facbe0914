package cli_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/zadig-go/zadig/examples/internal/cli"
)

func TestHelpAndVersionOnAFullDisk(t *testing.T) {
	t.Parallel()
	for _, arg := range []string{"-h", "-version"} {
		_, err := cli.NewFlags("x", cli.Table, "Usage: x").Parse([]string{arg}, full{})
		assert.EqualError(t, err, "disk full", arg)
	}
}
