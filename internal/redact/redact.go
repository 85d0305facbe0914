// Package redact takes secrets out of text that a person or a log will see:
// URLs, error texts of the server, excerpts of bodies.
package redact

import (
	"encoding/json"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// Mask stands where a secret stood.
const Mask = "***"

// minLiteral is the shortest token that Text looks for by its value; a
// shorter one would mask ordinary words.
const minLiteral = 6

const secretNames = `token|password|passwd|ssh_key|secret`

var nameHints = strings.Split(secretNames, "|")

// rules are tried where one of their hints is in the text, in lower case:
// most texts have none, and an expression costs a hundred times as much.
var rules = []struct {
	hints   []string
	pattern *regexp.Regexp
	with    string
}{
	// token=…, access_token=… in an echoed URL; a backslash ends the value,
	// because the URL may stand in JSON ("\u0026").
	{nameHints, regexp.MustCompile(`(?i)((?:` + secretNames + `)=)[^&\s"'\\<>]+`), "${1}" + Mask},
	// the same in a URL that is a parameter of another
	{nameHints, regexp.MustCompile(`(?i)((?:` + secretNames + `)(?:%(?:25)*3D))[^&\s"'\\<>]+`), "${1}" + Mask},
	// "oauth_token":"…"
	{nameHints, regexp.MustCompile(`(?i)("[\w-]*(?:` + secretNames + `)"\s*:\s*")(?:[^"\\]|\\.)+`), "${1}" + Mask},
	// \"oauth_token\":\"…\", JSON inside a JSON string
	{nameHints, regexp.MustCompile(`(?i)(\\"[\w-]*(?:` + secretNames + `)\\"\s*:\s*\\")(?:[^"\\]|\\\\\\"|\\\\|\\[^"\\])+`), "${1}" + Mask},
	{[]string{"bearer"}, regexp.MustCompile(`(?i)(bearer\s+)[\w.~+/=-]+`), "${1}" + Mask},
	// a JSON web token, wherever it stands
	{[]string{"eyj"}, regexp.MustCompile(`\beyJ[\w-]+\.[\w-]+\.[\w-]*`), Mask},
	// https://user:password@host, https://token@host
	{[]string{"@"}, regexp.MustCompile(`(?i)(https?://)[^/\s@"'\\<>]+@`), "${1}" + Mask + "@"},
	{[]string{"@"}, regexp.MustCompile(`(://)[^/\s:@"]*:[^/\s@"]+@`), "${1}" + Mask + "@"},
	{[]string{"private key"}, regexp.MustCompile(`-----BEGIN [A-Z ]*PRIVATE KEY-----[^"]*?(?:-----END [A-Z ]*-----|$)`), Mask},
}

// Text masks everything in s that looks like a secret, and each literal in
// every form in which it can stand in an answer.
func Text(s string, literals ...string) string {
	for _, literal := range literals {
		if len(literal) < minLiteral {
			continue
		}
		s = strings.ReplaceAll(s, literal, Mask)
		for _, escaped := range escapedForms(literal) {
			if escaped != literal {
				s = strings.ReplaceAll(s, escaped, Mask)
			}
		}
	}
	lower := strings.ToLower(s)
	for _, rule := range rules {
		if slices.ContainsFunc(rule.hints, func(hint string) bool { return strings.Contains(lower, hint) }) {
			s = rule.pattern.ReplaceAllString(s, rule.with)
		}
	}
	return s
}

// escapedForms are those of a URL and of a JSON string; some writers of JSON
// escape slashes, too.
func escapedForms(literal string) []string {
	if !strings.ContainsFunc(literal, func(r rune) bool { return strings.ContainsRune(`"%&+/<=>?\#;,:@$`, r) }) {
		return nil
	}
	quoted, _ := json.Marshal(literal)
	inJSON := string(quoted[1 : len(quoted)-1])
	return []string{url.QueryEscape(literal), url.PathEscape(literal), inJSON, strings.ReplaceAll(inJSON, "/", `\/`)}
}

// Value masks the strings in a decoded JSON value, in place.
func Value(v any, literals ...string) any {
	switch v := v.(type) {
	case string:
		return Text(v, literals...)
	case []any:
		for i := range v {
			v[i] = Value(v[i], literals...)
		}
	case map[string]any:
		for name, member := range v {
			if _, text := member.(string); text && secretName.MatchString(name) {
				v[name] = Mask
				continue
			}
			v[name] = Value(member, literals...)
		}
	}
	return v
}

var secretName = regexp.MustCompile(`(?i)(?:` + secretNames + `)$`)

// URL is u with user info and the values of secret query parameters masked.
func URL(u *url.URL, literals ...string) string {
	safe := *u
	if safe.User != nil {
		safe.User = url.User(Mask)
	}
	return Text(safe.String(), literals...)
}

// URLWithoutQuery is u without its query, fragment and user info.
func URLWithoutQuery(u *url.URL) string {
	safe := *u
	safe.User, safe.RawQuery, safe.ForceQuery, safe.Fragment, safe.RawFragment = nil, "", false, "", ""
	return safe.String()
}
