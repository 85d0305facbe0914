package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
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

// FirstLine is the first line of a text, as of a commit's message.
func FirstLine(s string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(s), "\n")
	return Clean(line)
}

// Shorten cuts a text of more than most characters.
func Shorten(s string, most int) string {
	if runes := []rune(s); len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return s
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
	`|`, `\|`, `~`, `\~`, `!`, `\!`, `$`, `\$`,
)

// Escape is a text as Markdown that shows just that text.
func Escape(s string) string {
	s = markdownEscaper.Replace(Clean(s))
	if s != "" && slices.Contains([]byte("#-+="), s[0]) && !isNumber(s[1:]) { // it would be a heading, a list, or a line
		s = `\` + s
	}
	return s
}

// isNumber tells whether a text is digits alone: "#7" is no heading.
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

// Cell is a field of a row: in a table the text, in Markdown with its link.
type Cell struct {
	Text string
	URL  string
	Code bool // a code span in Markdown
}

// Cells are cells of plain text.
func Cells(texts ...string) []Cell {
	cells := make([]Cell, len(texts))
	for i, text := range texts {
		cells[i].Text = text
	}
	return cells
}

func (c Cell) markdown() string {
	if c.Code {
		return CodeLink(c.Text, c.URL)
	}
	return Link(c.Text, c.URL)
}

// Rows writes a table, in columns or as Markdown. Rows in columns wait for
// Flush, or for a hundred of them, to be aligned.
type Rows struct {
	out     io.Writer
	format  Format
	header  []string
	waiting [][]string
	widths  []int
	err     error
}

// NewRows returns a table with this header, which is written with the first
// rows.
func NewRows(out io.Writer, format Format, header ...string) *Rows {
	return &Rows{out: out, format: format, header: header}
}

const enoughRows = 100

// Add adds a row. It may have fewer cells than the header.
func (r *Rows) Add(cells ...Cell) {
	if r.widths == nil {
		r.widths = make([]int, len(r.header))
		if r.format == Markdown {
			r.printf("| %s |\n|%s\n", strings.Join(r.header, " | "), strings.Repeat("---|", len(r.header)))
		} else {
			r.wait(r.header)
		}
	}
	row := make([]string, len(r.header))
	for i, c := range cells {
		if r.format == Markdown {
			row[i] = c.markdown()
		} else {
			row[i] = Clean(c.Text)
		}
	}
	if r.format == Markdown {
		r.printf("| %s |\n", strings.Join(row, " | "))
		return
	}
	if r.wait(row); len(r.waiting) >= enoughRows {
		_ = r.Flush() // the error stays
	}
}

func (r *Rows) wait(row []string) {
	for i, text := range row {
		r.widths[i] = max(r.widths[i], width(text))
	}
	r.waiting = append(r.waiting, row)
}

// Flush writes the rows that wait. The error is the first that there was.
func (r *Rows) Flush() error {
	for _, row := range r.waiting {
		var line strings.Builder
		for i, text := range row {
			line.WriteString(text + strings.Repeat(" ", r.widths[i]-width(text)+2))
		}
		r.printf("%s\n", strings.TrimRight(line.String(), " "))
	}
	r.waiting = nil
	return r.err
}

func (r *Rows) printf(format string, args ...any) {
	if r.err == nil {
		_, r.err = fmt.Fprintf(r.out, format, args...)
	}
}

// wide are the characters that take two columns of a terminal.
var wide = []struct{ from, to rune }{
	{0x1100, 0x115f}, {0x2e80, 0x303e}, {0x3041, 0xa4cf}, {0xac00, 0xd7a3}, {0xf900, 0xfaff},
	{0xfe30, 0xfe6f}, {0xff00, 0xff60}, {0xffe0, 0xffe6}, {0x1f300, 0x1faff}, {0x20000, 0x3fffd},
}

// width is how many columns of a terminal a text takes.
func width(s string) (columns int) {
	for _, r := range s {
		switch {
		case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		case slices.ContainsFunc(wide, func(w struct{ from, to rune }) bool { return w.from <= r && r <= w.to }):
			columns += 2
		default:
			columns++
		}
	}
	return columns
}

// WriteJSON writes a value as one line of JSON.
func WriteJSON(out io.Writer, v any) error {
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	return encoder.Encode(v)
}
