// Package clitest runs the example programs in their tests.
package clitest

import (
	"context"
	"io"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/examples/internal/cli"
	"github.com/zadig-go/zadig/zadigtest"
)

// Main runs the tests of a program, from its TestMain: in UTC, and looking for
// goroutines that are left behind.
func Main(m *testing.M) {
	time.Local = time.UTC
	goleak.VerifyTestMain(m)
}

// Program is a program's main function without what is global.
type Program func(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) (code int)

// Run runs the program against a server, with one attempt for each request.
func (p Program) Run(t testing.TB, srv *zadigtest.Server, stdin string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	ctx := cli.WithClient(t.Context(), srv.Client(zadig.WithRetry(zadig.RetryPolicy{MaxAttempts: 1})))
	var out, complaints strings.Builder
	code = p(ctx, args, strings.NewReader(stdin), &out, &complaints)
	return out.String(), complaints.String(), code
}
