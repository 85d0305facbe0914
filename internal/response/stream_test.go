package response_test

import (
	"context"
	jsonv1 "encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig/core"
	"github.com/zadig-go/zadig/internal/errdef"
	"github.com/zadig-go/zadig/internal/response"
	"github.com/zadig-go/zadig/internal/testkit/clienttest"
)

// all is a small page with every kind of JSON value.
const all = ` [ {"id":"1","n":-1,"any":[true,false,null,1.5e3,"\u4ea4\"\\",{}],"over":{"x":[1,{"y":"]"}]}} ,
	{"id":"2","deep":{"list":[{"v":1},{"v":2}]}},{"id":"3"} ] ` + "\n"

func TestStreamReads(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name, body string
		want       []result
	}{
		{"empty", `[]`, nil},
		{"empty with white space", " \r\n\t[ \n ] \n", nil},
		{"null", `null`, nil},
		{"null with white space", " null\n", nil},
		{"one", `[{"id":"1"}]`, []result{{"1", ""}}},
		{"everything", all, []result{{"1", ""}, {"2", ""}, {"3", ""}}},
		{"element null, which is no object and no failure", `[null,{"id":"2"}]`, []result{{"", ""}, {"2", ""}}},
		{"unknown member", `[{"new":{"id":"x"},"id":"1"}]`, []result{{"1", ""}}},
		{"duplicate name: the last counts", `[{"id":"0","id":"1"}]`, []result{{"1", ""}}},
		{"invalid UTF-8", "[{\"id\":\"a\xffb\"}]", []result{{"a\ufffdb", ""}}},
		{"lone surrogate", `[{"id":"a\ud800b"}]`, []result{{"a\ufffdb", ""}}},

		{"a scalar for an object", `[{"id":"1"},7,{"id":"3"}]`, []result{{"1", ""}, {"", "at /1: got a number, want an object"}, {"3", ""}}},
		{"string", `["x",{"id":"2"}]`, []result{{"", "at /0: got a string, want an object"}, {"2", ""}}},
		{"array", `[[[{"id":"9"}],[]],{"id":"2"}]`, []result{{"", "at /0: got an array, want an object"}, {"2", ""}}},
		{"the only one", `[true]`, []result{{"", "at /0: got a boolean"}}},
		{"the last one", `[{"id":"1"},{"id":7}]`, []result{{"1", ""}, {"", "at /1/id: got a number, want a string"}}},
		{"all of them", `[1,2,3]`, []result{{"", "at /0"}, {"", "at /1"}, {"", "at /2"}}},
		{"first member", `[{"n":"x","id":"1","deep":{"list":[{"v":1}]}},{"id":"2"}]`,
			[]result{{"", "at /0/n: got a string, want an integer"}, {"2", ""}}},
		{"last member", `[{"id":"1","n":{}},{"id":"2"}]`, []result{{"1", "at /0/n: got an object, want an integer"}, {"2", ""}}},
		{"deep inside", `[{"id":"1","deep":{"list":[{"v":1},{"v":[{"v":{}}]},{"v":3}]},"any":[[]]},{"id":"2"}]`,
			[]result{{"1", "at /0/deep/list/1/v: got an array, want an integer"}, {"2", ""}}},
		{"number out of range", `[{"n":99999999999999999999,"id":"1"},{"id":"2"}]`, []result{{"", "at /0/n: got a number"}, {"2", ""}}},
		{"fraction where an integer is due", `[{"id":"1","n":1.5},{"id":"2"}]`, []result{{"1", "at /0/n: got a number"}, {"2", ""}}},
		{"a secret in the wrong place", `[{"n":"hunter2"},{"id":"2"}]`, []result{{"", "at /0/n: got a string"}, {"2", ""}}},
		{"a name with a slash", `[{"id":"1","any":1,"deep":{"list":[{"a/b~":1,"v":""}]}}]`, []result{{"1", "at /0/deep/list/0/v"}}},
	} {
		for name, mode := range modes {
			t.Run(row.name+"/"+name, func(t *testing.T) {
				t.Parallel()
				for _, raw := range []bool{false, true} {
					d := doer{body: iotest.OneByteReader(strings.NewReader(row.body)), settings: response.Settings{RawJSON: raw}}
					got, _, err := readAll(t, open(t, d, mode, things))
					require.NoError(t, err)
					require.Len(t, got, len(row.want))
					for i, want := range row.want {
						if want.failed == "" {
							assert.Equal(t, want, got[i])
							continue
						}
						assert.Contains(t, got[i].failed, want.failed)
						assert.NotContains(t, got[i].failed, "hunter2")
					}
				}
			})
		}
	}
}

