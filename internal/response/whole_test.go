package response_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig/internal/errdef"
	"github.com/zadig-go/zadig/internal/response"
)

func fetch(t *testing.T, d response.Doer) *response.Whole {
	t.Helper()
	if watched, ok := d.(doer); ok {
		watched.t = t
		d = watched
	}
	whole, err := response.Fetch(t.Context(), d, asked())
	require.NoError(t, err)
	t.Cleanup(whole.Close)
	return whole
}

func TestWholeDecodes(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ name, body, because string }{
		{"object", ` {"id":"1"} `, ""},
		{"null", `null`, ""}, // the service knows better
		{"empty object", `{}`, ""},
		{"duplicate name", `{"id":"0","id":"1"}`, ""},
		{"empty", ``, "an empty body where a thing is due"},
		{"white space", "\r\n", "an empty body where a thing is due"},
		{"HTML", "\n<html>", "an HTML page, perhaps of a login or a proxy, where a thing is due"},
		{"array", `[]`, "a JSON array where a thing is due"},
		{"string", `"hunter2"`, "a JSON string where a thing is due"},
		{"collaboration mode", `{"code":1,"ifSync":false,"n":"x"}`, "a thing is due: at /n: a string where an integer is due"},
		{"wrong member", `{"id":"hunter2","n":"hunter2"}`, "a thing is due: at /n: a string where an integer is due"},
		{"wrong member, deep", `{"deep":{"list":[{"v":1},{"v":true}]}}`, "a thing is due: at /deep/list/1/v: a boolean where an integer is due"},
		{"garbage behind", `{} hunter2`, "a thing is due: not JSON from byte 3 on"},
		{"cut", `{"id":"hunter2`, "a thing is due: JSON that ends at byte 14, within /id"},
		{"text", `hunter2`, "a thing is due: not JSON from byte 0 on, within /"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			whole := fetch(t, of(row.body))
			var v item
			err := whole.Decode(&v, "a thing")
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

func TestWholeKeepsHeaderAndBytes(t *testing.T) {
	t.Parallel()
	d := of(` {"id":"1"}`)
	d.header = http.Header{"X-Total": {"7"}}
	whole := fetch(t, d)
	assert.Equal(t, "7", whole.Header.Get("X-Total"))
	assert.JSONEq(t, `{"id":"1"}`, string(whole.Bytes()))
	assert.Nil(t, whole.Raw(), "off unless asked for")
	assert.Equal(t, "a JSON object", whole.LooksLike())
	whole.Close()
	whole.Close()

	d = of(` {"id":"1"}`)
	d.client.RawJSON = true
	assert.Equal(t, ` {"id":"1"}`, string(fetch(t, d).Raw()))
}

func TestWholeIsBounded(t *testing.T) {
	t.Parallel()
	const limit = 1000
	for _, size := range []int{0, 1, limit - 1, limit, limit + 1, 1 << 20} {
		for name, wrap := range map[string]func(io.Reader) io.Reader{
			"at once": func(r io.Reader) io.Reader { return r }, "byte by byte": iotest.OneByteReader, "with EOF": iotest.DataErrReader,
		} {
			t.Run(fmt.Sprintf("%d/%s", size, name), func(t *testing.T) {
				t.Parallel()
				d := doer{t: t, body: wrap(strings.NewReader(strings.Repeat("x", size))), client: response.Client{MaxBytes: limit}}
				whole, err := response.Fetch(t.Context(), d, asked())
				if size > limit {
					require.ErrorIs(t, err, errdef.ErrResponseTooLarge)
					require.ErrorContains(t, err, "more than 1000 bytes")
					return
				}
				require.NoError(t, err)
				assert.Len(t, whole.Bytes(), size)
				whole.Close()
			})
		}
	}
}

// endless never ends, and tells how much was read.
type endless struct{ read int }

func (e *endless) Read(p []byte) (int, error) {
	e.read += len(p)
	return len(p), nil
}

func TestWholeDoesNotReadOn(t *testing.T) {
	t.Parallel()
	body := new(endless)
	closed := false
	_, err := response.ReadWhole(closer{body, &closed}, 10<<10)
	require.ErrorIs(t, err, response.ErrTooLarge)
	assert.Less(t, body.read, 4<<20, "a pooled buffer at most")
	assert.True(t, closed)
}

type closer struct {
	io.Reader
	closed *bool
}

func (c closer) Close() error {
	*c.closed = true
	return nil
}

func TestWholeThatBreaks(t *testing.T) {
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
			_, fetched := response.Fetch(t.Context(), doer{t: t, body: again()}, asked())
			assert.Equal(t, row.garbled, errors.Is(fetched, errdef.ErrUnexpectedResponse))
			assert.Equal(t, !row.garbled, errors.Is(fetched, io.ErrUnexpectedEOF))

			a := stream(t, doer{body: io.MultiReader(strings.NewReader("["), again())})
			_, _, streamed := readAll(t, a)
			var broken *response.TruncatedError
			require.ErrorAs(t, streamed, &broken, "a stream is asked for again in any case")
			assert.Equal(t, row.garbled, errors.Is(streamed, errdef.ErrUnexpectedResponse))
		})
	}
	assert.False(t, response.Garbled(nil))
}

