package response_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/zadig-go/zadig/internal/response"
	"github.com/zadig-go/zadig/internal/testkit/clienttest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// doer responds to every request with the same body, as a client with these
// settings would.
type doer struct {
	t        *testing.T // the test in which the body must be closed, or nil
	body     io.Reader
	header   http.Header
	settings response.Settings
	status   int // 0: 200
}

func (d doer) Do(req *http.Request) (*http.Response, error) {
	if d.status == 0 {
		d.status = http.StatusOK
	}
	body := io.NopCloser(d.body)
	if d.t != nil {
		body = clienttest.Body(d.t, body, req.URL.Path)
	}
	return &http.Response{StatusCode: d.status, Header: d.header, Body: &response.Body{ReadCloser: body, Settings: d.settings, Reject: reject},
		Request: req}, nil
}

// rejection is what reject makes.
type rejection struct {
	kind   error
	reason string
	body   string
}

func (r *rejection) Error() string { return fmt.Sprintf("%v: %s", r.kind, r.reason) }
func (r *rejection) Unwrap() error { return r.kind }

func reject(excerpt []byte) func(error, string) error {
	return func(kind error, reason string) error { return &rejection{kind, reason, string(excerpt)} }
}

// things is the endpoint of these tests. Its query contains a secret.
var things = response.Endpoint{Path: "/api/x", RawQuery: "token=hunter2", Want: "an array of things"}

// item is an element of the arrays of these tests.
type item struct {
	ID   string `json:"id"`
	N    int    `json:"n"`
	Deep struct {
		List []struct {
			V int `json:"v"`
		} `json:"list"`
	} `json:"deep"`
	Any any `json:"any"`

	raw string
}

func (i *item) SetRaw(raw json.RawMessage) { i.raw = string(raw) }

// result is the result of one call of Next: an id, or the text of an error.
type result struct{ id, failed string }

// readAll reads a stream to its end. The error is nil for io.EOF.
func readAll(t *testing.T, s *response.Stream[item]) (results []result, raws []string, err error) {
	t.Helper()
	defer s.Close()
	for range 1000 {
		v, err := s.Next()
		var elementErr *response.ElementError
		switch {
		case err == io.EOF: //nolint:errorlint // as io.Reader says it
			return results, raws, nil
		case errors.As(err, &elementErr):
			results = append(results, result{v.ID, elementErr.Error()})
		case err != nil:
			return results, raws, err
		default:
			results = append(results, result{v.ID, ""})
			raws = append(raws, v.raw)
		}
	}
	t.Fatal("the array does not end")
	return nil, nil, nil
}

// modes are both ways in which an array is read.
var modes = map[string]response.Mode{"streamed": response.Streamed, "buffered": response.Buffered}

func stream(t *testing.T, d doer) *response.Stream[item] {
	t.Helper()
	return open(t, d, response.Streamed, things)
}

func open(t *testing.T, d doer, mode response.Mode, e response.Endpoint) *response.Stream[item] {
	t.Helper()
	d.t = t
	s, err := response.Elements[item](t.Context(), d, e, mode)
	require.NoError(t, err)
	return s
}

func of(body string) doer { return doer{body: strings.NewReader(body)} }
