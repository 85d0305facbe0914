package response

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sync"

	"github.com/go-json-experiment/json"

	"github.com/zadig-go/zadig/internal/errdef"
)

// ErrTooLarge is what reading a body ends with when it exceeds its bound.
var ErrTooLarge = errdef.ErrResponseTooLarge

// maxPooled keeps a single huge answer from staying in memory for ever.
const maxPooled = 1 << 20

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// Buffer is a body that was read whole into pooled memory. Close gives the
// memory back; nothing may keep a part of it.
type Buffer struct {
	data *bytes.Buffer
	left []byte // what Read has not returned yet
}

// ReadWhole reads and closes body, at most limit bytes of it. The error
// wraps ErrTooLarge, or is what the body's Read returned.
func ReadWhole(body io.ReadCloser, limit int64) (*Buffer, error) {
	defer body.Close()
	data := buffers.Get().(*bytes.Buffer)
	data.Reset()
	for {
		data.Grow(bytes.MinRead)
		room := data.AvailableBuffer()
		n, err := Progress{body}.Read(room[:cap(room)])
		data.Write(room[:n])
		if int64(data.Len()) > limit {
			err = fmt.Errorf("%w: more than %d bytes", ErrTooLarge, limit)
		}
		if err == io.EOF { //nolint:errorlint // as io.Reader says it
			return &Buffer{data: data, left: data.Bytes()}, nil
		}
		if err != nil {
			recycle(data)
			return nil, err
		}
	}
}

// Read makes a Buffer a response body.
func (b *Buffer) Read(p []byte) (int, error) {
	if len(b.left) == 0 {
		return 0, io.EOF
	}
	n := copy(p, b.left)
	b.left = b.left[n:]
	return n, nil
}

// Close gives the memory back. It may be called more than once.
func (b *Buffer) Close() error {
	if b.data != nil {
		recycle(b.data)
		b.data, b.left = nil, nil
	}
	return nil
}

func recycle(data *bytes.Buffer) {
	if data.Cap() <= maxPooled {
		buffers.Put(data)
	}
}

// Whole is a 2xx answer whose body was read to its end. Close it when nothing
// needs its bytes any more.
type Whole struct {
	Header http.Header
	Call   Call

	resp   *http.Response
	buffer *Buffer
}

// Fetch asks for u and reads the whole answer.
func Fetch(ctx context.Context, d Doer, u *url.URL) (*Whole, error) {
	w := &Whole{Call: Call{Whole: true}}
	resp, err := send(ctx, d, u, &w.Call)
	if err != nil {
		return nil, err
	}
	w.resp, w.Header = resp, resp.Header
	if buffer, read := resp.Body.(*Buffer); read {
		w.buffer = buffer
		return w, nil
	}
	if w.buffer, err = ReadWhole(resp.Body, w.Call.maxBytes()); err != nil {
		if errors.Is(err, ErrTooLarge) {
			return nil, w.Call.reject(resp, nil, errdef.ErrResponseTooLarge, fmt.Sprintf("more than %d bytes", w.Call.maxBytes()))
		}
		if Garbled(err) {
			return nil, w.Call.reject(resp, nil, errdef.ErrUnexpectedResponse, GarbledReason)
		}
		return nil, err
	}
	return w, nil
}

// GarbledReason says what [Garbled] found.
const GarbledReason = "a body that cannot be decompressed"

// Garbled tells the errors of a compressed body that is none.
func Garbled(err error) bool {
	var corrupt flate.CorruptInputError
	return errors.Is(err, gzip.ErrHeader) || errors.Is(err, gzip.ErrChecksum) || errors.As(err, &corrupt)
}

// Bytes is the body. It is valid until Close.
func (w *Whole) Bytes() []byte { return w.buffer.data.Bytes() }

// Raw is a copy of the body where the client keeps it, else nil.
func (w *Whole) Raw() []byte {
	if !w.Call.Client.RawJSON {
		return nil
	}
	return bytes.Clone(w.Bytes())
}

// Close gives the body's memory back.
func (w *Whole) Close() { _ = w.buffer.Close() }

// Decode reads the body into v, which is due to be what due names ("a
// release"). Anything else is ErrUnexpectedResponse.
func (w *Whole) Decode(v any, due string) error {
	body := w.Bytes()
	first := bytes.TrimLeft(body, " \t\r\n")
	if len(first) == 0 || first[0] == '<' {
		return w.Unexpected(lookOf(body) + " where " + due + " is due")
	}
	err := Unmarshal(body, v)
	if err == nil {
		return nil
	}
	if semantic, ok := errors.AsType[*json.SemanticError](err); ok && semantic.JSONPointer == "" {
		return w.Unexpected(lookOf(body) + " where " + due + " is due")
	}
	return w.Unexpected(due + " is due: " + describe(err))
}

// Unexpected is the error for an answer that is not the one asked for.
func (w *Whole) Unexpected(reason string) error {
	return w.Call.reject(w.resp, w.Bytes(), errdef.ErrUnexpectedResponse, reason)
}

// LooksLike says in words what the body is, for the reason of an Unexpected.
func (w *Whole) LooksLike() string { return lookOf(w.Bytes()) }

// Array reads the body as an array. The Whole must stay open meanwhile.
func (w *Whole) Array(due string) *Array {
	return newArray(&w.Call, w.resp, bytes.NewReader(w.Bytes()), due)
}
