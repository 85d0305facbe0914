// Package report implements the command that writes one HTML page about releases:
// what each environment has now, every release with its images, commits, pull
// requests and authors, and how often and how successfully the projects deliver.
package report

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/zadig-go/zadig/cmd/zadig-delivery/internal/cli"
)

const long = `Writes an HTML page about the releases of a project: the newest release of each
environment, how environments differ, all releases with their images, commits,
pull requests and authors, release frequency and failure rate. The page is one
file. It needs no network, but a browser from 2024 or later.

The command traces every image and, on Zadig v4.2 and later, requests every
release. With --cache it stores them in a file, so the next run requests only
those that are new.`

const examples = `  zadig-delivery report --project shop                 # writes report.html
  zadig-delivery report --project shop --since 90d --file - > shop.html
  zadig-delivery report --limit 0 --cache zadig.cache  # all releases
  zadig-delivery report --demo`

// stdoutName is the value of --file for standard output.
const stdoutName = "-"

// settings are the values of the flags.
type settings struct {
	cli.Flags

	file    string
	cache   string
	noTrace bool
	lang    language
}

// Command returns the command.
func Command() *cobra.Command {
	s := settings{Flags: cli.Flags{Limit: 1000, Statuses: cli.ReleaseStatuses, DemoData: demoData}}
	cmd := &cobra.Command{
		Use: "report", Short: "Write an HTML page about releases", Long: long, Example: examples, Args: cobra.ExactArgs(0),
		RunE: s.Run(func(c *cli.Call, _ []string) error { return s.run(c) }),
	}
	s.Register(cmd, []cli.Format{cli.HTML, cli.JSON}, "project", "env", "status", "since", "limit")
	cmd.Flags().Lookup("limit").Usage += " (default 1000)"
	cmd.Flags().StringVar(&s.file, "file", "report.html", "write the page to this `file`, or to standard output if it is -")
	cmd.Flags().StringVar(&s.cache, "cache", "", "keep releases and images in this `file` between runs")
	cmd.Flags().BoolVar(&s.noTrace, "no-trace", false, "do not trace images; show commits only if releases have them (Zadig up to v3.4)")
	cmd.Flags().Func("lang", "`language` of the page: en or zh (default en)", s.lang.set)
	return cmd
}

// run writes the page. If it returns an error, it may have written an
// incomplete page.
func (s *settings) run(c *cli.Call) error {
	if s.Format == cli.JSON {
		s.file = stdoutName
	}
	if _, err := os.Stat(filepath.Dir(s.file)); err != nil { // before minutes of requests
		return fmt.Errorf("cannot write %s: %w", s.file, err)
	}
	base := os.Getenv("ZADIG_URL")
	if s.Demo {
		base = ""
	}
	store, err := openCache(s.cache, base)
	if err != nil {
		return err
	}
	found, missing, err := collect(c, *s, base, store)
	if err = errors.Join(err, store.close()); err != nil {
		return err
	}
	c.Progress.Clear()
	now := time.Now()
	if s.Demo && len(found) > 0 {
		now = found[0].Created.Add(time.Hour)
	}
	var out bytes.Buffer
	p := newPage(found, missing, *s, base, now)
	if s.Format == cli.JSON {
		err = cli.WriteJSON(&out, p.summary())
	} else {
		err = render(&out, p)
	}
	if err != nil {
		return err
	}
	if s.file == stdoutName {
		_, err = c.Stdout.Write(out.Bytes())
	} else if err = os.WriteFile(s.file, out.Bytes(), 0o644); err == nil { //nolint:gosec // for others to read
		fmt.Fprintf(c.Stdout, "%s: %s of %s\n", filepath.ToSlash(s.file), counted(len(found), "release"),
			cmp.Or(s.Project, "all projects"))
	}
	if err != nil {
		return fmt.Errorf("cannot write %s: %w", s.file, err)
	}
	if missing.forbidden != nil {
		cli.Say(c.Stderr, "Zadig does not let the token's user trace images, so the page lacks commits, and says so")
	}
	return missing.error()
}
