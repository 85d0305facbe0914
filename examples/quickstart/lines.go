package main

import (
	"fmt"
	"io"
	"strings"
	"unicode"
)

// columns is what every terminal has.
const columns = 80

// lines writes lines that fit a terminal and remembers the first error.
type lines struct {
	to  io.Writer
	err error
}

// heading writes an empty line and a heading.
func (l *lines) heading(format string, args ...any) {
	l.write("\n" + fit(fmt.Sprintf(format, args...)) + "\n")
}

func (l *lines) print(format string, args ...any) {
	l.write(fit(fmt.Sprintf(format, args...)) + "\n")
}

func (l *lines) write(s string) {
	if l.err == nil {
		_, l.err = io.WriteString(l.to, s)
	}
}

// fit makes a text one line of at most 80 columns. Servers send text of any
// length, with line breaks and what else disturbs a terminal.
func fit(s string) string {
	var kept strings.Builder
	width, fits := 0, 0
	for _, r := range s {
		switch {
		case r == '\n' || r == '\t':
			r = ' '
		case !unicode.IsPrint(r):
			continue
		}
		if width += widthOf(r); width > columns {
			return kept.String()[:fits] + "…"
		}
		kept.WriteRune(r)
		if width < columns {
			fits = kept.Len()
		}
	}
	return kept.String()
}

// widthOf is how many columns a character takes: Chinese, Japanese and Korean
// ones, full-width forms and emoji take two.
func widthOf(r rune) int {
	switch {
	case unicode.In(r, unicode.Mn, unicode.Me):
		return 0
	case unicode.In(r, unicode.Han, unicode.Hangul, unicode.Hiragana, unicode.Katakana),
		r >= 0x3000 && r <= 0x303f, r >= 0xff01 && r <= 0xff60, r >= 0x1f300 && r <= 0x1faff:
		return 2
	}
	return 1
}
