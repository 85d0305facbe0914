// Mcp is a server of the Model Context Protocol over standard input and output,
// by which coding agents read releases and trace images to their commits.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/zadigtest"
)

const usage = `Usage: mcp [-demo]

Serves read-only tools over standard input and output, for the client of a
coding agent, which starts it. It ends with its input.

  -demo     a Zadig in memory, with made-up releases
  -version  the version of this program
  -h        this text

ZADIG_URL and ZADIG_TOKEN say which Zadig is asked.

Exit status: 0; 1 for a failure; 2 for wrong arguments.
`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	status := run(ctx, os.Args[1:], &mcp.StdioTransport{}, os.Stdout, os.Stderr)
	stop()
	os.Exit(status)
}

func run(ctx context.Context, args []string, transport mcp.Transport, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("mcp", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	demo := flags.Bool("demo", false, "")
	showVersion := flags.Bool("version", false, "")
	err := flags.Parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprint(stdout, usage)
		return 0
	case err == nil && flags.NArg() > 0:
		err = fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	if err != nil {
		fmt.Fprintf(stderr, "mcp: %v (the flags are -demo, -version and -h)\n", err)
		return 2
	}
	if *showVersion {
		fmt.Fprintln(stdout, "mcp", version())
		return 0
	}
	client, closeServer, err := connect(*demo)
	if err == nil {
		defer closeServer()
		server := newServer(client)
		server.AddReceivingMiddleware(endWith(ctx))
		err = server.Run(ctx, transport)
	}
	if err != nil && !errors.Is(err, io.EOF) && ctx.Err() == nil {
		return fail(stderr, err)
	}
	return 0
}

// endWith ends calls that are under way when ctx ends: the server waits for
// them.
func endWith(ctx context.Context) mcp.Middleware {
	return func(next mcp.MethodHandler) mcp.MethodHandler {
		return func(call context.Context, method string, req mcp.Request) (mcp.Result, error) {
			call, cancel := context.WithCancel(call)
			defer cancel()
			defer context.AfterFunc(ctx, cancel)()
			return next(call, method, req)
		}
	}
}

// fail prints an error, in one plain sentence if there is one and then in
// detail, and returns the exit status.
func fail(stderr io.Writer, err error) int {
	if plain := zadig.Explain(err); plain != "" && plain != err.Error() {
		fmt.Fprintf(stderr, "mcp: %s\n  %v\n", plain, err)
	} else {
		fmt.Fprintln(stderr, "mcp:", err)
	}
	return 1
}

func connect(demo bool) (client *zadig.Client, closeServer func(), err error) {
	if !demo {
		if os.Getenv("ZADIG_URL") == "" {
			return nil, nil, errors.New("ZADIG_URL is not set: it is the address of your Zadig, such as https://zadig.example.com (-demo needs none)")
		}
		client, err = zadig.NewClientFromEnv()
		return client, func() {}, err
	}
	srv, err := zadigtest.Start(zadigtest.WithData(zadigtest.Generate(1, 60)))
	if err != nil {
		return nil, nil, err
	}
	return srv.Client(), srv.Close, nil
}

func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && strings.HasPrefix(info.Main.Version, "v") {
		return info.Main.Version
	}
	return "v" + zadig.Version
}
