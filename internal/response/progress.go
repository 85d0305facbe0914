package response

import "io"

// maxEmptyReads is how often in a row a body may give neither a byte nor an
// error, as in package bufio.
const maxEmptyReads = 100

// Progress reads from a body that may come from a transport of the user's. One
// that gives nothing again and again ends in [io.ErrNoProgress].
type Progress struct{ io.Reader }

func (p Progress) Read(b []byte) (n int, err error) {
	for range maxEmptyReads {
		if n, err = p.Reader.Read(b); n > 0 || err != nil || len(b) == 0 {
			return n, err
		}
	}
	return 0, io.ErrNoProgress
}

// IsEOF reports whether err is io.EOF itself, with which a Read says that the
// body has ended. An error that wraps io.EOF is a failure.
func IsEOF(err error) bool { return err == io.EOF } //nolint:errorlint // itself
