package cli

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/zadig-go/zadig"
)

// Format is how a program writes its output.
type Format string

// The formats of -format.
const (
	Table    Format = "table"    // aligned columns, or plain text, for people
	JSON     Format = "json"     // JSON lines
	Markdown Format = "markdown" // for merge requests, wikis and chats
)

// Flags are a program's flags, with those that all programs have.
type Flags struct {
	*flag.FlagSet
	Format  Format
	Demo    bool
	version bool
	usage   string
}

// NewFlags returns the flags of a program. The usage stands above them in -h.
// A program with one format only, which is "", has no flag -format.
func NewFlags(name string, format Format, usage string) *Flags {
	f := &Flags{FlagSet: flag.NewFlagSet(name, flag.ContinueOnError), Format: format, usage: usage}
	f.SetOutput(io.Discard)
	if format != "" {
		f.Func("format", fmt.Sprintf("`format` of the output: table, json (JSON lines) or markdown (default %s)", format), f.setFormat)
	}
	f.BoolVar(&f.Demo, "demo", false, "ask an embedded Zadig with made-up data instead of yours")
	f.BoolVar(&f.version, "version", false, "write the version and end")
	return f
}

func (f *Flags) setFormat(s string) error {
	f.Format = Format(s)
	if !slices.Contains([]Format{Table, JSON, Markdown}, f.Format) {
		return errors.New("it is table, json or markdown")
	}
	return nil
}

// Since adds the flag -since, a time or a length of time before now.
func (f *Flags) Since(to *time.Time, usage string) {
	f.Func("since", usage+": a `time`, such as 90m, 12h, 7d, 1w, 2024-03-01 or 2024-03-01T12:00:00+08:00", func(text string) (err error) {
		*to, err = parseSince(text, time.Now())
		return err
	})
}

// Parse reads flags and arguments in any order. After -h and -version it has
// written what they ask for to stdout and returns flag.ErrHelp, or the error of
// writing.
func (f *Flags) Parse(args []string, stdout io.Writer) (arguments []string, err error) {
	for {
		switch err := f.FlagSet.Parse(args); {
		case errors.Is(err, flag.ErrHelp):
			return nil, f.help(stdout)
		case err != nil:
			return nil, Usage("%v%s", err, f.suggestion(err))
		case f.version:
			if _, err := fmt.Fprintln(stdout, f.Name(), version()); err != nil {
				return nil, err
			}
			return nil, flag.ErrHelp
		case f.NArg() == 0:
			return arguments, nil
		}
		arguments, args = append(arguments, f.Arg(0)), f.Args()[1:]
	}
}

// suggestion names the flag that was meant, if one is similar.
func (f *Flags) suggestion(err error) string {
	wrong, ok := strings.CutPrefix(err.Error(), "flag provided but not defined: -")
	if !ok {
		return ""
	}
	var names []string
	f.VisitAll(func(known *flag.Flag) { names = append(names, known.Name) })
	const most = 2 // characters that are wrong
	if best := Nearest(wrong, names)[0]; distance(wrong, best) <= min(most, len(wrong)/2) {
		return "; is -" + best + " meant?"
	}
	return ""
}

func (f *Flags) help(stdout io.Writer) error {
	var text strings.Builder
	fmt.Fprintf(&text, "%s\n\nFlags:\n", strings.TrimSpace(f.usage))
	f.SetOutput(&text)
	f.PrintDefaults()
	text.WriteString(`
The connection comes from the environment:
  ZADIG_URL      address of Zadig, such as https://zadig.example.com
  ZADIG_TOKEN    API token, from Zadig's user settings
  ZADIG_CA_FILE  PEM file with a CA to trust beside the system's

Exit codes: 0 done; 1 it could not be done, or not all of it; 2 wrong flags or
input; 130 interrupted.
`)
	if _, err := io.WriteString(stdout, text.String()); err != nil {
		return err
	}
	return flag.ErrHelp
}

// version is that of the module as it was built, which `go install` knows.
func version() string {
	if built, ok := debug.ReadBuildInfo(); ok && strings.HasPrefix(built.Main.Version, "v") {
		return built.Main.Version
	}
	return "v" + zadig.Version
}

// parseSince reads a length of time before now, or a time. Days and weeks
// count too.
func parseSince(text string, now time.Time) (time.Time, error) {
	for unit, days := range map[string]int{"d": 1, "w": 7} {
		if count, ok := strings.CutSuffix(text, unit); ok {
			if n, err := strconv.ParseUint(count, 10, 16); err == nil {
				return now.AddDate(0, 0, -int(n)*days), nil
			}
		}
	}
	if ago, err := time.ParseDuration(text); err == nil && ago >= 0 {
		return now.Add(-ago), nil
	}
	for _, layout := range []string{time.RFC3339, time.DateTime, "2006-01-02 15:04", time.DateOnly} {
		if t, err := time.ParseInLocation(layout, text, time.Local); err == nil {
			return t, nil
		}
	}
	return time.Time{}, errors.New("neither a length of time, such as 12h, 7d or 1w, nor a date")
}
