package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/zadig-go/zadig"
)

// Name is the program's name in its messages on stderr.
const Name = "zadig-delivery"

// Exit codes.
const (
	exitFailed      = 1
	exitUsage       = 2
	exitInterrupted = 130 // 128 plus the number of the signal, as in shells
)

type usageError struct{ error }

// Usage returns an error about arguments or input, for exit code 2.
func Usage(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// runError is an error of a command that ran. Other errors concern flags and
// arguments.
type runError struct{ error }

func (e runError) Unwrap() error { return e.error }

// explained is an error with the program's sentence for it.
type explained struct {
	error

	sentence string
}

func (e *explained) Unwrap() error { return e.error }

// Explained returns err with the sentence that Explain returns for it.
func Explained(err error, format string, args ...any) error {
	return &explained{err, fmt.Sprintf(format, args...)}
}

// NeedsProject explains that a list of all projects is forbidden.
func NeedsProject(err error, project string) error {
	if project == "" && errors.Is(err, zadig.ErrForbidden) {
		return Explained(err, "without --project, Zadig shows releases only to users who may view all projects; name one with --project")
	}
	return err
}

// Explain returns one line that explains an error to a person.
func Explain(err error) string { return Clean(cmp.Or(sentence(err), err.Error())) }

// sentence returns "" if no sentence is plainer than the error itself.
func sentence(err error) string {
	own, ok := errors.AsType[*explained](err)
	switch {
	case errors.Is(err, context.Canceled):
		return "interrupted"
	case ok:
		return own.sentence
	case errors.Is(err, syscall.ENOSPC):
		return "the disk is full"
	case errors.Is(err, zadig.ErrUnauthorized) && os.Getenv("ZADIG_TOKEN") == "":
		return "ZADIG_TOKEN is not set, and Zadig needs an API token: it is in Zadig's user settings"
	}
	return zadig.Explain(err)
}

// Complain writes one plain sentence about err, and below it err's text with the
// host, if that says more.
func Complain(stderr io.Writer, about string, err error) {
	plain := Explain(err)
	fmt.Fprintf(stderr, "%s: %s\n", about, plain)
	if own, ok := errors.AsType[*explained](err); ok {
		err = own.error
	}
	detail := Clean(err.Error())
	if detail == plain || errors.Is(err, context.Canceled) {
		return
	}
	if host := Host(); host != "" && !strings.Contains(detail, host) {
		detail = host + ": " + detail
	}
	fmt.Fprintf(stderr, "  %s\n", detail)
}

// Exit writes the error of a command to stderr, if there is one, and returns the
// exit code.
func Exit(cmd *cobra.Command, err error, stderr io.Writer) int {
	if err == nil {
		return 0
	}
	ran, ok := errors.AsType[runError](err)
	if !ok {
		fmt.Fprintf(stderr, "%s: %s (see %s -h)\n", Name, Clean(err.Error()), cmd.CommandPath())
		return exitUsage
	}
	err = ran.error
	if _, ok := errors.AsType[usageError](err); ok {
		fmt.Fprintf(stderr, "%s: %s\n", Name, Clean(err.Error()))
		return exitUsage
	}
	Complain(stderr, Name, err)
	if errors.Is(err, context.Canceled) {
		return exitInterrupted
	}
	return exitFailed
}