func TestStreamRaw(t *testing.T) {
	t.Parallel()
	_, raws, err := readAll(t, stream(t, of(all)))
	require.NoError(t, err)
	assert.Equal(t, []string{"", "", ""}, raws, "off unless asked for")

	d := of(all)
	d.settings.RawJSON = true
	_, raws, err = readAll(t, stream(t, d))
	require.NoError(t, err)
	require.Len(t, raws, 3)
	assert.Equal(t, `{"id":"2","deep":{"list":[{"v":1},{"v":2}]}}`, raws[1], "byte for byte")
	for _, raw := range raws {
		assert.Contains(t, all, raw)
		assert.True(t, jsonv1.Valid([]byte(raw)))
	}
}

func TestStreamOfSomethingElse(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ name, body, because string }{
		{"empty", ``, "got an empty body, want an array of things"},
		{"object", `{"message":"success"}`, "got a JSON object, want an array of things"},
		{"HTML", `<!DOCTYPE html>`, "an HTML page"},
		{"text", `Invalid path: /api/x`, "text that is not JSON"},
		{"nullify", `nullify`, "more than an array of things"},
		{"garbage behind", `[{"id":"1"}]x`, "more than an array of things"},
		{"two arrays", `[] []`, "more than an array of things"},
		{"missing comma", `[{"id":"1"} {"id":"2"}]`, "invalid JSON at byte 12"},
		{"comma at the end", `[{"id":"1"},]`, "invalid JSON at byte 11"},
		{"HTML in the middle", `[{"id":"1"},{"id":<html>`, "invalid JSON at byte 18"},
		{"BOM", "\ufeff[]", "text that is not JSON"},
	} {
		for name, mode := range modes {
			t.Run(row.name+"/"+name, func(t *testing.T) {
				t.Parallel()
				_, _, err := readAll(t, open(t, doer{body: strings.NewReader(row.body)}, mode, things))
				require.ErrorIs(t, err, errdef.ErrUnexpectedResponse)
				assert.ErrorContains(t, err, row.because)
				assert.NotErrorAs(t, err, new(*response.TruncatedError), "asking again would bring the same")
				var rejected *rejection
				require.ErrorAs(t, err, &rejected)
				assert.True(t, strings.HasPrefix(row.body, rejected.body), "the excerpt is the head of what came")
				assert.Equal(t, row.body == "", rejected.body == "")
			})
		}
	}
}

// A gateway may compress although net/http has not asked for it, and net/http does not
// decompress if the program has.
func TestCompressedBody(t *testing.T) {
	t.Parallel()
	for name, mode := range modes {
		d := doer{body: strings.NewReader("\x0b\x01\x80[]\x03"), header: http.Header{"Content-Encoding": {"br"}}}
		_, _, err := readAll(t, open(t, d, mode, things))
		require.ErrorContains(t, err, `got a body with Content-Encoding "br", want an array of things`, name)
		d = doer{body: strings.NewReader(`[{"id":"1"}]`), header: http.Header{"Content-Encoding": {"gzip"}}}
		results, _, err := readAll(t, open(t, d, mode, things))
		require.NoError(t, err, "a middleware that decompresses may leave the header")
		assert.Len(t, results, 1, name)
	}
}

func TestStreamKeepsTheHead(t *testing.T) {
	t.Parallel()
	body := `[{"id":"1","any":"` + strings.Repeat("x", 5000) + `"},7]`
	a := stream(t, doer{body: iotest.OneByteReader(strings.NewReader(body))})
	defer a.Close()
	_, err := a.Next()
	require.NoError(t, err)
	_, err = a.Next()
	var rejected *rejection
	require.ErrorAs(t, err, &rejected)
	assert.Equal(t, body[:4096], rejected.body)
}

// checked is an element that can be refused.
type checked struct {
	ID string `json:"id"`
}

