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

// rules find secrets by the text around them. What a pattern matches is masked, except its
// groups. A rule is tried only if the text, in lower case, contains one of its hints: most
// texts contain none, and matching the pattern takes a hundred times as long.
var rules = []struct {
	hints   []string
	pattern *regexp.Regexp
}{
	// token=…, access_token=… in a URL. A backslash ends the value, because the
	// URL may be in JSON ("\u0026").
	{nameHints, regexp.MustCompile(`(?i)((?:` + secretNames + `)=)[^&\s"'\\<>]+`)},
	// "oauth_token":"…"
	{nameHints, regexp.MustCompile(`(?i)("[\w-]*(?:` + secretNames + `)"\s*:\s*")(?:[^"\\]|\\.)+`)},
	{[]string{"bearer"}, regexp.MustCompile(`(?i)(bearer\s+)[\w.~+/=-]+`)},
	// a JSON web token
	{[]string{"eyj"}, regexp.MustCompile(`\beyJ[\w-]+\.[\w-]+\.[\w-]*`)},
	// https://user:password@host, https://token@host
	{[]string{"@"}, regexp.MustCompile(`(?i)(https?://)[^/\s@"'\\<>]+(@)`)},
	{[]string{"@"}, regexp.MustCompile(`(://)[^/\s:@"]*:[^/\s@"]+(@)`)},
	// http://user:pass/word@host: the text after the colon is not a port
	{[]string{"@"}, regexp.MustCompile(`(://)[^/\s:@"]*:\d*[^\d/\s"@][^\s"]*(@)`)},
	// The part of a URL that net/url and net/http quote if they cannot parse it,
	// such as a proxy's.
	{[]string{`parse "`}, regexp.MustCompile(`(parse ")(?:[^"\\]|\\.)*@(?:[^"\\]|\\.)*(")`)},
	{[]string{`invalid proxy address "`}, regexp.MustCompile(`(invalid proxy address ")(?:[^"\\]|\\.)*(")`)},
	{[]string{`invalid port "`}, regexp.MustCompile(`(invalid port ")(?:[^"\\]|\\.)*(")`)},
	{[]string{"private key"}, regexp.MustCompile(`-----BEGIN [A-Z ]*PRIVATE KEY-----(?:[^"]*?-----END [A-Z ]*-----|[^"]*)`)},
}

var nameHints = []string{"token", "password", "passwd", "ssh_key", "secret", "apikey", "api_key", "accesskey", "access_key"}

// maskByRules masks what the rules find.
func maskByRules(s string) string {
	lower := strings.ToLower(s)
	for _, rule := range rules {
		if slices.ContainsFunc(rule.hints, func(hint string) bool { return strings.Contains(lower, hint) }) {
			s = rule.pattern.ReplaceAllString(s, "${1}"+Mask+"${2}")
		}
	}
	return s
}
