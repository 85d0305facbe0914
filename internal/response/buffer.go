package response

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/zadig-go/zadig/internal/errdef"
)

// ErrTooLarge is the error of reading a body beyond its limit.
var ErrTooLarge = errdef.ErrResponseTooLarge

// maxPooled keeps a single huge body from staying in memory forever.
const maxPooled = 1 << 20

var buffers = sync.Pool{New: func() any { return new([]byte) }}

// Buffer is a body that was read into pooled memory. Close gives the memory
// back; nothing may keep a part of it.
type Buffer struct {
	memory *[]byte // nil once it is closed
	data   []byte
	read   int // by Read
}

// Fill reads and closes body, at most limit bytes of it. The error wraps
// ErrTooLarge, or is what the body's Read returned; b is then closed.
func (b *Buffer) Fill(body io.ReadCloser, limit int64) error {
	defer body.Close()
	*b = Buffer{memory: buffers.Get().(*[]byte)}
	b.data = (*b.memory)[:0]
	for {
		b.data = grow(b.data, limit)
		n, err := Progress{body}.Read(b.data[len(b.data):cap(b.data)])
		b.data = b.data[:len(b.data)+n]
		if int64(len(b.data)) > limit {
			err = fmt.Errorf("%w: more than %d bytes", ErrTooLarge, limit)
		}
		if IsEOF(err) {
			return nil
		}
		if err != nil {
			_ = b.Close()
			return err
		}
	}
}

// grow makes room to read into. It doubles, up to the limit and the one byte
// more that shows that there is too much; what comes near is all of it at once,
// so that there is no further copy.
func grow(data []byte, limit int64) []byte {
	room, size := cap(data)-len(data), int64(max(2*cap(data), 4<<10))
	if size > limit/2 {
		size = max(limit, int64(len(data))) + 1
	}
	if room >= bytes.MinRead || room > 0 && int64(cap(data)) >= size {
		return data
	}
	return append(make([]byte, 0, size), data...)
}

// Bytes is the body. It is valid until Close.
func (b *Buffer) Bytes() []byte { return b.data }

// Read makes a Buffer a response body.
func (b *Buffer) Read(p []byte) (int, error) {
	if b.read == len(b.data) {
		return 0, io.EOF
	}
	n := copy(p, b.data[b.read:])
	b.read += n
	return n, nil
}

// Close gives the memory back. It may be called more than once.
func (b *Buffer) Close() error {
	if b.memory != nil {
		if cap(b.data) <= maxPooled {
			*b.memory = b.data[:0]
			buffers.Put(b.memory)
		}
		b.memory, b.data, b.read = nil, nil, 0
	}
	return nil
}

// buffered returns the body as a Buffer, reading it if the client did not.
func (b *Body) buffered() (*Buffer, error) {
	if buffer, ok := b.ReadCloser.(*Buffer); ok {
		return buffer, nil
	}
	buffer := new(Buffer)
	err := buffer.Fill(b.ReadCloser, b.maxBytes())
	switch {
	case err == nil:
		return buffer, nil
	case errors.Is(err, ErrTooLarge):
		return nil, b.tooLarge(nil, fmt.Sprintf("more than %d bytes", b.maxBytes()))
	case Garbled(err):
		return nil, b.unexpected(nil, GarbledReason)
	}
	return nil, err
}

// GarbledReason says what [Garbled] found.
const GarbledReason = "a body that cannot be decompressed"

// Garbled reports whether err is that of a compressed body that is not one.
func Garbled(err error) bool {
	var corrupt flate.CorruptInputError
	return errors.Is(err, gzip.ErrHeader) || errors.Is(err, gzip.ErrChecksum) || errors.As(err, &corrupt)
}
