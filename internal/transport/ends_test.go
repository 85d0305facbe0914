package transport_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/internal/testkit/clienttest"
	"github.com/zadig-go/zadig/internal/testkit/servertest"
)

// switchesProtocols hands over the connection and then keeps silent.
func switchesProtocols(w http.ResponseWriter, r *http.Request) {
	conn, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(err)
	}
	defer conn.Close()
	_, _ = fmt.Fprint(buffered, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n[")
	_ = buffered.Flush()
	_, _ = io.Copy(io.Discard, bufio.NewReader(conn)) // until the client has gone
}

// A 101 response hands over the raw connection, which knows no context.
func TestSwitchedProtocolsEndAtOnce(t *testing.T) {
	t.Parallel()
	for name, call := range map[string]func(context.Context, *zadig.Client) error{
		"List": func(ctx context.Context, c *zadig.Client) error {
			_, err := c.Delivery.List(ctx, delivery.ListOptions{})
			return err
		},
		"All": func(ctx context.Context, c *zadig.Client) error {
			for _, err := range c.Delivery.All(ctx, delivery.ListOptions{}) {
				return err
			}
			return nil
		},
		"Trace": func(ctx context.Context, c *zadig.Client) error {
			_, err := c.Artifact.Trace(ctx, "image:1")
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, switchesProtocols, nil, func(t *testing.T, client *zadig.Client) {
				start := time.Now()
				err := call(t.Context(), client)
				assert.Equal(t, "ErrUnexpectedResponse", clienttest.Sentinel(err))
				assert.Equal(t, http.StatusSwitchingProtocols, clienttest.AsError(t, err).StatusCode)
				assert.Zero(t, time.Since(start))
			})
		})
	}
}

// The body of a failure has 30 seconds as a whole, however it drips.
func TestFailureWhoseBodyDripsForEver(t *testing.T) {
	t.Parallel()
	for _, status := range []int{400, 403, 500} {
		forever := func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(status)
			for r.Context().Err() == nil {
				servertest.Drip("x", 7*time.Second)(w, r)
			}
		}
		inBubble(t, forever, nil, func(t *testing.T, client *zadig.Client) {
			start := time.Now()
			err := client.Get(t.Context(), "/api/x", nil, nil)
			assert.Equal(t, 30*time.Second, time.Since(start))
			failure := clienttest.AsError(t, err)
			assert.Equal(t, status, failure.StatusCode)
			assert.Equal(t, "xxxx", string(failure.Body))
		})
	}
}

// A deadline that ends a later attempt does not hide the failure before it.
func TestDeadlineDuringALaterAttemptKeepsTheFailure(t *testing.T) {
	t.Parallel()
	down := servertest.Script(servertest.Status(503, "maintenance"), servertest.Hang)
	inBubble(t, down, nil, func(t *testing.T, client *zadig.Client) {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		err := client.Get(ctx, "/api/x", nil, nil)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.ErrorIs(t, err, zadig.ErrServer)
		failure := clienttest.AsError(t, err)
		assert.Equal(t, "maintenance", string(failure.Body))
		assert.Equal(t, 2, failure.Attempts)
	})
}

// A token source that ignores its context does not hold the call.
func TestTokenSourceThatIgnoresItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		deaf := zadig.WithTokenSource(func(context.Context) (string, error) {
			time.Sleep(time.Hour)
			return "right-token", nil
		})
		client, s := inMemory(t, servertest.JSON(`{}`), deaf)
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		start := time.Now()
		require.ErrorIs(t, client.Get(ctx, "/api/x", nil, nil), context.DeadlineExceeded)
		assert.Equal(t, 2*time.Second, time.Since(start))
		assert.Zero(t, s.Count())
		time.Sleep(2 * time.Hour) // until the source has ended
	})
}

func TestTokenSourceThatPanics(t *testing.T) {
	t.Parallel()
	client, _ := clienttest.Serve(t, servertest.JSON(`{}`), zadig.WithTokenSource(func(context.Context) (string, error) {
		panic("no vault")
	}))
	assert.PanicsWithValue(t, "no vault", func() { _ = client.Get(t.Context(), "/api/x", nil, nil) })
}
