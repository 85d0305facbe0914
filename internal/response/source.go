package response

import "io"

// headBytes is how much of a stream is kept to show in an error: more than an
// excerpt has, so that a secret at its end is complete, and masked.
const headBytes = 4 << 10

// source is what the decoder of a stream reads: the body, up to the element that
// exceeds a limit.
type source struct {
	body io.Reader
	head []byte // the beginning of the body
	read int64
	err  error // of the last read

	meter    meter
	measures bool   // the meter has seen all that was read
	element  []byte // what was read of the element, until the meter is needed
}

// next begins an element, of which the decoder has these bytes. Most elements are so
// small that they need not be measured.
func (s *source) next(unread []byte) {
	if int64(len(unread)) <= freeBytes(s.meter.limit) {
		s.meter = meter{limit: s.meter.limit, depth: 1}
		s.measures, s.element = false, append(s.element[:0], unread...)
	}
}

func (s *source) Read(p []byte) (n int, err error) {
	if s.err != nil {
		return 0, s.err
	}
	n, s.err = s.body.Read(p[:min(len(p), 32<<10)])
	s.head = append(s.head, p[:min(n, headBytes-len(s.head))]...)
	s.read += int64(n)
	fits, err := s.measure(p[:n])
	if err != nil {
		s.err = err
	}
	return fits, s.err
}

// measure returns how many bytes of p precede the element that exceeds a limit.
func (s *source) measure(p []byte) (int, error) {
	if s.measures {
		return s.meter.add(p)
	}
	s.element = append(s.element, p...)
	if int64(len(s.element)) <= freeBytes(s.meter.limit) {
		return len(p), nil
	}
	s.measures = true
	fits, err := s.meter.add(s.element)
	return max(fits-len(s.element)+len(p), 0), err
}
