// Report writes one HTML page about the releases of a project: what each
// environment has now, every release with its images, commits, pull requests
// and authors, and how often and how well is delivered.
//
//	report -project shop -o report.html
//
// The page is one file that needs no network.
package main

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"net/url"
	"os"
	"time"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/examples/internal/cli"
	"github.com/zadig-go/zadig/zadigtest"
)

const name = "report"

const usage = `
Usage: report [flags]

Writes one HTML page about the releases of a project: what each environment has
now, all releases with images, commits, pull requests and authors, and how often
and how well is delivered. The page is one file and needs no network.

  report -project shop                    writes report.html
  report -project shop -since 90d -o -    the last 90 days, to standard output
  report -project shop -lang zh           a page in Chinese
  report -demo                            to see what it looks like`

// settings are what the flags say.
type settings struct {
	project string
	out     string
	since   time.Time // zero: no limit
	limit   int       // 0: no limit
	trace   bool
	lang    language
	demo    bool
}

func main() { cli.Main(run) }

// run is the program but for the process around it.
func run(ctx context.Context, args []string, _ io.Reader, stdout, stderr io.Writer) int {
	return cli.Exit(name, program(ctx, args, stdout, stderr), stderr)
}

func parse(args []string, stdout io.Writer) (s settings, err error) {
	f := cli.NewFlags(name, "", usage)
	var noTrace bool
	f.StringVar(&s.project, "project", "", "only this `project`; whose rights are in one project must name it")
	f.StringVar(&s.out, "o", "report.html", "write the page to this `file`, or to standard output if it is -")
	f.Since(&s.since, "only releases not older than this")
	f.IntVar(&s.limit, "limit", 1000, "at most `n` releases, the newest; 0 for all")
	f.BoolVar(&noTrace, "no-trace", false, "do not trace images: one request less for each, and commits only where releases have them (up to v3.4)")
	f.Func("lang", "`language` of the page: en or zh (default en)", s.lang.set)
	arguments, err := f.Parse(args, stdout)
	if err != nil {
		return s, err
	}
	s.trace, s.demo = !noTrace, f.Demo
	switch {
	case len(arguments) > 0:
		return s, cli.Usage("it takes no arguments, but %q was given", arguments[0])
	case s.out == "":
		return s, cli.Usage("-o is empty")
	case s.limit < 0:
		return s, cli.Usage("-limit must not be negative (got %d)", s.limit)
	}
	return s, nil
}

// program writes the page. Its error can come with a page that lacks
// something.
func program(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	s, err := parse(args, stdout)
	if err != nil {
		return err
	}
	if err := checkFolder(s.out); err != nil { // before minutes of requests
		return err
	}
	client, from, closeServer, err := connect(ctx, s.demo)
	if err != nil {
		return err
	}
	defer closeServer()

	progress := cli.NewProgress(stderr)
	defer progress.Clear()
	found, missing, err := collect(ctx, client, s, progress)
	if err != nil {
		return err
	}
	progress.Clear()
	now := time.Now()
	if s.demo && len(found) > 0 {
		now = found[0].Created.Add(time.Hour)
	}
	var page bytes.Buffer
	if err := render(&page, newPage(found, missing, s, from, now)); err != nil {
		return err
	}
	if err := save(s.out, page.Bytes(), stdout); err != nil {
		return err
	}
	if s.out != stdoutName {
		fmt.Fprintf(stdout, "%s: %s of %s\n", s.out, counted(len(found), "release"), cmp.Or(s.project, "all projects"))
	}
	if missing.forbidden != nil {
		fmt.Fprintln(stderr, "report: Zadig does not let the token's user trace images, so the page lacks commits, and says so")
	}
	return missing.error()
}

// connect returns a client, and the name of its server as the page shows it.
// The demo is the newest Zadig.
func connect(ctx context.Context, demo bool) (client *zadig.Client, from string, closeServer func(), err error) {
	if demo {
		srv, err := zadigtest.Start(zadigtest.WithData(demoData()))
		if err != nil {
			return nil, "", nil, err
		}
		return srv.Client(), "", srv.Close, nil
	}
	client, closeServer, err = cli.Connect(ctx, false, nil)
	return client, host(os.Getenv("ZADIG_URL")), closeServer, err
}

// host is all of a URL that a page may show.
func host(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return "Zadig"
	}
	return u.Host
}
