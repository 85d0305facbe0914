// Releases lists the releases of a Zadig, follows them as they appear, and
// exports them as JSON lines.
//
//	releases -project shop -since 7d
//	releases -project shop -follow
//	releases -format json -full > releases.jsonl
package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/examples/internal/cli"
	"github.com/zadig-go/zadig/zadigtest"
)

const name = "releases"

const usage = `
Usage: releases [flags]

Lists the releases of a Zadig, newest first. With -follow it goes on and writes
new ones as they appear, oldest first, until it is interrupted.

  releases -project shop -since 7d             what was released in the last seven days
  releases -project shop -service cart -images which images of the cart
  releases -project shop -follow               as tail -f
  releases -format json -full > all.jsonl      everything there is, for other programs
  releases -demo                               to see what it looks like`

func main() { cli.Main(run) }

// run is the program but for the process around it.
func run(ctx context.Context, args []string, _ io.Reader, stdout, stderr io.Writer) int {
	return cli.Exit(name, program(ctx, args, stdout, stderr), stderr)
}

// settings are what the flags say.
type settings struct {
	list     delivery.ListOptions // the filters
	since    time.Time
	limit    int // 0: all
	images   bool
	full     bool
	follow   bool
	interval time.Duration
	format   cli.Format
	demo     bool
}

// tail is how many releases -follow begins with if nothing else is said.
const tail = 10

func parse(args []string, stdout io.Writer) (settings, error) {
	var s settings
	f := cli.NewFlags(name, cli.Table, usage)
	f.StringVar(&s.list.ProjectName, "project", "", "only this `project`; whose rights are in one project must name it")
	f.StringVar(&s.list.WorkflowName, "workflow", "", "only this `workflow`")
	f.IntVar(&s.list.TaskID, "task", 0, "only this `task` of the workflow")
	f.StringVar(&s.list.ServiceName, "service", "", "only releases of this `service`; costs more, because releases are read in detail")
	f.StringVar(&s.list.Label, "label", "", "only releases with this `label`")
	f.Since(&s.since, "only releases not older than this")
	f.IntVar(&s.limit, "limit", 0, fmt.Sprintf("at most `n`, the newest (default all; with -follow those to begin with, default %d)", tail))
	f.BoolVar(&s.images, "images", false, "with their images; releases are read in detail")
	f.BoolVar(&s.full, "full", false, "with -format json: whole releases, without credentials and the values of variables")
	f.BoolVar(&s.follow, "follow", false, "go on and write new releases as they appear")
	f.DurationVar(&s.interval, "interval", 30*time.Second, "-follow sends a request each `duration`")
	arguments, err := f.Parse(args, stdout)
	if err != nil {
		return s, err
	}
	s.format, s.demo = f.Format, f.Demo
	switch {
	case len(arguments) > 0:
		return s, cli.Usage("it takes no arguments, but %q was given", arguments[0])
	case s.list.TaskID < 0:
		return s, cli.Usage("-task must not be negative (got %d)", s.list.TaskID)
	case s.limit < 0:
		return s, cli.Usage("-limit must not be negative (got %d)", s.limit)
	case s.interval <= 0:
		return s, cli.Usage("-interval %s is no time to wait", s.interval)
	case s.full && s.format != cli.JSON:
		return s, cli.Usage("-full goes with -format json")
	case s.follow && s.limit == 0 && s.since.IsZero():
		s.limit = tail
	}
	return s, nil
}

func program(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	s, err := parse(args, stdout)
	if err != nil {
		return err
	}
	client, closeServer, err := cli.Connect(ctx, s.demo, demoData)
	if err != nil {
		return err
	}
	defer closeServer()
	buffered := bufio.NewWriter(stdout)
	releases := &reader{
		delivery: client.Delivery,
		settings: s,
		out:      newPrinter(buffered, s),
		stderr:   stderr,
		progress: cli.NewProgress(stderr),
	}
	if cli.IsTerminal(stdout) {
		releases.progress = cli.NewProgress(nil) // the list itself shows how far it has got
	}
	releases.flush = func() error { return errors.Join(releases.out.Flush(), buffered.Flush()) }
	if s.follow {
		err = releases.followAll(ctx)
	} else {
		err = releases.listAll(ctx)
	}
	releases.progress.Clear()
	if errors.Is(err, zadig.ErrForbidden) && s.list.ProjectName == "" {
		err = cli.Explained(err, "without -project Zadig shows releases only to users who may see all projects: name a project with -project")
	}
	if flushErr := releases.flush(); err == nil {
		err = flushErr
	}
	return err
}

func demoData() zadigtest.Data { return zadigtest.Generate(1, 60) }
