// Package cli is what the example programs have in common as programs: flags,
// exit codes, the connection, and text for people in three formats. What they
// do with Zadig is in the programs.
package cli

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"
)

// Main is the process around run: an interrupt ends run's context, and a
// second one the process.
func Main(run func(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}
