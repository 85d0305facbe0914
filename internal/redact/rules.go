package redact

import (
	"regexp"
	"slices"
	"strings"
)

// minLiteral is the length of the shortest literal that is masked; masking a
// shorter one would mask ordinary words.
const minLiteral = 6

const secretNames = `token|password|passwd|ssh_key|secret|api_?key|access_?key`

// rules find secrets by the text around them. The first group of a pattern is masked. A
// rule is tried only if the text, in lower case, contains one of its hints: most texts
// contain none, and matching the pattern takes a hundred times as long.
var rules = []struct {
	hints   []string
	pattern *regexp.Regexp
}{
	// token=…, access_token=… in a URL. A backslash ends the value, because the
	// URL may be in JSON ("\u0026").
	{nameHints, regexp.MustCompile(`(?i)(?:` + secretNames + `)=([^&\s"'\\<>]+)`)},
	// "oauth_token":"…"
	{nameHints, regexp.MustCompile(`(?i)"[\w-]*(?:` + secretNames + `)"\s*:\s*"((?:[^"\\]|\\.)+)`)},
	{[]string{"bearer"}, regexp.MustCompile(`(?i)bearer\s+([\w.~+/=-]+)`)},
	// a JSON web token
	{[]string{"eyj"}, regexp.MustCompile(`\b(eyJ[\w-]+\.[\w-]+\.[\w-]*)`)},
	// https://user:password@host, https://token@host
	{[]string{"@"}, regexp.MustCompile(`(?i)https?://([^/\s@"'\\<>]+)@`)},
	{[]string{"@"}, regexp.MustCompile(`://([^/\s:@"]*:[^/\s@"]+)@`)},
	// http://user:pass/word@host: the text after the colon is not a port
	{[]string{"@"}, regexp.MustCompile(`://([^/\s:@"]*:\d*[^\d/\s"@][^\s"]*)@`)},
	// The part of a URL that net/url and net/http quote if they cannot parse it,
	// such as a proxy's.
	{[]string{`parse "`}, regexp.MustCompile(`parse "((?:[^"\\]|\\.)*@(?:[^"\\]|\\.)*)"`)},
	{[]string{`invalid proxy address "`}, regexp.MustCompile(`invalid proxy address "((?:[^"\\]|\\.)*)"`)},
	{[]string{`invalid port "`}, regexp.MustCompile(`invalid port "((?:[^"\\]|\\.)*)"`)},
	{[]string{"private key"}, regexp.MustCompile(`(-----BEGIN [A-Z ]*PRIVATE KEY-----(?:[^"]*?-----END [A-Z ]*-----|[^"]*))`)},
}

var nameHints = []string{"token", "password", "passwd", "ssh_key", "secret", "apikey", "api_key", "accesskey", "access_key"}

// span is a part of a text, from start up to end.
type span struct{ start, end int }

// secrets returns the parts of the original text that are secrets according to v.
func secrets(v view, literals []string) []span {
	var found []span
	for _, literal := range literals {
		if len(literal) < minLiteral {
			continue
		}
		for from := 0; ; {
			i := strings.Index(v.text[from:], literal)
			if i < 0 {
				break
			}
			found = append(found, v.original(from+i, from+i+len(literal)))
			from += i + len(literal)
		}
	}
	lower := strings.ToLower(v.text)
	for _, rule := range rules {
		if !slices.ContainsFunc(rule.hints, func(hint string) bool { return strings.Contains(lower, hint) }) {
			continue
		}
		for _, match := range rule.pattern.FindAllStringSubmatchIndex(v.text, -1) {
			found = append(found, v.original(match[2], match[3]))
		}
	}
	return found
}

// replace replaces each span of s with the mask. Spans may overlap and may reach beyond
// the end of s.
func replace(s string, spans []span) string {
	if len(spans) == 0 {
		return s
	}
	slices.SortFunc(spans, func(a, b span) int { return a.start - b.start })
	var b strings.Builder
	done := 0 // bytes that are written or masked
	for i, sp := range spans {
		if sp.start >= len(s) {
			break
		}
		if i == 0 || sp.start > done {
			b.WriteString(s[done:sp.start])
			b.WriteString(Mask)
		}
		done = max(done, min(sp.end, len(s)))
	}
	b.WriteString(s[done:])
	return b.String()
}
