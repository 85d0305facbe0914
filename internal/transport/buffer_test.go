package transport_test

import (
	"compress/gzip"
	"errors"
	"io"
	"math"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/artifact"
	"github.com/zadig-go/zadig/internal/response"
	"github.com/zadig-go/zadig/internal/testkit/clienttest"
	"github.com/zadig-go/zadig/internal/testkit/servertest"
)

// chunked responds with a body of unknown length.
func chunked(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, body[:1])
		_ = http.NewResponseController(w).Flush()
		_, _ = io.WriteString(w, body[1:])
	}
}

// compressed responds with a body in gzip.
func compressed(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		zip := gzip.NewWriter(w)
		_, _ = io.WriteString(zip, body)
		_ = zip.Close()
	}
}

func TestBufferedBodyIsBounded(t *testing.T) {
	t.Parallel()
	const limit = 100
	body := `"` + strings.Repeat("a", limit-2) + `"`
	for name, row := range map[string]struct {
		h    http.HandlerFunc
		good bool
	}{
		"up to the limit":                       {servertest.Status(200, body), true},
		"one byte more":                         {servertest.Status(200, body+" "), false},
		"up to the limit, chunked":              {chunked(body), true},
		"one byte more, chunked":                {chunked(body + " "), false},
		"up to the limit, compressed":           {compressed(body), true},
		"one byte more, compressed":             {compressed(body + " "), false},
		"a bomb":                                {compressed(strings.Repeat(" ", 1<<20)), false},
		"cut after the limit: too large anyway": {servertest.Cut(body + " "), false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, s := clienttest.Serve(t, row.h, zadig.WithMaxResponseBytes(limit))
			var out string
			err := client.Get(t.Context(), "/api/x", nil, &out)
			assert.Equal(t, 1, s.Count(), "it would be as large again")
			if row.good {
				require.NoError(t, err)
				return
			}
			assert.Equal(t, "ErrResponseTooLarge", clienttest.Sentinel(err))
			assert.Equal(t, "more than 100 bytes", clienttest.AsError(t, err).Message)
		})
	}
	client, _ := clienttest.Serve(t, servertest.Status(200, body), zadig.WithMaxResponseBytes(math.MaxInt64))
	require.NoError(t, client.Get(t.Context(), "/api/x", nil, new(string)))
}

func TestBufferedBodyIsReadOnce(t *testing.T) {
	t.Parallel()
	const image = `{"image":"nginx:1"}`
	client, _ := clienttest.Serve(t, servertest.JSON(image))
	artifacts := artifact.New(clienttest.Doer(func(req *http.Request) (*http.Response, error) {
		resp, err := client.Do(req)
		if body, ok := resp.Body.(*response.Body); assert.NoError(t, err) && assert.True(t, ok) {
			assert.Equal(t, image, string(body.Data))
			body.ReadCloser = io.NopCloser(iotest.ErrReader(errors.New("read again")))
		}
		return resp, err
	}))
	_, err := artifacts.Trace(t.Context(), "nginx:1", artifact.OneRequest())
	require.NoError(t, err)
}

// A body that breaks off in the middle of gzip looks the same, so such a response is
// retried.
func TestBodyThatCannotBeDecompressed(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"not gzip":       `["nginx","payment"]`,
		"broken":         "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff",
		"wrong checksum": "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff\x8b\x8e\x05\x00\x00\x00\x00\x00\x02\x00\x00\x00",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			garbled := servertest.Status(200, body, "Content-Encoding", "gzip")
			client, s := clienttest.Serve(t, garbled)
			err := client.Get(t.Context(), "/api/x", nil, new([]string))
			assert.Equal(t, "ErrUnexpectedResponse", clienttest.Sentinel(err))
			failure := clienttest.AsError(t, err)
			assert.Equal(t, 200, failure.StatusCode)
			assert.Contains(t, failure.Message, "cannot be decompressed")
			assert.Equal(t, 3, failure.Attempts)
			assert.Equal(t, 3, s.Count())
			require.NotErrorIs(t, err, gzip.ErrHeader, "the meaning is the sentinel")

			client, s = clienttest.Serve(t, servertest.Script(garbled, servertest.JSON("[]")))
			require.NoError(t, client.Get(t.Context(), "/api/x", nil, new([]string)))
			assert.Equal(t, 2, s.Count())
		})
	}
}
