// Package cli contains the parts that the commands share: flags, the connection,
// tables and errors.
package cli

import (
	"context"
	"io"
	"net/url"
	"os"

	"github.com/spf13/cobra"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/zadigtest"
)

// Call is one run of a command.
type Call struct {
	*zadig.Client
	context.Context

	Stdin          io.Reader
	Stdout, Stderr io.Writer
	Progress       *Progress
}

type clientKey struct{}

// WithClient makes commands use this client, for tests.
func WithClient(ctx context.Context, client *zadig.Client) context.Context {
	return context.WithValue(ctx, clientKey{}, client)
}

// Run returns the function that a command runs. It calls do with a client for the
// server that ZADIG_URL names or, for a demo, for a built-in server.
func (f *Flags) Run(do func(c *Call, args []string) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		client, closeServer, err := f.connect(cmd.Context())
		if err != nil {
			return runError{err}
		}
		defer closeServer()
		c := &Call{client, cmd.Context(), cmd.InOrStdin(), cmd.OutOrStdout(), cmd.ErrOrStderr(), NewProgress(cmd.ErrOrStderr())}
		defer c.Progress.Clear()
		if err := do(c, args); err != nil {
			return runError{err}
		}
		return nil
	}
}

func (f *Flags) connect(ctx context.Context) (client *zadig.Client, closeServer func(), err error) {
	none := func() {}
	if f.Demo {
		srv, err := zadigtest.Start(zadigtest.WithData(f.DemoData()))
		if err != nil {
			return nil, none, err
		}
		return srv.Client(), srv.Close, nil
	}
	if client, ok := ctx.Value(clientKey{}).(*zadig.Client); ok {
		return client, none, nil
	}
	if os.Getenv("ZADIG_URL") == "" {
		const example = "https://zadig.example.com"
		return nil, none, Usage("ZADIG_URL is not set: set it to the address of your Zadig server, such as %s, or try --demo", example)
	}
	client, err = zadig.NewClientFromEnv()
	return client, none, err
}

// DemoData returns the releases of --demo.
func DemoData() zadigtest.Data { return zadigtest.Generate(1, 60) }

// Host returns the host of the server that ZADIG_URL names.
func Host() string {
	u, err := url.Parse(os.Getenv("ZADIG_URL"))
	if err != nil {
		return ""
	}
	return u.Host
}