func (c *checked) Validate() error {
	if c.ID == "" {
		return errors.New("it has no id")
	}
	return nil
}

func TestStreamValidates(t *testing.T) {
	t.Parallel()
	s, err := response.Elements[checked](t.Context(), of(`[{},{"id":"2"}]`), things, response.Streamed)
	require.NoError(t, err)
	defer s.Close()
	_, err = s.Next()
	var elementErr *response.ElementError
	require.ErrorAs(t, err, &elementErr)
	require.ErrorIs(t, err, errdef.ErrUnexpectedResponse)
	require.ErrorContains(t, err, "at /0: it has no id")
	v, err := s.Next()
	require.NoError(t, err)
	assert.Equal(t, "2", v.ID)

	_, _, err = response.List[checked](t.Context(), of(`[{}]`), things, nil)
	require.ErrorAs(t, err, &elementErr)
	_, _, err = response.List(t.Context(), of(`[{"id":"1"},{"id":"2"}]`), things, func(c *checked) error {
		if c.ID == "2" {
			return errors.New("two is too many")
		}
		return nil
	})
	require.ErrorIs(t, err, errdef.ErrUnexpectedResponse)
	require.ErrorContains(t, err, "two is too many")
	ctx, cancel := context.WithCancelCause(t.Context())
	_, _, err = response.List(ctx, of(`[{"id":"1"},{"id":"2"}]`), things, func(*checked) error {
		cancel(io.EOF)
		return nil
	})
	require.ErrorIs(t, err, context.Canceled)
	d := of(` [{"id":"1"}]`)
	d.header = http.Header{"X-Total": {"7"}}
	all, header, err := response.List[checked](t.Context(), d, things, nil)
	require.NoError(t, err)
	assert.Equal(t, []*checked{{"1"}}, all)
	assert.Equal(t, "7", header.Get("X-Total"))
}

// Wherever a response is cut off, Next does not report that the array has ended.
func TestStreamCutAtEachByte(t *testing.T) {
	t.Parallel()
	whole := strings.TrimRight(all, " \n")
	reset := errors.New("connection reset by peer")
	then := func(s string, err error) io.Reader {
		return io.MultiReader(strings.NewReader(s), iotest.ErrReader(err))
	}
	for _, row := range []struct {
		name string
		ends bool // as if it were complete: only the JSON tells
		cut  func(string) io.Reader
	}{
		{"ends", true, func(s string) io.Reader { return strings.NewReader(s) }},
		{"ends, byte by byte", true, func(s string) io.Reader { return iotest.OneByteReader(strings.NewReader(s)) }},
		{"cut", false, func(s string) io.Reader { return then(s, io.ErrUnexpectedEOF) }},
		{"reset", false, func(s string) io.Reader { return then(s, reset) }},
		{"reset, together with data", false, func(s string) io.Reader { return iotest.DataErrReader(then(s, reset)) }},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			for at := range len(whole) {
				got, _, err := readAll(t, stream(t, doer{body: row.cut(whole[:at])}))
				require.Error(t, err, "cut at %d", at)
				for i, r := range got {
					require.Equal(t, result{fmt.Sprint(i + 1), ""}, r, "cut at %d: what was read before is good", at)
				}
				if row.ends && strings.TrimSpace(whole[:at]) == "" { // nothing came
					require.ErrorIs(t, err, errdef.ErrUnexpectedResponse)
					continue
				}
				require.ErrorAs(t, err, new(*response.TruncatedError), "cut at %d", at)
				require.NotContains(t, err.Error(), "hunter2")
				require.Equal(t, row.ends, errors.Is(err, errdef.ErrUnexpectedResponse), "cut at %d", at)
				require.Equal(t, strings.HasPrefix(row.name, "reset"), errors.Is(err, reset))
			}
		})
	}
}

