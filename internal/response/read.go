package response

import (
	"compress/flate"
	"compress/gzip"
	"errors"
	"fmt"
	"io"

	"github.com/zadig-go/zadig/internal/errdef"
)

// ErrTooLarge is the error of reading a body beyond its limit.
var ErrTooLarge = errdef.ErrResponseTooLarge

// ReadAll reads and closes a body of at most limit bytes.
func ReadAll(body io.ReadCloser, limit int64) ([]byte, error) {
	defer body.Close()
	data, err := io.ReadAll(io.LimitReader(body, max(limit, limit+1)))
	if int64(len(data)) > limit {
		return nil, fmt.Errorf("%w: more than %d bytes", ErrTooLarge, limit)
	}
	return data, err
}

// buffered reads the body as a whole, and refuses one that takes too much memory
// when it is decoded.
func (b *Body) buffered() ([]byte, error) {
	data, err := b.Data, error(nil)
	if data == nil {
		data, err = ReadAll(b, b.maxBytes())
	} else if int64(len(data)) > b.maxBytes() {
		err = ErrTooLarge
	}
	switch {
	case err == nil && weight(data) > b.maxWeight():
		return nil, b.tooHeavy(data)
	case err == nil:
		return data, nil
	case errors.Is(err, ErrTooLarge):
		return nil, b.tooLarge(nil, fmt.Sprintf("more than %d bytes", b.maxBytes()))
	case Garbled(err):
		return nil, b.unexpected(nil, GarbledReason)
	}
	return nil, err
}

// tooHeavy is the error for JSON that takes too much memory when it is decoded.
func (b *Body) tooHeavy(head []byte) error {
	return b.tooLarge(head, fmt.Sprintf("it takes more than %d bytes of memory to decode", b.maxWeight()))
}

// GarbledReason says what [Garbled] found.
const GarbledReason = "a body that cannot be decompressed"

// Garbled reports whether err is that of a compressed body that is not one.
func Garbled(err error) bool {
	var corrupt flate.CorruptInputError
	return errors.Is(err, gzip.ErrHeader) || errors.Is(err, gzip.ErrChecksum) || errors.As(err, &corrupt)
}

// IsEOF reports whether err is io.EOF itself, with which a Read says that the
// body has ended. An error that wraps io.EOF is a failure.
func IsEOF(err error) bool { return err == io.EOF } //nolint:errorlint // itself
