// Package cli is what the example programs have in common as programs: flags,
// exit codes, the connection, and text for people in three formats. What they
// do with Zadig is in the programs.
package cli

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/zadigtest"
)

// Main is the process around run: an interrupt ends run's context, and a
// second one the process.
func Main(run func(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// Format is how a program writes its answer.
type Format string

// The formats of -format.
const (
	Table    Format = "table"    // aligned columns, or plain text, for people
	JSON     Format = "json"     // JSON lines
	Markdown Format = "markdown" // for merge requests, wikis and chats
)

// Flags are a program's flags, with those that all programs have.
type Flags struct {
	*flag.FlagSet
	Format Format
	Demo   bool
	usage  string
}

// NewFlags returns the flags of a program. The usage stands above them in -h.
func NewFlags(name string, format Format, usage string) *Flags {
	f := &Flags{FlagSet: flag.NewFlagSet(name, flag.ContinueOnError), Format: format, usage: usage}
	f.SetOutput(io.Discard)
	f.Func("format", fmt.Sprintf("`format` of the output: table, json (JSON lines) or markdown (default %s)", format), func(s string) error {
		f.Format = Format(s)
		if !slices.Contains([]Format{Table, JSON, Markdown}, f.Format) {
			return errors.New("it is table, json or markdown")
		}
		return nil
	})
	f.BoolVar(&f.Demo, "demo", false, "ask an embedded Zadig with made-up data instead of yours")
	return f
}

// Parse reads flags and arguments in any order. After -h it has written the
// help to stdout and returns flag.ErrHelp.
func (f *Flags) Parse(args []string, stdout io.Writer) (arguments []string, err error) {
	for {
		switch err := f.FlagSet.Parse(args); {
		case errors.Is(err, flag.ErrHelp):
			f.help(stdout)
			return nil, err
		case err != nil:
			return nil, Usage("%v", err)
		case f.NArg() == 0:
			return arguments, nil
		}
		arguments, args = append(arguments, f.Arg(0)), f.Args()[1:]
	}
}

func (f *Flags) help(stdout io.Writer) {
	fmt.Fprintf(stdout, "%s\n\nFlags:\n", strings.TrimSpace(f.usage))
	f.SetOutput(stdout)
	f.PrintDefaults()
	fmt.Fprint(stdout, `
The connection comes from the environment:
  ZADIG_URL      address of Zadig, as https://zadig.example.com
  ZADIG_TOKEN    API token, from Zadig's user settings
  ZADIG_CA_FILE  PEM file with a CA to trust beside the system's

Exit codes: 0 done; 1 it could not be done, or not all of it; 2 wrong flags or input.
`)
}

type usageError struct{ error }

// Usage is an error in how the program is called or in what it is fed: exit
// code 2.
func Usage(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// Exit writes what is wrong, if something is, in one line to stderr and
// returns the exit code.
func Exit(name string, err error, stderr io.Writer) int {
	var usage usageError
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
		return 0
	case errors.As(err, &usage):
		fmt.Fprintf(stderr, "%s: %s (%s -h tells more)\n", name, Clean(err.Error()), name)
		return 2
	default:
		fmt.Fprintf(stderr, "%s: %s\n", name, Explain(err))
		return 1
	}
}

// Explain says in one line what an error means to the person at the terminal.
func Explain(err error) string {
	text := Clean(err.Error())
	_, network := errors.AsType[net.Error](err)
	switch {
	case errors.Is(err, context.Canceled):
		return "interrupted"
	case errors.Is(err, zadig.ErrUnauthorized):
		return "Zadig does not accept the token, see ZADIG_TOKEN: " + text
	case errors.Is(err, zadig.ErrForbidden):
		return "the token's user may not read this: " + text
	case errors.Is(err, zadig.ErrLicense):
		return "this Zadig has no valid licence: " + text
	case network:
		return "Zadig cannot be reached: " + text
	}
	return text
}

type connectKey struct{}

// WithClient makes Connect return this client: tests bring a server of their
// own, without the environment, and so can run in parallel.
func WithClient(ctx context.Context, client *zadig.Client) context.Context {
	return context.WithValue(ctx, connectKey{}, client)
}

// Connect returns a client of the Zadig that the environment names or, for a
// demo, of an embedded one that holds data; close it when done. The demo is a
// v1.11.0, whose releases name builds, issues and environments.
func Connect(ctx context.Context, demo bool, data func() zadigtest.Data) (client *zadig.Client, closeServer func(), err error) {
	none := func() {}
	if demo {
		srv, err := zadigtest.Start(zadigtest.WithServerVersion("v1.11.0"), zadigtest.WithData(data()))
		if err != nil {
			return nil, none, err
		}
		return srv.Client(), srv.Close, nil
	}
	if client, ok := ctx.Value(connectKey{}).(*zadig.Client); ok {
		return client, none, nil
	}
	if os.Getenv("ZADIG_URL") == "" {
		return nil, none, errors.New("ZADIG_URL is not set: the address of your Zadig, as https://zadig.example.com (-demo does without)")
	}
	client, err = zadig.NewClientFromEnv()
	return client, none, err
}
