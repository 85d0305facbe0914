package cli

import (
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
)

// Clean returns text from elsewhere as one line for a terminal: without line
// breaks, control characters, and characters that change the direction of text.
func Clean(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r), r == '\u2028', r == '\u2029':
			return -1
		}
		return r
	}, s)
	return strings.Join(strings.Fields(s), " ")
}

// FirstLine returns the first line of a text, such as the message of a commit.
func FirstLine(s string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(s), "\n")
	return Clean(line)
}

// Time formats a time for people in their zone, with its offset. It returns "" for
// the zero Time.
func Time(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	t = t.Local()
	layout := "2006-01-02 15:04Z07"
	if _, offset := t.Zone(); offset%3600 != 0 {
		layout += "00"
	}
	return t.Format(layout)
}

var markdownEscaper = strings.NewReplacer(
	`\`, `\\`, "`", "\\`", `*`, `\*`, `_`, `\_`, `[`, `\[`, `]`, `\]`, `<`, `&lt;`, `>`, `&gt;`, `&`, `&amp;`,
	`~`, `\~`, `$`, `\$`,
)

// live matches the texts that GitHub and GitLab turn into mentions and references:
// @name, #1, !1 and GH-1.
var live = regexp.MustCompile(`(@|#|!|GH-)([\pL\d])`)

// Escape returns a text as Markdown that shows just that text and mentions
// nobody.
func Escape(s string) string {
	s = escape(s)
	if s != "" && slices.Contains([]byte("#-+="), s[0]) { // it would be a heading, a list, or a line
		s = `\` + s
	}
	return live.ReplaceAllString(s, "$1&#8203;$2")
}

func escape(s string) string { return markdownEscaper.Replace(Clean(s)) }

// Code returns a text as a code span of Markdown.
func Code(s string) string {
	s = Clean(s)
	if s == "" || strings.Contains(s, "`") {
		return Escape(s)
	}
	return "`" + s + "`"
}

// Link returns a text as a link of Markdown, or the text alone without a URL.
func Link(text, url string) string {
	if url == "" {
		return Escape(text)
	}
	return link(escape(text), url)
}

// CodeLink is like [Link], but returns the text as a code span.
func CodeLink(text, url string) string {
	if url == "" {
		return Code(text)
	}
	return link(Code(text), url)
}

func link(markdown, url string) string {
	return "[" + markdown + "](" + strings.NewReplacer("(", "%28", ")", "%29", " ", "%20", "|", "%7C", "<", "%3C", ">",
		"%3E").Replace(Clean(url)) + ")"
}
