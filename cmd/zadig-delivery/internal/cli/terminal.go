package cli

import (
	"io/fs"
	"os"
	"strconv"
)

// IsTerminal reports whether a stream is a terminal, or another device that
// takes characters.
func IsTerminal(stream any) bool {
	file, ok := stream.(interface{ Stat() (fs.FileInfo, error) })
	if !ok {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&fs.ModeCharDevice != 0
}

// TerminalWidth returns how many columns a terminal has, and 0 for a stream
// that is none. The variable COLUMNS goes first; where neither it nor the
// terminal says, it is 80.
func TerminalWidth(stream any) int {
	if !IsTerminal(stream) {
		return 0
	}
	if n, err := strconv.Atoi(os.Getenv("COLUMNS")); err == nil && n > 0 {
		return n
	}
	if file, ok := stream.(*os.File); ok {
		if n := windowWidth(file); n > 0 {
			return n
		}
	}
	const usual = 80
	return usual
}
