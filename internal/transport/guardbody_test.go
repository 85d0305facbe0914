package transport_test

import (
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/internal/testkit/clienttest"
	"github.com/zadig-go/zadig/internal/testkit/servertest"
)

// What a careless transport or middleware returns is an error in the end, and
// neither a panic nor a call that never ends.
func TestOddTransports(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		status   int // 0: no response
		body     io.ReadCloser
		sentinel string
		because  string
	}{
		"nothing at all":         {0, nil, "", "a nil *Response with a nil error"},
		"no body":                {200, nil, "ErrUnexpectedResponse", "empty body"},
		"failure without a body": {500, nil, "ErrServer", "empty body"},
		"503 without a body":     {503, nil, "ErrServer", "(3 attempts)"},
	} {
		broken := servertest.RoundTripper(func(*http.Request) (*http.Response, error) {
			if row.status == 0 {
				return nil, nil
			}
			return &http.Response{StatusCode: row.status, Body: row.body}, nil
		})
		for where, option := range map[string]zadig.Option{
			"transport":  zadig.WithTransport(broken),
			"its client": zadig.WithHTTPClient(&http.Client{Transport: broken}),
			"middleware": zadig.WithMiddleware(func(http.RoundTripper) http.RoundTripper { return broken }),
		} {
			t.Run(name+"/"+where, func(t *testing.T) {
				t.Parallel()
				client := clienttest.New(t, "http://zadig.example.com", clienttest.FastRetry(), option)
				_, err := client.Delivery.List(t.Context(), delivery.ListOptions{})
				assert.Equal(t, row.sentinel, clienttest.Sentinel(err), "%v", err)
				require.ErrorContains(t, err, row.because)
				for _, err := range client.Delivery.All(t.Context(), delivery.ListOptions{}) {
					require.Error(t, err)
				}
			})
		}
	}
}
