package cli

import (
	"context"
	"errors"
	"os"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/zadigtest"
)

type connectKey struct{}

// WithClient makes Connect return this client: tests bring a server of their
// own, without the environment, and so can run in parallel.
func WithClient(ctx context.Context, client *zadig.Client) context.Context {
	return context.WithValue(ctx, connectKey{}, client)
}

// Connect returns a client for the Zadig that the environment names or, for a
// demo, for an embedded one of the newest version that holds data; close it when
// done.
func Connect(ctx context.Context, demo bool, data func() zadigtest.Data) (client *zadig.Client, closeServer func(), err error) {
	none := func() {}
	if demo {
		srv, err := zadigtest.Start(zadigtest.WithData(data()))
		if err != nil {
			return nil, none, err
		}
		return srv.Client(), srv.Close, nil
	}
	if client, ok := ctx.Value(connectKey{}).(*zadig.Client); ok {
		return client, none, nil
	}
	if os.Getenv("ZADIG_URL") == "" {
		return nil, none, errors.New("ZADIG_URL is not set: it is the address of your Zadig, such as https://zadig.example.com (-demo needs none)")
	}
	client, err = zadig.NewClientFromEnv()
	return client, none, err
}
