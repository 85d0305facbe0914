package response

import "io"

// maxEmptyReads is how many reads in a row may return neither a byte nor an
// error, as in package bufio.
const maxEmptyReads = 100

// Progress reads from a body that may come from a user's transport. A body that
// returns (0, nil) again and again ends with [io.ErrNoProgress].
type Progress struct{ io.Reader }

func (p Progress) Read(b []byte) (n int, err error) {
	for range maxEmptyReads {
		if n, err = p.Reader.Read(b); n > 0 || err != nil || len(b) == 0 {
			return n, err
		}
	}
	return 0, io.ErrNoProgress
}
