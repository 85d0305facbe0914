package response_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig/internal/errdef"
	"github.com/zadig-go/zadig/internal/response"
	"github.com/zadig-go/zadig/internal/testkit/clienttest"
)

// thing is the endpoint of these tests.
var thing = response.Endpoint{Path: "/api/x", RawQuery: "token=hunter2", Want: "a thing"}

func TestGetDecodes(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ name, body, because string }{
		{"object", ` {"id":"1"} `, ""},
		{"null", `null`, ""}, // the service knows better
		{"empty", ``, "got an empty body, want a thing"},
		{"HTML", "\n<html>", "got an HTML page, perhaps of a login or a proxy, want a thing"},
		{"array", `[]`, "got a JSON array, want a thing"},
		{"string", `"hunter2"`, "got a JSON string, want a thing"},
		{"wrong member", `{"id":"hunter2","n":"hunter2"}`, "at /n: got a string, want an integer"},
		{"wrong member, deep", `{"deep":{"list":[{"v":1},{"v":true}]}}`, "at /deep/list/1/v: got a boolean, want an integer"},
		{"garbage behind", `{} hunter2`, "invalid JSON at byte 3"},
		{"cut", `{"id":"hunter2`, "JSON that ends at byte 14, within /id"},
		{"text", `hunter2`, "got text that is not JSON, want a thing"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			d := of(row.body)
			d.t = t
			_, err := response.Get[item](t.Context(), d, thing, nil)
			if row.because == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, errdef.ErrUnexpectedResponse)
			require.ErrorContains(t, err, row.because)
			assert.NotContains(t, err.Error(), "hunter2")
			var rejected *rejection
			require.ErrorAs(t, err, &rejected)
			assert.Equal(t, row.body, rejected.body)
		})
	}
}

func TestGetValidatesAndKeepsRawJSON(t *testing.T) {
	t.Parallel()
	_, err := response.Get[checked](t.Context(), of(`{"id":""}`), thing, nil)
	require.ErrorIs(t, err, errdef.ErrUnexpectedResponse)
	require.ErrorContains(t, err, "got a JSON object, want a thing: it has no id")

	v, err := response.Get[item](t.Context(), of(` {"id":"1"}`), thing, nil)
	require.NoError(t, err)
	assert.Empty(t, v.raw, "off unless asked for")
	d := of(` {"id":"1"}`)
	d.settings.RawJSON = true
	v, err = response.Get[item](t.Context(), d, thing, nil)
	require.NoError(t, err)
	assert.Equal(t, ` {"id":"1"}`, v.raw)
}

func TestGetIsBounded(t *testing.T) {
	t.Parallel()
	const limit = 1000
	for _, size := range []int{1, limit, limit + 1, 1 << 20} {
		for _, wrap := range []func(io.Reader) io.Reader{iotest.DataErrReader, iotest.OneByteReader} {
			body := strings.Repeat(" ", size-1) + "7"
			d := doer{t: t, body: wrap(strings.NewReader(body)), settings: response.Settings{MaxBytes: limit}}
			v, err := response.Get[int](t.Context(), d, thing, nil)
			if size > limit {
				require.ErrorIs(t, err, errdef.ErrResponseTooLarge)
				require.ErrorContains(t, err, "more than 1000 bytes")
				continue
			}
			require.NoError(t, err)
			assert.Equal(t, 7, *v)
		}
	}
}

// Bodies that are small as JSON but large when decoded are refused, whether as one
// element or as a whole.
func TestMemoryOfSmallBodiesIsBounded(t *testing.T) {
	t.Parallel()
	const most = 1 << 20 // a limit of 256 KiB
	objects := func(n int) string { return `[{"any":[` + strings.Repeat(`{},`, n-3) + `{}]}]` }
	text := func(piece string, n int) string { return `[{"id":"` + strings.Repeat(piece, n) + `"}]` }
	for _, row := range []struct {
		name, body string
		large      bool
	}{
		{"as many objects as fit", objects(most / (1<<10 + 64)), false},
		{"too many objects", objects(most/(1<<10+64) + 2), true},
		{"too many numbers", `[{"any":[` + strings.Repeat(`1,`, most/64) + `1]}]`, true},
		{"too many arrays", `[{"any":[` + strings.Repeat(`[],`, most/128) + `1]}]`, true},
		{"too many members", `[{` + strings.Repeat(`"x":1,`, most/128) + `"x":1}]`, true},
		{"brackets in text", text(`{[:,`, 50_000), false},
		{"quotes in text", text(`\"{`, 50_000), false},
		{"a backslash at the end of a piece", text(`\"{x`, 50_000), false},
		{"backslashes before a quote", text(`\\`, 50_000), false},
		{"too many brackets after a backslash", `[{"id":"\\","any":[` + strings.Repeat(`{},`, 1000) + `{}]}]`, true},
		{"too many objects with escapes", `[{"any":[` + strings.Repeat(`{"x":"\n"},`, most/(1<<10+128)+1) + `1]}]`, true},
		{"text of three bytes each", text("交", 20_000), false},
		{"too many invalid bytes", text("\xff", most/16+1), true},
	} {
		for _, pattern := range []string{"", "\x00\x01\x02"} {
			t.Run(fmt.Sprintf("%s/%q", row.name, pattern), func(t *testing.T) {
				t.Parallel()
				d := func() doer {
					return doer{t: t, body: &pieces{text: row.body, pattern: pattern}, settings: response.Settings{MaxBytes: most / 4}}
				}
				_, got := response.Get[[]item](t.Context(), d(), thing, nil)
				_, _, streamed := readAll(t, stream(t, d()))
				for _, err := range []error{got, streamed} {
					if !row.large {
						require.NoError(t, err)
						continue
					}
					require.ErrorIs(t, err, errdef.ErrResponseTooLarge)
					require.ErrorContains(t, err, "it takes more than 1048576 bytes of memory to decode")
				}
			})
		}
	}
}

