// Whatsrunning writes for each image that runs in a Kubernetes cluster which
// commit, pull request and author it comes from, and whether what runs is what
// was built.
//
//	kubectl get pods -A -o json | whatsrunning
package main

import (
	"bufio"
	"bytes"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/zadig-go/zadig/examples/internal/cli"
	"github.com/zadig-go/zadig/zadigtest"
)

const name = "whatsrunning"

const usage = `
Usage: kubectl get pods -A -o json | whatsrunning [flags]
       whatsrunning -images file [flags]

Writes for each image that runs, init containers included, what Zadig knows of
it: commit, pull request, author and time of the build. STATUS is one of

  drifted     another digest runs than was built: the tag was pushed again, and
              commit and author are those of the build, not of what runs
  built       the digest that runs is the one that was built
  unverified  Zadig built it, but one of the digests is not known
  pending     Zadig built it, and it does not run yet
  failed      Zadig could not be asked about it; see stderr
  unknown     not known to Zadig by name or digest; see -mirror

On a terminal the table fits its width; -wide shows all.

  whatsrunning -demo    to see what it looks like`

func main() { cli.Main(run) }

// run is the program but for the process around it.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	return cli.Exit(name, program(ctx, args, stdin, stdout, stderr), stderr)
}

//go:embed testdata/pods.json
var demoPods []byte

func program(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) error {
	f := cli.NewFlags(name, cli.Table, usage)
	list := f.String("images", "", "read images from this `file` in place of pods, one a line; - is stdin")
	knownOnly := f.Bool("known-only", false, "leave out images that are not known to Zadig")
	finished := f.Bool("finished", false, "with pods that have ended, such as those of jobs")
	exitCode := f.Bool("exit-code", false, "end with exit code 1 if an image drifted")
	wide := f.Bool("wide", false, "shorten nothing to fit a terminal")
	var t tracer
	f.IntVar(&t.concurrency, "concurrency", 0, "trace `n` images at the same time (default 8)")
	f.Func("mirror", "images of a mirror, as `from=to`: what runs as from/… was built as to/…; can be repeated", t.mirrors.add)
	arguments, err := f.Parse(args, stdout)
	if err != nil {
		return err
	}
	if len(arguments) > 0 {
		return cli.Usage("it takes no arguments, but %q was given; pods are read from stdin", arguments[0])
	}
	if t.concurrency < 0 {
		return cli.Usage("-concurrency must not be negative (got %d)", t.concurrency)
	}
	if f.Demo && *list == "" {
		stdin = bytes.NewReader(demoPods)
	}
	progress := cli.NewProgress(stderr)
	defer progress.Clear()

	running := newUses()
	if *list != "" {
		err = readImageFile(*list, stdin, running)
	} else {
		err = readPods(stdin, *finished, running)
	}
	if err != nil {
		return err
	}

	client, closeServer, err := cli.Connect(ctx, f.Demo, func() zadigtest.Data { return zadigtest.Generate(1, 60) })
	if err != nil {
		return err
	}
	defer closeServer()
	t.artifacts, t.progress = client.Artifact, progress
	found, err := t.trace(ctx, running.sorted())
	if err != nil {
		return err
	}
	progress.Clear()
	failures := 0
	for _, o := range found {
		if o.err != nil {
			failures++
			cli.Complain(stderr, name+": "+cli.Clean(o.Image), o.err)
		}
	}
	width := cli.TerminalWidth(stdout)
	if *wide {
		width = 0
	}
	out := bufio.NewWriter(stdout)
	counts, err := write(out, f.Format, found, *knownOnly, width)
	if err := errors.Join(err, out.Flush()); err != nil {
		return err
	}
	switch {
	case failures > 0:
		return fmt.Errorf("images that Zadig could not be asked about: %d of %d", failures, len(found))
	case *exitCode && counts[drifted] > 0:
		return fmt.Errorf("images that drifted: %d of %d", counts[drifted], len(found))
	}
	return nil
}

func readImageFile(path string, stdin io.Reader, to *uses) error {
	if path == "-" {
		return readImages(stdin, to)
	}
	file, err := os.Open(path)
	if err != nil {
		return cli.Usage("-images: %v", err)
	}
	defer file.Close()
	return readImages(file, to)
}
