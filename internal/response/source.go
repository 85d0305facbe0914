package response

import "io"

// headBytes is how much of a stream is kept to show in an error: more than an
// excerpt has, so that a secret at its end is complete, and masked.
const headBytes = 4 << 10

// source is what the decoder of a stream reads: the body, up to the element that
// exceeds a limit.
type source struct {
	body  io.Reader
	meter meter
	head  []byte // the beginning of the body
	read  int64
	err   error // of the last read
}

func (s *source) Read(p []byte) (n int, err error) {
	if s.err != nil {
		return 0, s.err
	}
	n, s.err = s.body.Read(p[:min(len(p), 32<<10)])
	s.head = append(s.head, p[:min(n, headBytes-len(s.head))]...)
	s.read += int64(n)
	n, err = s.meter.add(p[:n])
	if err != nil {
		s.err = err
	}
	return n, s.err
}
