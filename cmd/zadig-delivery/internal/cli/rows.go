package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// Cell is a field of a row: in a table the text, in Markdown with its link.
type Cell struct {
	Text string
	URL  string
	Code bool // a code span in Markdown
	// Also stands behind the text in Markdown, and nowhere else.
	Also []Cell
	// Shorter returns the text in at most so many columns; nil: its end is cut.
	Shorter func(columns int) string
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
	text := Link(c.Text, c.URL)
	if c.Code {
		text = CodeLink(c.Text, c.URL)
	}
	for _, more := range c.Also {
		text += ", " + more.markdown()
	}
	return text
}

func (c Cell) fitting(columns int) string {
	text := Clean(c.Text)
	if Width(text) > columns && c.Shorter != nil {
		text = Clean(c.Shorter(columns))
	}
	return Shorten(text, columns)
}

// Fit says how a table in columns is made to fit a terminal: first columns go,
// then cells are shortened.
type Fit struct {
	Width    int            // of the terminal; 0: nothing is made to fit
	Least    map[string]int // columns that may be made narrower, by their headers, and how narrow
	Optional []string       // columns that may be left out, in this order
}

// Rows writes a table, in columns or as Markdown. Rows in columns wait for
// Flush or, if they need not fit a terminal, for a hundred of them, to be
// aligned.
type Rows struct {
	out     io.Writer
	format  Format
	fit     Fit
	header  []string
	waiting [][]Cell
	widths  []int
	begun   bool
	leftOut []string
	cut     bool
	err     error
}

// NewRows returns a table with this header, which is written with the first
// rows.
func NewRows(out io.Writer, format Format, header ...string) *Rows {
	return &Rows{out: out, format: format, header: header, widths: make([]int, len(header))}
}

// Fit makes the table fit; call it before the first row.
func (r *Rows) Fit(f Fit) { r.fit = f }

// Cut reports whether Flush left columns out, which ones, and whether it
// shortened cells, to make the table fit.
func (r *Rows) Cut() (leftOut []string, shortened bool) { return r.leftOut, r.cut }

const enoughRows = 100

// Add adds a row. It may have fewer cells than the header.
func (r *Rows) Add(cells ...Cell) {
	if !r.begun {
		r.begun = true
		if r.format == Markdown {
			r.printf("| %s |\n|%s\n", strings.Join(r.header, " | "), strings.Repeat("---|", len(r.header)))
		} else {
			r.wait(Cells(r.header...))
		}
	}
	cells = append(slices.Clone(cells), make([]Cell, len(r.header)-len(cells))...)
	if r.format == Markdown {
		texts := make([]string, len(cells))
		for i, c := range cells {
			texts[i] = c.markdown()
		}
		r.printf("| %s |\n", strings.Join(texts, " | "))
		return
	}
	if r.wait(cells); r.fit.Width == 0 && len(r.waiting) >= enoughRows {
		_ = r.Flush() // the error stays
	}
}

func (r *Rows) wait(row []Cell) {
	for i, c := range row {
		r.widths[i] = max(r.widths[i], Width(Clean(c.Text)))
	}
	r.waiting = append(r.waiting, row)
}

// Flush writes the rows that wait. The error is the first that there was.
func (r *Rows) Flush() error {
	shown := r.narrow()
	for _, row := range r.waiting {
		var line strings.Builder
		for _, i := range shown {
			text := row[i].fitting(r.widths[i])
			line.WriteString(text + strings.Repeat(" ", r.widths[i]-Width(text)+len(gap)))
		}
		text := strings.TrimRight(line.String(), " ")
		if r.fit.Width > 0 {
			text = Shorten(text, r.fit.Width)
		}
		r.printf("%s\n", text)
	}
	r.waiting = nil
	return r.err
}

const gap = "  "

// narrow makes the columns fit and returns those that are shown.
func (r *Rows) narrow() (shown []int) {
	for i := range r.header {
		shown = append(shown, i)
	}
	if r.fit.Width == 0 || len(r.waiting) == 0 {
		return shown
	}
	least := slices.Clone(r.widths)
	for i, header := range r.header {
		if n, ok := r.fit.Least[header]; ok {
			least[i] = min(least[i], n)
		}
	}
	tooWide := func(widths []int) int {
		sum := -len(gap)
		for _, i := range shown {
			sum += widths[i] + len(gap)
		}
		return sum - r.fit.Width
	}
	for _, header := range r.fit.Optional {
		if tooWide(least) > 0 {
			shown = slices.DeleteFunc(shown, func(i int) bool { return r.header[i] == header })
			r.leftOut = append(r.leftOut, header)
		}
	}
	for range tooWide(r.widths) {
		widest := -1
		for _, i := range shown {
			if r.widths[i] > least[i] && (widest < 0 || r.widths[i] > r.widths[widest]) {
				widest = i
			}
		}
		if widest < 0 {
			break
		}
		r.widths[widest]--
		r.cut = true
	}
	return shown
}

func (r *Rows) printf(format string, args ...any) {
	if r.err == nil {
		_, r.err = fmt.Fprintf(r.out, format, args...)
	}
}
