package delivery_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/internal/testkit/leaktest"
	"github.com/zadig-go/zadig/internal/testkit/recording"
)

// play starts a server that gives these answers in turn, and a client of it
// that does not wait between attempts.
func play(t *testing.T, answers ...http.Handler) (*zadig.Client, *recording.Server) {
	t.Helper()
	srv := recording.Serve(t, answers...)
	c, err := zadig.NewClient(srv.URL, zadig.WithRetry(zadig.RetryPolicy{MinWait: 1, MaxWait: 1}), zadig.WithMiddleware(leaktest.Bodies(t)))
	require.NoError(t, err)
	return c, srv
}

// doer is a Doer that is a function.
type doer func(*http.Request) (*http.Response, error)

func (d doer) Do(req *http.Request) (*http.Response, error) { return d(req) }
