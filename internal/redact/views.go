package redact

import (
	"html"
	"iter"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxViews bounds how many nested layers of escapes are removed: a URL in a
// query, in JSON, in a string of another JSON document, and two to spare.
const maxViews = 6

// view is a text with escapes removed, and the position of each of its bytes in
// the original.
type view struct {
	text string
	at   []int // of the byte i; the end of the original at len(text). nil: text is the original
}

// original returns the part of the original that text[start:end] was read from.
func (v view) original(start, end int) span {
	if v.at == nil {
		return span{start, end}
	}
	return span{v.at[start], v.at[end]}
}

// views yields s unchanged, and then with one more layer of escapes removed each
// time, while there are any.
func views(s string) iter.Seq[view] {
	return func(yield func(view) bool) {
		v := view{text: s}
		for range maxViews {
			if !yield(v) {
				return
			}
			next, changed := v.unescape()
			if !changed {
				return
			}
			v = next
		}
	}
}

// unescape removes one layer of escapes: %XX, \uXXXX and the others of JSON, and
// those of HTML. It reports whether there were any.
func (v view) unescape() (view, bool) {
	if !strings.ContainsAny(v.text, `%\&`) {
		return v, false
	}
	text := make([]byte, 0, len(v.text))
	at := make([]int, 0, len(v.text)+1)
	changed := false
	for i := 0; i < len(v.text); {
		before := len(text)
		n := 0
		switch v.text[i] {
		case '%':
			text, n = appendPercent(text, v.text[i:])
		case '\\':
			text, n = appendBackslash(text, v.text[i:])
		case '&':
			text, n = appendEntity(text, v.text[i:])
		}
		if n == 0 {
			text, n = append(text, v.text[i]), 1
		} else {
			changed = true
		}
		for range len(text) - before {
			at = append(at, v.original(i, i).start)
		}
		i += n
	}
	at = append(at, v.original(len(v.text), len(v.text)).end)
	return view{string(text), at}, changed
}

// The append functions decode the escape at the beginning of s and return its
// length, 0 if there is none.

func appendPercent(text []byte, s string) ([]byte, int) {
	if len(s) < 3 {
		return text, 0
	}
	c, err := strconv.ParseUint(s[1:3], 16, 8)
	if err != nil {
		return text, 0
	}
	return append(text, byte(c)), 3
}

func appendBackslash(text []byte, s string) ([]byte, int) {
	if len(s) < 2 {
		return text, 0
	}
	switch c := s[1]; c {
	case '"', '\\', '/', '\'':
		return append(text, c), 2
	case 'b', 'f', 'n', 'r', 't':
		return append(text, "\b\f\n\r\t"[strings.IndexByte("bfnrt", c)]), 2
	case 'u': // a surrogate is no part of a secret that is looked for
		if len(s) < 6 {
			return text, 0
		}
		r, err := strconv.ParseUint(s[2:6], 16, 16)
		if err != nil {
			return text, 0
		}
		return utf8.AppendRune(text, rune(r)), 6
	}
	return text, 0
}

func appendEntity(text []byte, s string) ([]byte, int) {
	const longest = len("&#x10ffff;")
	end := strings.IndexByte(s[:min(len(s), longest)], ';')
	if end < 0 {
		return text, 0
	}
	entity := s[:end+1]
	decoded := html.UnescapeString(entity)
	if decoded == entity {
		return text, 0
	}
	return append(text, decoded...), end + 1
}