// A body that the client has read is not read again.
func TestGetTakesTheDataOfTheBody(t *testing.T) {
	t.Parallel()
	data, limit := []byte(`{"id":"1"}`), int64(0)
	d := clienttest.Doer(func(req *http.Request) (*http.Response, error) {
		body := clienttest.Body(t, io.NopCloser(iotest.ErrReader(errors.New("read again"))), "the body")
		return &http.Response{StatusCode: http.StatusOK, Body: &response.Body{
			ReadCloser: body, Data: data, Settings: response.Settings{MaxBytes: limit}, Reject: reject,
		}, Request: req}, nil
	})
	v, err := response.Get[item](t.Context(), d, thing, nil)
	require.NoError(t, err)
	assert.Equal(t, "1", v.ID)
	limit = int64(len(data)) - 1
	_, err = response.Get[item](t.Context(), d, thing, nil)
	require.ErrorIs(t, err, errdef.ErrResponseTooLarge)
	require.ErrorContains(t, err, "more than 9 bytes")
}

// A member name can be as long as the body; an error shows only its beginning.
func TestGetCutsLongPointers(t *testing.T) {
	t.Parallel()
	_, err := response.Get[map[string]item](t.Context(), of(`{"`+strings.Repeat("交", 10_000)+`":7}`), thing, nil)
	require.ErrorContains(t, err, "at /交")
	require.ErrorContains(t, err, "…: got a number, want an object")
	assert.Less(t, len(err.Error()), 300)
	assert.True(t, utf8.ValidString(err.Error()))
}

func TestBodiesThatBreak(t *testing.T) {
	t.Parallel()
	var zipped bytes.Buffer
	zip := gzip.NewWriter(&zipped)
	_, _ = zip.Write([]byte(`{"id":"1"}`))
	_ = zip.Close()
	unzip := func(data []byte) io.Reader {
		r, err := gzip.NewReader(bytes.NewReader(data))
		if err != nil {
			return iotest.ErrReader(err)
		}
		return r
	}
	flipped := bytes.Clone(zipped.Bytes())
	flipped[len(flipped)-8] ^= 1 // in the checksum
	corrupt := bytes.Clone(zipped.Bytes())
	corrupt[10] = 0xff // in the first block
	for _, row := range []struct {
		name    string
		body    io.Reader
		garbled bool
	}{
		{"cut", io.MultiReader(strings.NewReader("{"), iotest.ErrReader(io.ErrUnexpectedEOF)), false},
		{"gzip, cut", unzip(zipped.Bytes()[:zipped.Len()-4]), false},
		{"gzip, header", unzip([]byte("no gzip at all")), true},
		{"gzip, checksum", unzip(flipped), true},
		{"gzip, data", unzip(corrupt), true},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			body, err := io.ReadAll(row.body)
			require.Error(t, err)
			assert.Equal(t, row.garbled, response.Garbled(err), err)

			again := func() io.Reader { return io.MultiReader(bytes.NewReader(body), iotest.ErrReader(err)) }
			_, fetched := response.Get[item](t.Context(), doer{t: t, body: again()}, thing, nil)
			assert.Equal(t, row.garbled, errors.Is(fetched, errdef.ErrUnexpectedResponse))
			assert.Equal(t, !row.garbled, errors.Is(fetched, io.ErrUnexpectedEOF))

			a := stream(t, doer{body: io.MultiReader(strings.NewReader("["), again())})
			_, _, streamed := readAll(t, a)
			require.ErrorAs(t, streamed, new(*response.TruncatedError), "a stream is requested again in any case")
			assert.Equal(t, row.garbled, errors.Is(streamed, errdef.ErrUnexpectedResponse))
		})
	}
	assert.False(t, response.Garbled(nil))
}
