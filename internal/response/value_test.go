package response_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig/internal/errdef"
	"github.com/zadig-go/zadig/internal/response"
)

// thing is the endpoint of these tests.
func thing() response.Endpoint {
	e := things()
	e.Want = "a thing"
	return e
}

func TestGetDecodes(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ name, body, because string }{
		{"object", ` {"id":"1"} `, ""},
		{"null", `null`, ""}, // the service knows better
		{"empty object", `{}`, ""},
		{"duplicate name", `{"id":"0","id":"1"}`, ""},
		{"empty", ``, "got an empty body, want a thing"},
		{"white space", "\r\n", "got an empty body, want a thing"},
		{"HTML", "\n<html>", "got an HTML page, perhaps of a login or a proxy, want a thing"},
		{"array", `[]`, "got a JSON array, want a thing"},
		{"string", `"hunter2"`, "got a JSON string, want a thing"},
		{"collaboration mode", `{"code":1,"ifSync":false,"n":"x"}`, "at /n: got a string, want an integer"},
		{"wrong member", `{"id":"hunter2","n":"hunter2"}`, "at /n: got a string, want an integer"},
		{"wrong member, deep", `{"deep":{"list":[{"v":1},{"v":true}]}}`, "at /deep/list/1/v: got a boolean, want an integer"},
		{"garbage behind", `{} hunter2`, "invalid JSON at byte 3"},
		{"cut", `{"id":"hunter2`, "JSON that ends at byte 14, within /id"},
		{"text", `hunter2`, "invalid JSON at byte 0, within /"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			d := of(row.body)
			d.t = t
			_, err := response.Get[item](t.Context(), d, thing())
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
	_, err := response.Get[checked](t.Context(), of(`{"id":""}`), thing())
	require.ErrorIs(t, err, errdef.ErrUnexpectedResponse)
	require.ErrorContains(t, err, "got a JSON object, want a thing: it has no id")

	v, err := response.Get[item](t.Context(), of(` {"id":"1"}`), thing())
	require.NoError(t, err)
	assert.Empty(t, v.raw, "off unless asked for")
	d := of(` {"id":"1"}`)
	d.settings.RawJSON = true
	v, err = response.Get[item](t.Context(), d, thing())
	require.NoError(t, err)
	assert.Equal(t, ` {"id":"1"}`, v.raw)
}

func TestGetIsBounded(t *testing.T) {
	t.Parallel()
	const limit = 1000
	for _, size := range []int{0, 1, limit - 1, limit, limit + 1, 1 << 20} {
		for name, wrap := range map[string]func(io.Reader) io.Reader{
			"at once": func(r io.Reader) io.Reader { return r }, "byte by byte": iotest.OneByteReader, "with EOF": iotest.DataErrReader,
		} {
			t.Run(fmt.Sprintf("%d/%s", size, name), func(t *testing.T) {
				t.Parallel()
				body := strings.Repeat(" ", max(size-1, 0)) + "7"
				d := doer{t: t, body: wrap(strings.NewReader(body)), settings: response.Settings{MaxBytes: limit}}
				v, err := response.Get[int](t.Context(), d, thing())
				if size > limit {
					require.ErrorIs(t, err, errdef.ErrResponseTooLarge)
					require.ErrorContains(t, err, "more than 1000 bytes")
					return
				}
				require.NoError(t, err)
				assert.Equal(t, 7, *v)
			})
		}
	}
}

// The smallest body that takes too much memory has three bytes for each object.
func TestGetBoundsTheMemoryOfSmallBodies(t *testing.T) {
	t.Parallel()
	const limit, each = 1 << 20, 1<<10 + 48 + 3 // an object, as an element of an array
	for _, row := range []struct {
		name    string
		objects int
		large   bool
	}{
		{"as many objects as fit", 2 * limit / each, false},
		{"one more", 2*limit/each + 1, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			d := of("[" + strings.Repeat("{},", row.objects-1) + "{}]")
			d.settings.MaxBytes = limit
			_, err := response.Get[[]struct{}](t.Context(), d, thing())
			if !row.large {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, errdef.ErrResponseTooLarge)
			require.ErrorContains(t, err, "it takes more than 2097152 bytes of memory to decode")
		})
	}
}

type closer struct {
	io.Reader
	closed *bool
}

func (c closer) Close() error {
	*c.closed = true
	return nil
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
			_, fetched := response.Get[item](t.Context(), doer{t: t, body: again()}, thing())
			assert.Equal(t, row.garbled, errors.Is(fetched, errdef.ErrUnexpectedResponse))
			assert.Equal(t, !row.garbled, errors.Is(fetched, io.ErrUnexpectedEOF))

			a := stream(t, doer{body: io.MultiReader(strings.NewReader("["), again())})
			_, _, streamed := readAll(t, a)
			var broken *response.TruncatedError
			require.ErrorAs(t, streamed, &broken, "a stream is requested again in any case")
			assert.Equal(t, row.garbled, errors.Is(streamed, errdef.ErrUnexpectedResponse))
		})
	}
	assert.False(t, response.Garbled(nil))
}

// keeper is a value of every kind that could keep a part of a buffer.
type keeper struct {
	S string          `json:"s"`
	R json.RawMessage `json:"r"`
	A any             `json:"a"`
	B []byte          `json:"b"`

	raw string
}

func (k *keeper) SetRaw(raw json.RawMessage) { k.raw = string(raw) }

// Buffers are used again; what was decoded stays what it was.
func TestGetKeepsNothingOfItsBuffer(t *testing.T) {
	t.Parallel()
	body := func(x string) string {
		return fmt.Sprintf(`{"s":%q,"r":{"x":%q},"a":[{%q:%q}],"b":"YWJj"}`, x, x, x, x)
	}
	var wait sync.WaitGroup
	for i := range 4 { // so that one gets what another gave back
		wait.Go(func() {
			for j := range 50 {
				x := strings.Repeat(fmt.Sprint(i, j), 20)
				d := of(body(x))
				d.settings.RawJSON = true
				v, err := response.Get[keeper](t.Context(), d, thing())
				if !assert.NoError(t, err) {
					return
				}
				_, err = response.Get[checked](t.Context(), of(body(x)), thing())
				rejected := new(rejection)
				assert.ErrorAs(t, err, &rejected)
				_, err = response.Get[item](t.Context(), of(strings.Repeat("Z", 4096)), thing())
				assert.Error(t, err)
				assert.Equal(t, keeper{S: x, R: json.RawMessage(fmt.Sprintf(`{"x":%q}`, x)), A: []any{map[string]any{x: x}}, B: []byte("abc"), raw: body(x)}, *v)
				assert.Equal(t, body(x), rejected.body)
			}
		})
	}
	wait.Wait()
}
