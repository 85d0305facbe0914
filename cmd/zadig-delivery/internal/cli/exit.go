package cli

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"syscall"

	"github.com/zadig-go/zadig"
)

// Exit codes, beside those of a program's own.
const (
	exitFailed      = 1
	exitUsage       = 2
	exitInterrupted = 130 // as shells say it: 128 and the number of the signal
)

type usageError struct{ error }

// Usage is an error in how the program is called or in what it is fed: exit
// code 2.
func Usage(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// explained is an error with a sentence of the program's own.
type explained struct {
	error

	sentence string
}

func (e *explained) Unwrap() error { return e.error }

// Explained returns err with the sentence that Explain returns for it.
func Explained(err error, format string, args ...any) error {
	return &explained{err, fmt.Sprintf(format, args...)}
}

// Explain returns one line that says what an error means to the person at the
// terminal.
func Explain(err error) string { return cmp.Or(sentence(err), Clean(err.Error())) }

// sentence is "" where nothing is plainer than the error itself.
func sentence(err error) string {
	own, ok := errors.AsType[*explained](err)
	switch {
	case errors.Is(err, context.Canceled):
		return "interrupted"
	case ok:
		return own.sentence
	case errors.Is(err, syscall.ENOSPC):
		return "the disk is full"
	}
	return zadig.Explain(err)
}

// Complain writes what is wrong: one plain sentence, and below it the detail
// where that is more.
func Complain(stderr io.Writer, about string, err error) {
	fmt.Fprintf(stderr, "%s: %s\n", about, Explain(err))
	if own, ok := errors.AsType[*explained](err); ok {
		err = own.error
	}
	if sentence(err) != "" && !errors.Is(err, context.Canceled) {
		fmt.Fprintf(stderr, "  %s\n", Clean(err.Error()))
	}
}

// Exit writes what is wrong, if something is, to stderr and returns the exit
// code.
func Exit(name string, err error, stderr io.Writer) int {
	var usage usageError
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
		return 0
	case errors.As(err, &usage):
		fmt.Fprintf(stderr, "%s: %s (see %s -h)\n", name, Clean(err.Error()), name)
		return exitUsage
	}
	Complain(stderr, name, err)
	if errors.Is(err, context.Canceled) {
		return exitInterrupted
	}
	return exitFailed
}
