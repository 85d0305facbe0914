package response

import (
	"compress/flate"
	"compress/gzip"
	"errors"
	"fmt"
	"io"

	"github.com/zadig-go/zadig/internal/errdef"
)

// buffered returns the whole body, and refuses a body that would take too much
// memory to decode.
func (b *Body) buffered() (data []byte, err error) {
	defer b.Close()
	if data = b.Data; data == nil {
		data, err = io.ReadAll(io.LimitReader(b, b.MaxBytes+1))
	}
	switch {
	case int64(len(data)) > b.MaxBytes:
		return nil, b.Reject(nil)(errdef.ErrResponseTooLarge, fmt.Sprintf("more than %d bytes", b.MaxBytes))
	case err == nil:
	case Garbled(err):
		return nil, b.unexpected(nil, GarbledReason)
	default:
		return nil, err
	}
	m := meter{limits: limitsOf(b.MaxBytes), whole: true}
	if int64(len(data)) > m.free {
		if _, err := m.add(data); err != nil {
			return nil, b.Reject(data)(errdef.ErrResponseTooLarge, err.Error())
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
