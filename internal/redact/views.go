package redact

import (
	"html"
	"iter"
	"net/url"
	"regexp"
	"strconv"
	"strings"
)

// maxViews is the greatest number of views of a text: the original, and one for each of
// five nested layers of escapes. A URL in a query, in JSON, in a string of another JSON
// document has three.
const maxViews = 6

// view is a text with some layers of escapes removed, and the position of each of its
// bytes in the original.
type view struct {
	text string
	at   []int // at[i]: position of byte i; at[len(text)]: end of the original; at is nil if text is the original
}

// original returns the part of the original that text[start:end] was read from.
func (v view) original(start, end int) span {
	if v.at == nil {
		return span{start, end}
	}
	return span{v.at[start], v.at[end]}
}

// views yields s itself and then, as long as there are escapes, s with one more layer of
// them removed.
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

// escapes matches the escapes of URLs (%XX), of JSON (\uXXXX, \n) and of HTML.
var escapes = regexp.MustCompile(`%[0-9a-fA-F]{2}|\\(?:u[0-9a-fA-F]{4}|[^u])|&#?\w{1,8};`)

// unescape removes one layer of escapes. It reports whether there were any.
func (v view) unescape() (view, bool) {
	if !strings.ContainsAny(v.text, `%\&`) {
		return v, false
	}
	text := make([]byte, 0, len(v.text))
	at := make([]int, 0, len(v.text)+1)
	add := func(s string, start, step int) {
		text = append(text, s...)
		for i := range len(s) {
			at = append(at, v.original(start+i*step, start+i*step).start)
		}
	}
	done := 0
	for _, m := range escapes.FindAllStringIndex(v.text, -1) {
		add(v.text[done:m[0]], done, 1)
		add(decode(v.text[m[0]:m[1]]), m[0], 0)
		done = m[1]
	}
	add(v.text[done:], done, 1)
	at = append(at, v.original(len(v.text), len(v.text)).end)
	return view{string(text), at}, string(text) != v.text
}

// decode returns the text that an escape represents.
func decode(escape string) string {
	switch escape[0] {
	case '%':
		decoded, _ := url.PathUnescape(escape)
		return decoded
	case '&':
		return html.UnescapeString(escape)
	}
	if decoded, err := strconv.Unquote(`"` + escape + `"`); err == nil {
		return decoded
	}
	return escape[1:] // a slash, or half of a surrogate pair
}
