package redact

import (
	"html"
	"net/url"
	"regexp"
	"strconv"
)

// maxLayers is the greatest number of nested layers of escapes that are removed. A URL in
// a query, in JSON, in a string of another JSON document has two.
const maxLayers = 5

// inLayers applies mask to s and then, as long as there are escapes, to the text with one
// more layer of them removed. It returns the last text in which mask changed something,
// or s.
func inLayers(s string, mask func(string) string) string {
	s = mask(s)
	text := s
	for range maxLayers {
		bare := escapes.ReplaceAllStringFunc(text, unescape)
		if bare == text {
			break
		}
		if text = mask(bare); text != bare {
			s = text
		}
	}
	return s
}

// escapes matches the escapes of URLs (%XX), of JSON (\uXXXX, \n) and of HTML.
var escapes = regexp.MustCompile(`%[0-9a-fA-F]{2}|\\(?:u[0-9a-fA-F]{4}|[^u])|&#?\w{1,8};`)

// unescape returns the text that an escape represents.
func unescape(escape string) string {
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
