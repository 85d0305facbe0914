// Package cli has what the commands share: flags, the connection, tables and errors.
package cli

import (
	"context"
	"net/url"
	"os"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/zadigtest"
)

type clientKey struct{}

// WithClient makes Connect return this client, for tests.
func WithClient(ctx context.Context, client *zadig.Client) context.Context {
	return context.WithValue(ctx, clientKey{}, client)
}

// Connect returns a client for the Zadig that the environment names or, for a
// demo, for an embedded one that holds data. Call closeServer when done.
func Connect(ctx context.Context, demo bool, data zadigtest.Data) (client *zadig.Client, closeServer func(), err error) {
	none := func() {}
	if demo {
		srv, err := zadigtest.Start(zadigtest.WithData(data))
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
		return nil, none, Usage("ZADIG_URL is not set: it is the address of your Zadig, such as %s (--demo needs none)", example)
	}
	client, err = zadig.NewClientFromEnv()
	return client, none, err
}

// DemoData returns the releases of --demo.
func DemoData() zadigtest.Data { return zadigtest.Generate(1, 60) }

// Host returns the host of the Zadig that the environment names.
func Host() string {
	u, err := url.Parse(os.Getenv("ZADIG_URL"))
	if err != nil {
		return ""
	}
	return u.Host
}
