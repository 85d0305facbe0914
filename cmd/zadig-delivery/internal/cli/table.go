package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

// Format is the format of a command's output.
type Format string

// The formats of -o.
const (
	Table    Format = "table"    // the main columns; fits a terminal
	Wide     Format = "wide"     // all columns, nothing cut
	JSON     Format = "json"     // JSON lines
	CSV      Format = "csv"      // all columns
	Markdown Format = "markdown" // the main columns, with links
	HTML     Format = "html"
)

// Formats are the formats of commands that write tables.
var Formats = []Format{Table, Wide, JSON, CSV, Markdown}

// Column describes a column of a table.
type Column struct {
	Name  string
	Once  bool // written once for each record, not in each of its rows
	Wide  bool // in wide and CSV only
	Drop  int  // on a narrow terminal, columns with the highest Drop are left out first; 0: never
	Least int  // the least width on a narrow terminal; 0: never narrower than its text
}

// Cell is a field of a row.
type Cell struct {
	Text     string
	URL      string                   // a link in Markdown
	Code     bool                     // a code span in Markdown
	Markdown string                   // in Markdown instead of the text
	Shorter  func(columns int) string // returns a shorter text; nil: the end is cut
}

// Texts returns cells without links.
func Texts(texts ...string) []Cell {
	cells := make([]Cell, len(texts))
	for i, t := range texts {
		cells[i].Text = t
	}
	return cells
}

// ImageCell returns a cell of an image, which is cut in its middle.
func ImageCell(image string) Cell {
	return Cell{Text: image, Code: true, Shorter: func(columns int) string { return ShortenMiddle(image, columns) }}
}

// Output writes records in one of the formats: JSON immediately, and tables when Flush is
// called.
type Output struct {
	w       io.Writer
	format  Format
	columns []Column
	rows    [][]Cell
	first   []bool // the row begins a record
	width   int
	Sparse  bool  // tables leave out columns that are empty
	widths  []int // of the columns, kept from one Flush to the next
	headed  bool
	cut     bool
}

// NewOutput returns an Output with these columns.
func NewOutput(w io.Writer, format Format, columns ...Column) *Output {
	o := &Output{w: w, format: format, columns: columns, widths: make([]int, len(columns))}
	if format == Table {
		o.width = terminalWidth(w)
	}
	return o
}

// Add adds a record with its rows.
func (o *Output) Add(record any, rows ...[]Cell) error {
	if o.format == JSON {
		return WriteJSON(o.w, record)
	}
	for i, row := range rows {
		o.rows, o.first = append(o.rows, row), append(o.first, i == 0)
	}
	return nil
}

// Cut reports whether columns or texts were cut to fit a terminal.
func (o *Output) Cut() bool { return o.cut }

// Flush writes the rows that were added.
func (o *Output) Flush() error {
	if o.format == JSON || len(o.rows) == 0 {
		return nil
	}
	shown := o.shown()
	t := table.NewWriter()
	t.SetStyle(style)
	t.SuppressTrailingSpaces()
	var configs []table.ColumnConfig
	var header table.Row
	for at, i := range shown {
		header = append(header, o.title(i))
		configs = append(configs, table.ColumnConfig{Number: at + 1, WidthMin: o.widths[i]})
	}
	t.SetColumnConfigs(configs)
	if !o.headed {
		t.AppendHeader(header)
		o.headed = true
	}
	for at, cells := range o.rows {
		var row table.Row
		for _, i := range shown {
			cell := Cell{}
			if i < len(cells) && (o.first[at] || !o.columns[i].Once || o.format == CSV) {
				cell = cells[i]
			}
			row = append(row, o.render(cell, i))
		}
		t.AppendRow(row)
	}
	o.rows, o.first = nil, nil
	rendered := map[Format]func() string{CSV: t.RenderCSV, Markdown: t.RenderMarkdown}[o.format]
	if rendered == nil {
		rendered = t.Render
	}
	_, err := fmt.Fprintln(o.w, rendered())
	return err
}

// title returns the header of a column.
func (o *Output) title(i int) string {
	name := o.columns[i].Name
	if o.format == Markdown && name != "PR" {
		return name[:1] + strings.ToLower(name[1:])
	}
	return name
}

var style = table.Style{
	Box:     table.BoxStyle{PaddingRight: "  ", PageSeparator: "\n"},
	Options: table.OptionsNoBordersAndSeparators,
	CSV:     table.CSVOptions{FieldProtection: true}, // anybody may have written the texts, and spreadsheets run formulas
}

func (o *Output) render(c Cell, column int) string {
	switch o.format {
	case Markdown:
		switch {
		case c.Markdown != "":
			return c.Markdown
		case c.Code:
			return CodeLink(c.Text, c.URL)
		}
		return Link(c.Text, c.URL)
	case Table:
		return c.fitting(o.widths[column], o.width > 0)
	}
	return Clean(c.Text)
}

func (c Cell) fitting(columns int, fit bool) string {
	s := Clean(c.Text)
	if !fit || Width(s) <= columns {
		return s
	}
	if c.Shorter != nil {
		s = Clean(c.Shorter(columns))
	}
	return Shorten(s, columns)
}

// shown returns the columns that are written, and sets their widths.
func (o *Output) shown() (shown []int) {
	for i, c := range o.columns {
		empty := o.Sparse && o.format != CSV && !slices.ContainsFunc(o.rows,
			func(row []Cell) bool { return i < len(row) && row[i].Text != "" })
		if (!c.Wide || o.format == Wide || o.format == CSV) && !empty {
			shown = append(shown, i)
		}
		if !o.headed {
			o.widths[i] = Width(c.Name)
		}
	}
	for at, row := range o.rows {
		for i, c := range row {
			if o.first[at] || !o.columns[i].Once {
				o.widths[i] = max(o.widths[i], Width(Clean(c.Text)))
			}
		}
	}
	if o.format != Table || o.width == 0 {
		if o.format != Table && o.format != Wide {
			clear(o.widths)
		}
		return shown
	}
	least := slices.Clone(o.widths)
	for i, c := range o.columns {
		if c.Least > 0 {
			least[i] = min(least[i], max(c.Least, Width(c.Name)))
		}
	}
	excess := func(widths []int) int {
		sum := -len(style.Box.PaddingRight)
		for _, i := range shown {
			sum += widths[i] + len(style.Box.PaddingRight)
		}
		return sum - o.width
	}
	for excess(least) > 0 {
		last := slices.MaxFunc(shown, func(a, b int) int { return o.columns[a].Drop - o.columns[b].Drop })
		if o.columns[last].Drop == 0 {
			break
		}
		shown = slices.DeleteFunc(shown, func(i int) bool { return i == last })
		o.cut = true
	}
	for range excess(o.widths) {
		widest := slices.MaxFunc(shown, func(a, b int) int { return o.slack(a, least) - o.slack(b, least) })
		if o.slack(widest, least) == 0 {
			break
		}
		o.widths[widest]--
		o.cut = true
	}
	return shown
}

// slack returns how wide a column is, or 0 if it is as narrow as it may be.
func (o *Output) slack(i int, least []int) int {
	if o.widths[i] == least[i] {
		return 0
	}
	return o.widths[i]
}

// Width returns how many columns of a terminal a text takes.
func Width(s string) int { return text.StringWidth(s) }

// Shorten cuts s at its end if s takes more columns than most.
func Shorten(s string, most int) string { return text.Snip(s, most, "…") }

// ShortenMiddle cuts s in its middle if s takes more columns than most.
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

// WriteJSON writes a value as one line of JSON.
func WriteJSON(w io.Writer, v any) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	return encoder.Encode(v)
}
