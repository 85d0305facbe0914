package response

import (
	"bytes"
	"fmt"
	"unicode/utf8"
)

// The most memory, in bytes, that decoding takes for each of these, in addition to
// the JSON itself. A limit on the size of the JSON alone would not bound the memory:
// {} has two bytes, but the struct that it is decoded into has hundreds.
const (
	objectCost  = 1 << 10 // an object with its first members
	valueCost   = 64      // any other element of an array or member of an object
	invalidCost = 16      // a byte that is not UTF-8, which is replaced by three
)

// limits bound one element, or a whole body.
type limits struct {
	bytes int64
	cost  int64 // of decoding; at least 1 MiB, so that small bodies are accepted even if bytes is low
	free  int64 // JSON of up to this many bytes cannot exceed a limit
}

func limitsOf(bytes int64) limits {
	cost := max(4*bytes, 1<<20)
	return limits{bytes, cost, min(bytes, cost/objectCost)}
}

// meter measures JSON that arrives in pieces: the bytes of each element of an
// array, or of a whole body, and the memory that decoding them takes.
type meter struct {
	limits
	whole bool // measure all elements together

	depth   int   // of brackets
	quoted  bool  // within a string
	escaped bool  // after an odd number of backslashes
	size    int64 // of the element before this piece
	needed  int64 // for decoding the element
}

// add measures the next piece. If an element exceeds a limit, add returns an
// exceededError and the number of bytes of p before that element.
func (m *meter) add(p []byte) (n int, err error) {
	start := 0 // of the element; its bytes before p are in m.size
	m.needed += invalidCost * int64(invalidBytes(p))
	i := 0
	if m.quoted {
		i = m.stringEnd(p, 0)
	}
	for ; i < len(p); i++ {
		end := i + 1
		switch p[i] {
		case '"':
			if n := bytes.IndexByte(p[end:], '"'); n >= 0 && p[i+n] != '\\' {
				i = end + n
			} else {
				i = m.stringEnd(p, end) - 1
			}
			continue
		case ':':
			m.needed += valueCost
			continue
		case ',':
			m.needed += valueCost
			end = i
		case '{':
			m.depth++
			m.needed += objectCost
		case '[':
			m.depth++
			m.needed += valueCost
		case '}', ']':
			m.depth--
		default:
			continue
		}
		if m.depth > 1 || m.whole {
			continue
		}
		if err := m.check(end - start); err != nil {
			return start, err
		}
		start, m.size, m.needed = i+1, 0, 0
	}
	if err := m.check(len(p) - start); err != nil {
		return start, err
	}
	m.size += int64(len(p) - start)
	return len(p), nil
}

// check returns an error if the element exceeds a limit with this many more bytes.
func (m *meter) check(more int) error {
	switch {
	case m.size+int64(more) > m.bytes:
		return exceededError(fmt.Sprintf("one element of more than %d bytes", m.bytes))
	case m.needed > m.cost:
		return exceededError(fmt.Sprintf("it takes more than %d bytes of memory to decode", m.cost))
	}
	return nil
}

// exceededError says which limit was exceeded.
type exceededError string

func (e exceededError) Error() string { return string(e) }

// stringEnd returns the index after the end of the string in which p[i:] begins.
func (m *meter) stringEnd(p []byte, i int) int {
	for m.quoted = true; m.quoted; {
		text, _, ended := bytes.Cut(p[i:], []byte{'"'})
		backslashes := len(text) - len(bytes.TrimRight(text, `\`))
		m.escaped = (backslashes%2 == 1) != (m.escaped && backslashes == len(text))
		if i += len(text); !ended {
			return i
		}
		m.quoted, m.escaped = m.escaped, false
		i++
	}
	return i
}

// invalidBytes counts the bytes of p that are not UTF-8, including those of a rune
// that begins in another piece.
func invalidBytes(p []byte) (n int) {
	if utf8.Valid(p) {
		return 0
	}
	for len(p) > 0 {
		r, size := utf8.DecodeRune(p)
		if r == utf8.RuneError && size == 1 {
			n++
		}
		p = p[size:]
	}
	return n
}
