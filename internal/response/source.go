package response

import "io"

// headBytes is how much of a stream is kept to show in an error: more than an
// excerpt has, so that a secret at the end of the excerpt is complete, and masked.
const headBytes = 4 << 10

// source is the reader of a stream's decoder. It reads the body up to the
// element that exceeds a limit.
type source struct {
	body io.Reader
	head []byte // the beginning of the body
	read int64
	err  error // of the last read

	meter    meter
	measures bool   // the meter has seen all that was read
	element  []byte // bytes read of the element, until the meter is needed
}

// next begins an element. The decoder already has the bytes unread. Most elements
// are so small that they need not be measured.
func (s *source) next(unread []byte) {
	if int64(len(unread)) <= s.meter.free {
		s.meter = meter{limits: s.meter.limits, depth: 1}
		s.measures, s.element = false, append(s.element[:0], unread...)
	}
}

// Read reads the bytes before the element that exceeds a limit.
func (s *source) Read(p []byte) (n int, err error) {
	if s.err != nil {
		return 0, s.err
	}
	n, s.err = s.body.Read(p)
	p = p[:n]
	s.head = append(s.head, p[:min(n, headBytes-len(s.head))]...)
	s.read += int64(n)
	unmeasured := p
	if !s.measures {
		s.element = append(s.element, p...)
		if int64(len(s.element)) <= s.meter.free {
			return n, s.err
		}
		s.measures, unmeasured = true, s.element
	}
	fits, err := s.meter.add(unmeasured)
	if err != nil {
		s.err = err
	}
	return max(fits-len(unmeasured)+n, 0), s.err // p is the end of unmeasured
}
