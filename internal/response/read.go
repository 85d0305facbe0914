package response

import (
	"compress/flate"
	"compress/gzip"
	"errors"
	"io"
)

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
