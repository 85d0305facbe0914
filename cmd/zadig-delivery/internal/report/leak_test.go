package main

import (
	"testing"

	"github.com/zadig-go/zadig/examples/internal/cli/clitest"
	"github.com/zadig-go/zadig/zadigtest"
)

func TestMain(m *testing.M) { clitest.Main(m) }

// report runs the program against a server; the page goes to stdout.
func report(t *testing.T, srv *zadigtest.Server, args ...string) (page, stderr string, code int) {
	t.Helper()
	return clitest.Program(run).Run(t, srv, "", append([]string{"-o", "-"}, args...)...)
}