func TestStreamBoundsEachElement(t *testing.T) {
	t.Parallel()
	element := func(size int) string { return `{"id":"` + strings.Repeat("x", size-len(`{"id":""}`)) + `"}` }
	const limit = 200
	good, bad := element(limit), element(limit+1)
	for _, row := range []struct {
		name, body string
		count      int
		large      bool
	}{
		{"exactly", "[" + good + "]", 1, false},
		{"exactly, more than once", "[" + good + "," + good + "," + good + "]", 3, false},
		{"many small ones, together far above", "[" + strings.Repeat(element(50)+",", 100) + element(50) + "]", 101, false},
		{"one byte more", "[" + bad + "]", 0, true},
		{"one byte more, second", "[" + good + "," + bad + "]", 1, true},
		{"one byte more, last", "[" + strings.Repeat(element(50)+",", 20) + bad + "]", 20, true},
		{"far more", "[" + element(1<<20) + "]", 0, true},
		{"ends after the limit", "[" + bad[:limit+1], 0, true},
		{"ends long after the limit", "[" + good + "," + element(4000)[:3999], 1, true},
		{"unknown member counts, too", `[{"over":"` + strings.Repeat("x", limit) + `"}]`, 0, true},
		{"nothing but white space", "[" + strings.Repeat(" ", 1<<20) + "]", 0, true},
	} {
		for _, raw := range []bool{false, true} {
			for name, body := range map[string]io.Reader{
				"at once":      strings.NewReader(row.body),
				"byte by byte": iotest.OneByteReader(strings.NewReader(row.body)),
				"with EOF":     iotest.DataErrReader(strings.NewReader(row.body)),
			} {
				t.Run(fmt.Sprintf("%s/raw %t/%s", row.name, raw, name), func(t *testing.T) {
					t.Parallel()
					got, _, err := readAll(t, stream(t, doer{body: body, settings: response.Settings{MaxBytes: limit, RawJSON: raw}}))
					assert.Len(t, got, row.count)
					if !row.large {
						require.NoError(t, err)
						return
					}
					require.ErrorIs(t, err, errdef.ErrResponseTooLarge)
					require.NotErrorIs(t, err, errdef.ErrUnexpectedResponse)
					assert.ErrorContains(t, err, "more than 200 bytes")
				})
			}
		}
	}
	for name, body := range map[string]string{"ends at the limit": "[" + bad[:limit], "ends before": "[" + good + "," + good[:limit-1]} {
		_, _, err := readAll(t, stream(t, doer{body: strings.NewReader(body), settings: response.Settings{MaxBytes: limit}}))
		require.ErrorAs(t, err, new(*response.TruncatedError), name)
	}
	for _, body := range []string{"null", "[" + good[:limit-12] + `","n":1}]`, "[]  "} { // buffered, as large as the limit
		d := doer{body: strings.NewReader(body), settings: response.Settings{MaxBytes: int64(len(body))}}
		_, _, err := readAll(t, open(t, d, response.Buffered, things))
		require.NoError(t, err, body)
		d.body, d.settings.MaxBytes = strings.NewReader(body), int64(len(body))-1
		d.t = t
		_, err = response.Elements[item](t.Context(), d, things, response.Buffered)
		require.ErrorIs(t, err, errdef.ErrResponseTooLarge, body)
	}
}

// The decoder reuses its buffer, but raw JSON does not change.
func TestStreamKeepsNothingOfItsBuffer(t *testing.T) {
	t.Parallel()
	body := "[" + strings.Repeat(`"first",`, 100) + strings.Repeat(`"other",`, 1000) + "0]"
	all, err := elementsOf[jsonv1.RawMessage](t, body, "\x20", response.Streamed)
	require.NoError(t, err)
	for _, raw := range all[:100] {
		require.Equal(t, `"first"`, string(*raw))
	}
}

func TestStreamEndsWithItsContext(t *testing.T) {
	t.Parallel()
	reason := errors.New("the user pressed a key")
	ctx, cancel := context.WithCancelCause(t.Context())
	s, err := response.Elements[item](ctx, of("["+strings.Repeat("7,", 4000)+"7]"), things, response.Streamed)
	require.NoError(t, err)
	defer s.Close()
	_, err = s.Next()
	require.ErrorAs(t, err, new(*response.ElementError))
	cancel(reason)
	_, err = s.Next()
	require.ErrorIs(t, err, context.Canceled)
	require.ErrorIs(t, err, reason)
}

