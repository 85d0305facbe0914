package response

import (
	"bytes"
	"strings"
)

// What a decoded value takes at least, whatever its JSON looks like. A limit
// in bytes of JSON alone bounds nothing: {} has two bytes, and the struct that
// it is decoded into a thousand.
const (
	objectSize  = 1 << 10 // an object
	elementSize = 48      // an element of an array
	memberSize  = 128     // a member of an object that has more than any struct
	fewMembers  = 64
)

// maxDepth is the deepest nesting that is measured. The decoder refuses more.
const maxDepth = 10_000

// scanner finds the end of one JSON value in bytes that arrive piece by
// piece, and measures the memory that decoding it will take. It looks at
// brackets and strings only: whether the value is JSON, its decoder tells.
type scanner struct {
	limit int64    // for size
	omit  []string // names of members to cut out

	pos     int         // the next byte to look at
	open    []container // the containers around it
	deeper  int         // how many more are open beyond maxDepth
	quote   int         // where the string around it begins, -1 outside of strings
	name    [2]int      // the last string outside of which it is
	size    int64       // of what has been scanned
	tooMuch int         // where size exceeded the limit, -1: nowhere
	cuts    []cut
	cutting bool // the last cut is not over
}

// container is an array or object that has not ended.
type container struct {
	start    int // where it begins
	inner    int // bytes of the containers in it
	elements int // commas so far
	object   bool
}

// cut is a member to leave out: its name begins at from, its value ends at to.
type cut struct{ from, to, depth int }

// reset begins with the next value.
func (s *scanner) reset(limit int64, omit []string) {
	*s = scanner{limit: limit, omit: omit, open: s.open[:0], cuts: s.cuts[:0], quote: -1, tooMuch: -1}
}

// scan goes on in b, which holds the value from its first byte on. It reports
// whether the value has ended, before s.pos. A number or a literal ends at the
// byte that follows it.
func (s *scanner) scan(b []byte) (ended bool) {
	pos := s.pos
	if s.quote >= 0 {
		pos = s.closeString(b, pos)
		if s.quote < 0 && len(s.open)+s.deeper == 0 {
			s.pos = pos
			return true
		}
	}
	for pos < len(b) {
		c := b[pos]
		switch c {
		case '"':
			s.quote = pos
			pos = s.closeString(b, pos+1)
			if s.quote < 0 && len(s.open)+s.deeper == 0 {
				s.pos = pos
				return true
			}
			continue
		case '{', '[':
			s.enter(c, pos)
		case ':':
			s.named(b)
		case '}', ']', ',', ' ', '\t', '\r', '\n':
			if len(s.open)+s.deeper == 0 {
				s.pos = pos
				return true
			}
			switch c {
			case ',':
				s.next(pos)
			case '}', ']':
				if s.leave(pos); len(s.open)+s.deeper == 0 {
					s.pos = pos + 1
					return true
				}
			}
		}
		pos++
	}
	s.pos = len(b)
	return false
}

// closeString looks for the end of the string that is open, and returns where
// to go on.
func (s *scanner) closeString(b []byte, pos int) int {
	for {
		i := bytes.IndexByte(b[pos:], '"')
		if i < 0 {
			return len(b)
		}
		end := pos + i
		pos = end + 1
		first := end
		for b[first-1] == '\\' && first-1 > s.quote {
			first--
		}
		if (end-first)%2 == 0 {
			s.name, s.quote = [2]int{s.quote, pos}, -1
			return pos
		}
	}
}

func (s *scanner) enter(c byte, pos int) {
	if len(s.open) == maxDepth {
		s.deeper++
		return
	}
	s.open = append(s.open, container{start: pos, object: c == '{'})
}

func (s *scanner) leave(pos int) {
	if s.deeper > 0 {
		s.deeper--
		return
	}
	s.endCut(pos)
	top := s.open[len(s.open)-1]
	s.open = s.open[:len(s.open)-1]
	length := pos + 1 - top.start
	if n := len(s.open); n > 0 {
		s.open[n-1].inner += length
	}
	own := length - top.inner
	switch {
	case top.object:
		s.add(max(own, objectSize+memberSize*max(0, top.elements-fewMembers)), pos+1)
	case own > 2 || top.elements > 0 || top.inner > 0:
		s.add(max(own, elementSize*(top.elements+1)), pos)
	default:
		s.add(elementSize, pos)
	}
}

func (s *scanner) add(n, pos int) {
	if s.size += int64(n); s.size > s.limit && s.tooMuch < 0 {
		s.tooMuch = pos
	}
}

// next goes on behind a comma.
func (s *scanner) next(pos int) {
	if s.deeper == 0 {
		s.endCut(pos)
		s.open[len(s.open)-1].elements++
	}
}

// named begins a cut if the member that was just named is to be left out.
func (s *scanner) named(b []byte) {
	depth := len(s.open)
	if len(s.omit) == 0 || s.cutting || depth == 0 || !s.open[depth-1].object || s.deeper > 0 {
		return
	}
	name := b[s.name[0]+1 : max(s.name[1]-1, s.name[0]+1)]
	for _, omit := range s.omit {
		if len(name) == len(omit) && strings.EqualFold(string(name), omit) { // as the decoder matches it
			s.cuts = append(s.cuts, cut{from: s.name[0], depth: depth})
			s.cutting = true
			return
		}
	}
}

func (s *scanner) endCut(pos int) {
	if s.cutting && s.cuts[len(s.cuts)-1].depth == len(s.open) {
		s.cuts[len(s.cuts)-1].to = pos
		s.cutting = false
	}
}

// emptied stands in place of a member that was cut out. It is shorter than any
// name in omit with its colon.
const emptied = `"":null`

// without returns the value that was scanned without what is to be left out.
// It overwrites b.
func (s *scanner) without(b []byte) []byte {
	if len(s.cuts) == 0 {
		return b
	}
	kept := b[:s.cuts[0].from]
	for i, c := range s.cuts {
		next := len(b)
		if i+1 < len(s.cuts) {
			next = s.cuts[i+1].from
		}
		kept = append(kept, emptied...)
		kept = append(kept, b[c.to:next]...)
	}
	return kept
}
