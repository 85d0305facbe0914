package cli

import (
	"encoding/json"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// Clean is text from elsewhere as one line that a terminal can take: without
// line breaks, control characters, and those that turn the direction of text.
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

// FirstLine is the first line of a text, such as the message of a commit.
func FirstLine(s string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(s), "\n")
	return Clean(line)
}

// Shorten cuts a text of more than most columns at its end.
func Shorten(s string, most int) string {
	if Width(s) <= most {
		return s
	}
	kept := 0
	for i, r := range s {
		if kept += width(r); kept >= most {
			return s[:i] + "…"
		}
	}
	return s
}

// ShortenMiddle cuts a text of more than most columns in its middle.
func ShortenMiddle(s string, most int) string {
	if Width(s) <= most {
		return s
	}
	tail := s
	for i, r := range s {
		if Width(tail) <= most/2 {
			break
		}
		tail = s[i+len(string(r)):]
	}
	return Shorten(s, most-Width(tail)) + tail
}

// PullRequest names a pull request as its code host does: #7, and !7 on GitLab.
func PullRequest(number int, url string) string {
	if strings.Contains(url, "/merge_requests/") {
		return "!" + strconv.Itoa(number)
	}
	return "#" + strconv.Itoa(number)
}

// Time is a time for people, in their zone, and "" for none.
func Time(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Local().Format("2006-01-02 15:04")
}

var markdownEscaper = strings.NewReplacer(
	`\`, `\\`, "`", "\\`", `*`, `\*`, `_`, `\_`, `[`, `\[`, `]`, `\]`, `<`, `&lt;`, `>`, `&gt;`, `&`, `&amp;`,
	`|`, `\|`, `~`, `\~`, `$`, `\$`,
)

// Escape is a text as Markdown that shows just that text.
func Escape(s string) string {
	s = markdownEscaper.Replace(Clean(s))
	if s != "" && slices.Contains([]byte("#-+="), s[0]) && !isNumber(s[1:]) { // it would be a heading, a list, or a line
		s = `\` + s
	}
	return s
}

// isNumber reports whether a text is digits alone: "#7" is no heading.
func isNumber(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// Code is a text as a code span of Markdown, also inside a table.
func Code(s string) string {
	s = Clean(s)
	if s == "" {
		return ""
	}
	if strings.ContainsAny(s, "`|") {
		return Escape(s)
	}
	return "`" + s + "`"
}

// Link is a text as a link of Markdown, or the text alone without a URL.
func Link(text, url string) string { return link(Escape(text), url) }

// CodeLink is Link for what stands in a code span.
func CodeLink(text, url string) string { return link(Code(text), url) }

func link(markdown, url string) string {
	if url == "" {
		return markdown
	}
	return "[" + markdown + "](" + strings.NewReplacer("(", "%28", ")", "%29", " ", "%20", "|", "%7C", "<", "%3C", ">", "%3E").Replace(Clean(url)) + ")"
}

// wide are the characters that take two columns of a terminal.
var wide = []struct{ from, to rune }{
	{0x1100, 0x115f}, {0x2e80, 0x303e}, {0x3041, 0xa4cf}, {0xac00, 0xd7a3}, {0xf900, 0xfaff},
	{0xfe30, 0xfe6f}, {0xff00, 0xff60}, {0xffe0, 0xffe6}, {0x1f300, 0x1faff}, {0x20000, 0x3fffd},
}

// Width is how many columns of a terminal a text takes.
func Width(s string) (columns int) {
	for _, r := range s {
		columns += width(r)
	}
	return columns
}

func width(r rune) int {
	switch {
	case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		return 0
	case slices.ContainsFunc(wide, func(w struct{ from, to rune }) bool { return w.from <= r && r <= w.to }):
		return 2
	}
	return 1
}

// WriteJSON writes a value as one line of JSON.
func WriteJSON(out io.Writer, v any) error {
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	return encoder.Encode(v)
}
