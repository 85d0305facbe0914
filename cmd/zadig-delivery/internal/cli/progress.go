package cli

import (
	"fmt"
	"io"
	"time"
)

// Progress is one line that shows the progress of long work, on a terminal only.
type Progress struct {
	out   io.Writer // nil: not a terminal
	shown bool
	last  time.Time
}

// NewProgress returns a Progress that shows nothing yet.
func NewProgress(stderr io.Writer) *Progress {
	if !IsTerminal(stderr) {
		return &Progress{}
	}
	return &Progress{out: stderr}
}

const progressPause = 100 * time.Millisecond

// Show replaces the line, at most ten times a second.
func (p *Progress) Show(format string, args ...any) {
	if p == nil || p.out == nil || time.Since(p.last) < progressPause {
		return
	}
	p.last, p.shown = time.Now(), true
	fmt.Fprintf(p.out, "\r\x1b[K"+format, args...)
}

// Clear removes the line, before something else is written.
func (p *Progress) Clear() {
	if p != nil && p.shown {
		fmt.Fprint(p.out, "\r\x1b[K")
		p.shown, p.last = false, time.Time{}
	}
}
