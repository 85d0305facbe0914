package response_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig/internal/response"
	"github.com/zadig-go/zadig/internal/testkit/leaktest"
)

// doer answers every request with the same body, as a client configured so
// would.
type doer struct {
	t      *testing.T // in which the body must be closed; nil: it need not be
	body   io.Reader
	header http.Header
	client response.Client
	status int // 0: 200
}

func (d doer) Do(req *http.Request) (*http.Response, error) {
	if call := response.CallFrom(req.Context()); call != nil {
		call.Client = d.client
		call.Client.Reject = reject
	}
	if d.status == 0 {
		d.status = http.StatusOK
	}
	body := io.NopCloser(d.body)
	if d.t != nil {
		body = leaktest.Body(d.t, body, req.URL.Path)
	}
	return &http.Response{StatusCode: d.status, Header: d.header, Body: body, Request: req}, nil
}

// rejection is what reject makes.
type rejection struct {
	sentinel error
	reason   string
	body     string
}

func (r *rejection) Error() string { return fmt.Sprintf("%v: %s", r.sentinel, r.reason) }
func (r *rejection) Unwrap() error { return r.sentinel }

func reject(_ *http.Response, body []byte, sentinel error, reason string) error {
	return &rejection{sentinel, reason, string(body)}
}

func asked() *url.URL {
	return &url.URL{Scheme: "https", Host: "zadig.example.com", Path: "/api/x", RawQuery: "token=hunter2"}
}

// item is an element of the arrays of these tests.
type item struct {
	ID   string `json:"id"`
	N    int    `json:"n"`
	Deep struct {
		List []struct {
			V int `json:"v"`
		} `json:"list"`
	} `json:"deep"`
	Any  any           `json:"any"`
	Over response.Skip `json:"over"`
}

// result is one answer of Next: what it read, or its error in words.
type result struct{ id, odd string }

// readAll reads an array to its end. The error is nil for io.EOF.
func readAll(t *testing.T, a *response.Array) (results []result, raws []string, err error) {
	t.Helper()
	defer a.Close()
	for range 1000 {
		var (
			v   item
			raw []byte
			odd *response.ElementError
		)
		err := a.Next(&v, &raw)
		switch {
		case err == io.EOF: //nolint:errorlint // as io.Reader says it
			return results, raws, nil
		case errors.As(err, &odd):
			results = append(results, result{v.ID, odd.Error()})
		case err != nil:
			return results, raws, err
		default:
			results = append(results, result{v.ID, ""})
			raws = append(raws, string(raw))
		}
	}
	t.Fatal("the array does not end")
	return nil, nil, nil
}

func stream(t *testing.T, d doer) *response.Array {
	t.Helper()
	d.t = t
	a, err := response.Stream(t.Context(), d, asked(), "an array of things")
	require.NoError(t, err)
	return a
}

func of(body string) doer { return doer{body: strings.NewReader(body)} }
