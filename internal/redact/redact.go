// Package redact makes text safe to show and to log. [Line] masks everything that looks
// like a secret, and folds the text to one line. Line is the last step for every error
// text, log record and field of an error, after all decoding, cutting and joining.
package redact

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// Mask replaces a secret.
const Mask = "***"

// Line returns s on one line, with secrets masked as by [Text] and without characters
// that change how a terminal displays the rest.
func Line(s string, literals ...string) string {
	masked := Text(s, literals...)
	folded := fold(masked)
	if folded == masked {
		return folded
	}
	return Text(folded, literals...) // a control character may have split a secret
}

// Text masks each literal in s and everything that looks like a secret, even if it is
// percent-encoded, escaped for JSON or HTML, or several of these: the result is then
// without these escapes. Text keeps line breaks.
func Text(s string, literals ...string) string {
	s = inLayers(s, func(s string) string {
		for _, literal := range literals {
			if len(literal) >= minLiteral {
				s = strings.ReplaceAll(s, literal, Mask)
			}
		}
		return s
	})
	return inLayers(s, maskByRules)
}

// disturbing matches control characters, line separators and bidirectional controls.
var disturbing = regexp.MustCompile(`[\p{Cc}\p{Zl}\p{Zp}\x{61c}\x{200e}\x{200f}\x{202a}-\x{202e}\x{2066}-\x{2069}]+`)

// fold replaces each run of disturbing characters with a space, and invalid UTF-8 with
// U+FFFD.
func fold(s string) string {
	return disturbing.ReplaceAllString(strings.ToValidUTF8(s, "\ufffd"), " ")
}

// Excerpt masks s and returns at most limit bytes of its beginning. If s was cut off, its
// last word may be part of a secret that no rule recognizes. Excerpt drops that word,
// because masking can shorten the text before it and so move it into the excerpt.
func Excerpt(s string, cutOff bool, limit int, literals ...string) string {
	s = Text(s, literals...)
	if cutOff {
		s = s[:max(strings.LastIndexAny(s, " \t\r\n,<>{}"), 0)]
	}
	return Cut(s, limit)
}

// Cut shortens s to at most n bytes without splitting a character.
func Cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for back := 0; back < 4 && back < n; back++ {
		if c := s[n-back]; c < 0x80 || c >= 0xc0 {
			return s[:n-back]
		}
	}
	return s[:n] // not UTF-8
}

// Shorten cuts the middle out of a text that is longer than limit bytes. It keeps the
// end, where an error text has its cause.
func Shorten(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	tail := s[len(s)-limit/2:]
	for tail != "" && !utf8.RuneStart(tail[0]) {
		tail = tail[1:]
	}
	return Cut(s, limit/2) + "…" + tail
}

// IsSecretName reports whether the name of a member or variable says that its
// value is secret: it ends in "token", "password" or the like.
func IsSecretName(name string) bool {
	name = strings.ToLower(name)
	return slices.ContainsFunc(nameHints, func(secret string) bool { return strings.HasSuffix(name, secret) })
}
