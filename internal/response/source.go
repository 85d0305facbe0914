package response

import "io"

// headBytes is how much of a stream is kept to show in an error. It is more than an
// excerpt has, so that a secret at the end of the excerpt is complete and can be
// masked.
const headBytes = 4 << 10

// source is the reader from which a stream's decoder reads. It reads the body up to
// the first element that exceeds a limit.
type source struct {
	body io.Reader
	head []byte // the beginning of the body
	read int64
	err  error // of the last read

	meter    meter
	measures bool   // the meter has seen all that was read
	recent   []byte // the end of what was read, until the meter is needed
	from     int    // where the element begins in recent
}

// next begins an element. unread has the last bytes that the decoder has read from
// the source; they are not decoded yet. Most elements are so small that they need not
// be measured.
func (s *source) next(unread []byte) {
	if int64(len(unread)) > s.meter.free {
		return
	}
	if s.measures {
		s.recent = append(s.recent[:0], unread...)
	}
	s.from = len(s.recent) - len(unread)
	s.meter, s.measures = meter{limits: s.meter.limits, depth: 1}, false
}

// Read reads from the body. It returns the bytes before the first element that
// exceeds a limit, and an error in place of that element.
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
		s.recent = append(s.recent[:copy(s.recent, s.recent[s.from:])], p...)
		s.from = 0
		if int64(len(s.recent)) <= s.meter.free {
			return n, s.err
		}
		s.measures, unmeasured = true, s.recent
	}
	fits, err := s.meter.add(unmeasured)
	if err != nil {
		s.err = err
	}
	return max(fits-len(unmeasured)+n, 0), s.err // p is the end of unmeasured
}
