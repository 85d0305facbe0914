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
	data, err := io.ReadAll(io.LimitReader(Progress{body}, max(limit, limit+1)))
	if int64(len(data)) > limit {
		return nil, fmt.Errorf("%w: more than %d bytes", ErrTooLarge, limit)
	}
	return data, err
}

// buffered returns the whole body, and refuses one that takes too much memory
// when it is decoded.
func (b *Body) buffered() (data []byte, err error) {
	defer b.Close()
	if data = b.Data; data == nil {
		data, err = ReadAll(b, b.maxBytes())
	} else if int64(len(data)) > b.maxBytes() {
		err = ErrTooLarge
	}
	switch {
	case errors.Is(err, ErrTooLarge):
		return nil, b.tooLarge(nil, fmt.Sprintf("more than %d bytes", b.maxBytes()))
	case Garbled(err):
		return nil, b.unexpected(nil, GarbledReason)
	case err != nil:
		return nil, err
	}
	m := meter{limit: b.maxBytes(), whole: true}
	if int64(len(data)) > freeBytes(m.limit) {
		if _, err := m.add(data); err != nil {
			return nil, b.tooLarge(data, err.Error())
		}
	}
	return data, nil
}

// GarbledReason is the reason for an error that [Garbled] reports.
const GarbledReason = "a body that cannot be decompressed"

// Garbled reports whether err comes from a body that cannot be decompressed.
func Garbled(err error) bool {
	var corrupt flate.CorruptInputError
	return errors.Is(err, gzip.ErrHeader) || errors.Is(err, gzip.ErrChecksum) || errors.As(err, &corrupt)
}

// IsEOF reports whether err is io.EOF itself, with which a Read says that the
// body has ended. An error that wraps io.EOF is a failure.
func IsEOF(err error) bool { return err == io.EOF } //nolint:errorlint // itself