// The beginning of the body is masked once for all errors of a stream.
func TestStreamMasksItsBeginningOnce(t *testing.T) {
	t.Parallel()
	masked := 0
	d := clienttest.Doer(func(req *http.Request) (*http.Response, error) {
		body := &response.Body{ReadCloser: io.NopCloser(strings.NewReader("[1,2,{},3")), Reject: func(excerpt []byte) func(error, string) error {
			masked++
			return reject(excerpt)
		}}
		return &http.Response{StatusCode: http.StatusOK, Body: body, Request: req}, nil
	})
	s, err := response.Elements[item](t.Context(), d, things, response.Streamed)
	require.NoError(t, err)
	got, _, err := readAll(t, s)
	require.ErrorAs(t, err, new(*response.TruncatedError))
	assert.Len(t, got, 4)
	assert.Equal(t, 1, masked)
}

// slim decodes an item without its member any, whatever the value.
func slim() response.Decoding {
	type plain item
	return response.With(response.As(func(i *item) any {
		return &struct {
			*plain
			Any response.Skipped `json:"any"`
		}{plain: (*plain)(i)}
	}))
}

func TestStreamSkipsMembers(t *testing.T) {
	t.Parallel()
	const body = `[{"id":"1","any":["x",{"any":"]}"}],"n":1},{"ANY" : {"a":[1]} ,"id":"2"},null,{"\u0061ny":1,"id":"3"}]`
	e := things
	e.Decode = slim()
	d := of(body)
	d.settings.RawJSON = true
	s := open(t, d, response.Streamed, e)
	defer s.Close()
	for _, want := range []item{
		{ID: "1", N: 1, raw: `{"id":"1","any":["x",{"any":"]}"}],"n":1}`},
		{ID: "2", raw: `{"ANY" : {"a":[1]} ,"id":"2"}`},
		{raw: "null"},
		{ID: "3", raw: `{"\u0061ny":1,"id":"3"}`},
	} {
		v, err := s.Next()
		require.NoError(t, err)
		assert.Equal(t, want, *v)
	}
	_, err := s.Next()
	require.ErrorIs(t, err, io.EOF)
}

// The unmarshaler of a type may fail before it has read the element.
func TestStreamSkipsWhatWasNotRead(t *testing.T) {
	t.Parallel()
	type plain item
	e := things
	e.Decode = response.With(json.UnmarshalFromFunc(func(dec *jsontext.Decoder, i *item) error {
		if dec.PeekKind() == '[' {
			return errors.New("hunter2")
		}
		return json.UnmarshalDecode(dec, (*plain)(i))
	}))
	got, _, err := readAll(t, open(t, of(`[{"id":"1"},[{"id":"2"}],{"id":"3"}]`), response.Streamed, e))
	require.NoError(t, err)
	require.Len(t, got, 3)
	assert.Contains(t, got[1].failed, "at /1: got ")
	assert.NotContains(t, got[1].failed, "hunter2")
	assert.Equal(t, "3", got[2].id)
}

func TestElementsOfOtherDoers(t *testing.T) {
	t.Parallel()
	elements := func(d core.Doer) (*response.Stream[item], error) {
		return response.Elements[item](t.Context(), d, things, response.Streamed)
	}
	_, err := elements(nil)
	require.ErrorContains(t, err, "Doer")
	_, err = elements(clienttest.Doer(func(*http.Request) (*http.Response, error) { return nil, nil }))
	require.ErrorIs(t, err, errdef.ErrUnexpectedResponse)
	_, err = elements(doer{t: t, body: strings.NewReader("no"), status: 500})
	require.ErrorIs(t, err, errdef.ErrUnexpectedResponse)
	require.ErrorContains(t, err, "the Doer returned a failure as a response")
	a, err := elements(clienttest.Doer(func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader(`{}`))}, nil
	}))
	require.NoError(t, err, "a response without a request, from a Doer that knows no Body")
	_, _, err = readAll(t, a)
	require.ErrorIs(t, err, errdef.ErrUnexpectedResponse)
	assert.Equal(t, 3, a.Settings.Attempts)
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		require.NoError(t, a.Settings.Wait(t.Context(), 2))
		assert.Positive(t, time.Since(start))
		reason := errors.New("the user pressed a key")
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(reason)
		err := a.Settings.Wait(ctx, 1)
		require.ErrorIs(t, err, context.Canceled, "a caller that looks for it finds it")
		require.ErrorIs(t, err, reason)
	})
}
