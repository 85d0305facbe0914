// Report writes one HTML page about the releases of a project: how many there
// were each week, who made them, how long their images took to build, and for
// each release its images with their commits, pull requests and authors.
//
// The page is one file that needs no network. Without ZADIG_URL it is about
// made-up releases of an in-memory Zadig.
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/zadig-go/zadig"
)

const usage = `Usage: report [-project name] [-o file] [-since when] [-limit n] [-no-trace]

Writes one HTML page about the releases of a project. The page needs no network.

  -project name  the project (default: all that the token may read)
  -o file        where the page goes, "-" for standard output (default report.html)
  -since when    leave out older releases: a date as 2024-03-01, or days as 90d
  -limit n       the newest n releases, 0 for all (default 1000)
  -no-trace      do not ask where the images come from: one request less for
                 each image, and commits only where the release itself has them
  -h             this text

ZADIG_URL and ZADIG_TOKEN say which Zadig is asked (ZADIG_CA_FILE: whose
certificate authority to trust). Without ZADIG_URL the page shows made-up data.

Exit status: 0; 1 for a failure, also when the page was written but something
is missing in it; 2 for wrong arguments.
`

// Exit statuses.
const (
	exitOK = iota
	exitFailure
	exitUsage
)

type options struct {
	project string
	out     string
	since   time.Time // zero: no limit
	limit   int       // 0: no limit
	trace   bool
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	status := run(ctx, os.Args[1:], connect, os.Stdout, os.Stderr)
	stop()
	os.Exit(status)
}

// connector makes the client to ask, says how a page names its server, and
// how to leave that.
type connector func(stderr io.Writer) (client *zadig.Client, from string, closeServer func(), err error)

func run(ctx context.Context, args []string, connect connector, stdout, stderr io.Writer) int {
	o, err := parse(args, time.Now())
	switch {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprint(stdout, usage)
		return exitOK
	case err != nil:
		fmt.Fprintf(stderr, "report: %s (-h shows the flags)\n", oneLine(err))
		return exitUsage
	}
	if err := write(ctx, o, connect, stdout, stderr); err != nil {
		if ctx.Err() != nil {
			err = errors.New("interrupted")
		}
		fmt.Fprintln(stderr, "report:", oneLine(err))
		return exitFailure
	}
	return exitOK
}

func parse(args []string, now time.Time) (o options, err error) {
	var since string
	var noTrace bool
	flags := flag.NewFlagSet("report", flag.ContinueOnError)
	flags.SetOutput(io.Discard) // run prints the error, in one line
	flags.StringVar(&o.project, "project", "", "")
	flags.StringVar(&o.out, "o", "report.html", "")
	flags.StringVar(&since, "since", "", "")
	flags.IntVar(&o.limit, "limit", 1000, "")
	flags.BoolVar(&noTrace, "no-trace", false, "")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	o.trace = !noTrace
	switch {
	case flags.NArg() > 0:
		return o, fmt.Errorf("unexpected argument %q", flags.Arg(0))
	case o.out == "":
		return o, errors.New("-o is empty")
	case o.limit < 0:
		return o, fmt.Errorf("-limit %d is negative", o.limit)
	}
	o.since, err = parseSince(since, now)
	return o, err
}

// parseSince reads "2024-03-01" and "90d".
func parseSince(s string, now time.Time) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	if days, ok := strings.CutSuffix(s, "d"); ok {
		if n, err := strconv.Atoi(days); err == nil && n > 0 {
			return now.AddDate(0, 0, -n), nil
		}
	}
	t, err := time.ParseInLocation(time.DateOnly, s, time.Local)
	if err != nil {
		return t, fmt.Errorf("-since %q is neither a date as 2024-03-01 nor days as 90d", s)
	}
	return t, nil
}

// write makes the page. Its error can come with a page that lacks something.
func write(ctx context.Context, o options, connect connector, stdout, stderr io.Writer) error {
	if o.out != "-" { // not after minutes of asking
		if info, err := os.Stat(filepath.Dir(o.out)); err != nil || !info.IsDir() {
			return fmt.Errorf("cannot write %s: there is no such folder", o.out)
		}
	}
	client, from, closeServer, err := connect(stderr)
	if err != nil {
		return err
	}
	defer closeServer()

	bar := newProgress(stderr)
	found, missing, err := collect(ctx, client, o, bar)
	bar.clear()
	if err != nil {
		return err
	}
	var page bytes.Buffer
	if err := render(&page, newPage(found, missing, o, from, time.Now())); err != nil {
		return err
	}
	if err := save(o.out, page.Bytes(), stdout); err != nil {
		return err
	}
	if o.out != "-" {
		fmt.Fprintf(stderr, "report: %s shows %s\n", o.out, plural(len(found), "release"))
	}
	return missing.error()
}

// save leaves no half of a page behind.
func save(name string, page []byte, stdout io.Writer) error {
	if name == "-" {
		_, err := stdout.Write(page)
		return err
	}
	file, err := os.CreateTemp(filepath.Dir(name), ".report-*")
	if err != nil {
		return fmt.Errorf("cannot write %s: %w", name, err)
	}
	defer os.Remove(file.Name()) // nothing is there any more when all went well
	_, err = file.Write(page)
	err = errors.Join(err, file.Close())
	if err == nil {
		err = os.Chmod(file.Name(), 0o644) //nolint:gosec // a page to be shown around; CreateTemp's 0600 is for secrets
	}
	if err == nil {
		err = os.Rename(file.Name(), name)
	}
	if err != nil {
		return fmt.Errorf("cannot write %s: %w", name, err)
	}
	return nil
}

// connect returns a client of the server that the environment names, or of an
// in-memory one.
func connect(stderr io.Writer) (client *zadig.Client, from string, closeServer func(), err error) {
	if os.Getenv("ZADIG_URL") == "" {
		fmt.Fprintln(stderr, "report: ZADIG_URL is not set, so this is made-up data")
		return connectDemo()
	}
	client, err = zadig.NewClientFromEnv()
	return client, host(os.Getenv("ZADIG_URL")), func() {}, err
}

// progress is a line that changes, on a terminal; elsewhere nothing.
type progress struct{ terminal io.Writer }

func newProgress(stderr io.Writer) progress {
	if file, ok := stderr.(*os.File); ok {
		if info, err := file.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
			return progress{file}
		}
	}
	return progress{}
}

func (p progress) say(format string, args ...any) {
	if p.terminal != nil {
		fmt.Fprintf(p.terminal, "\r\x1b[K"+format, args...)
	}
}

func (p progress) clear() { p.say("") }

// oneLine is the text of an error without line breaks.
func oneLine(err error) string { return strings.Join(strings.Fields(err.Error()), " ") }

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return strconv.Itoa(n) + " " + what + "s"
}