// Buffers are used again; what was decoded stays what it was.
func TestWholeKeepsNothingOfItsBuffer(t *testing.T) {
	t.Parallel()
	type keeper struct {
		S string          `json:"s"`
		R json.RawMessage `json:"r"`
		A any             `json:"a"`
		B []byte          `json:"b"`
	}
	body := func(x string) string {
		return fmt.Sprintf(`{"s":%q,"r":{"x":%q},"a":[{%q:%q}],"b":"YWJj"}`, x, x, x, x)
	}
	var wait sync.WaitGroup
	for i := range 4 { // so that one gets what another gave back
		wait.Go(func() {
			for j := range 50 {
				x := strings.Repeat(fmt.Sprint(i, j), 20)
				d := of(body(x))
				d.client.RawJSON = true
				whole, err := response.Fetch(t.Context(), d, asked())
				if !assert.NoError(t, err) {
					return
				}
				var v keeper
				assert.NoError(t, whole.Decode(&v, "a thing"))
				raw, rejected := whole.Raw(), new(rejection)
				assert.ErrorAs(t, whole.Unexpected("because"), &rejected)
				whole.Close()
				other, err := response.Fetch(t.Context(), of(strings.Repeat("Z", 4096)), asked())
				if !assert.NoError(t, err) {
					return
				}
				assert.Equal(t, keeper{S: x, R: json.RawMessage(fmt.Sprintf(`{"x":%q}`, x)), A: []any{map[string]any{x: x}}, B: []byte("abc")}, v)
				assert.Equal(t, body(x), string(raw))
				assert.Equal(t, body(x), rejected.body)
				other.Close()
			}
		})
	}
	wait.Wait()
}

func TestBufferIsABody(t *testing.T) {
	t.Parallel()
	closed := false
	buffer, err := response.ReadWhole(closer{strings.NewReader("some bytes"), &closed}, 100)
	require.NoError(t, err)
	assert.True(t, closed, "the connection is free again")
	require.NoError(t, iotest.TestReader(buffer, []byte("some bytes")))
	require.NoError(t, buffer.Close())
	require.NoError(t, buffer.Close())
	n, err := buffer.Read(make([]byte, 1))
	assert.Zero(t, n)
	assert.Equal(t, io.EOF, err)
}

func TestCallOfAnotherDoer(t *testing.T) {
	t.Parallel()
	whole := fetch(t, doerFunc(func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader("x"))}, nil
	}))
	require.ErrorIs(t, whole.Unexpected("because"), errdef.ErrUnexpectedResponse)
	assert.Equal(t, 3, whole.Call.MaxBreaks())
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		require.NoError(t, whole.Call.Pause(t.Context(), 2))
		assert.Positive(t, time.Since(start))
		reason := errors.New("the user pressed a key")
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(reason)
		err := whole.Call.Pause(ctx, 1)
		require.ErrorIs(t, err, context.Canceled, "whoever looks for it finds it")
	})
}
