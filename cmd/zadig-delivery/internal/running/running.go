// Package running implements the command that traces what runs in a cluster.
package running

import (
	"bytes"
	_ "embed"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/zadig-go/zadig/cmd/zadig-delivery/internal/cli"
	"github.com/zadig-go/zadig/cmd/zadig-delivery/internal/origin"
)

const long = `Lists the images that run, including those of init containers. For each image it
shows the commit, pull requests and author, the newest release that has it, and
who released it. It reads the output of "kubectl get pods -o json" from stdin,
or from the file of --pods.

With --project and --env, but neither --pods nor --images, it lists the images
that Zadig has recorded as deployed in that environment, and who deployed them. The
cluster may run others. -o wide adds who approved the deployment. Zadig does not
record which task deployed an image, so the command checks the task that built
it, and then the tasks of the same workflow and of --workflow that were running
when the image was deployed.

STATUS is one of

  drifted     the running digest is not the built one: the tag was pushed again,
              so commit and author are not those of the running image
  built       the running digest is the built one
  unverified  Zadig built it, but one of the digests is not known; or a release
              pushed it under another name (found only with --project)
  pending     Zadig built it, but its containers have not started yet
  failed      it could not be traced; see stderr
  unknown     not known to Zadig by name or digest; see --mirror`

const examples = `  zadig-delivery running --project shop --env prod
  zadig-delivery running --project shop --env prod --workflow shop-to-prod -o wide
  kubectl get pods -A -o json | zadig-delivery running
  kubectl get pods -A -o json | zadig-delivery running --status drifted --exit-code
  docker ps --format '{{.Image}}' | zadig-delivery running --images -
  zadig-delivery running --demo`

// demoPods are pods as kubectl prints them, of a cluster that runs images of the
// demo.
//
//go:embed demo.json
var demoPods []byte

type command struct {
	cli.Flags
	*cli.Call

	pods, images        string // files
	finished, exitCode  bool
	knownOnly           bool
	concurrency, limits int
	workflows           []string
	mirrors             Mirrors
}

// Command returns the command.
func Command() *cobra.Command {
	var c command
	cmd := &cobra.Command{
		Use: "running", Short: "Trace what runs in a cluster to commits and releases", Long: long, Example: examples,
		Args: cobra.ExactArgs(0), RunE: c.Run(func(call *cli.Call, _ []string) error { c.Call = call; return c.run() }),
	}
	c.Statuses = Statuses
	c.Register(cmd, cli.Formats, "status")
	flags := cmd.Flags()
	flags.StringVar(&c.Project, "project", "", "look only for releases of this `project`; required if you may not view all projects")
	flags.StringVar(&c.Env, "env", "", "list the images of this `environment`; with --pods or --images: look only for its releases")
	flags.StringArrayVar(&c.workflows, "workflow", nil,
		"with --env: also look for approvals in tasks of the workflow with this `key`; can be repeated")
	flags.IntVar(&c.limits, "releases", 100, "look for the images in the newest `n` releases; on Zadig v4.2 and later, each costs a request")
	flags.StringVar(&c.pods, "pods", "", "read pods from this `file`; - is stdin")
	flags.StringVar(&c.images, "images", "", "read images from this `file` instead of pods, one per line; - is stdin")
	flags.BoolVar(&c.knownOnly, "known-only", false, "leave out images that are not known to Zadig")
	flags.BoolVar(&c.finished, "finished", false, "include pods that have finished, such as those of jobs")
	flags.BoolVar(&c.exitCode, "exit-code", false, "exit with code 1 if an image drifted")
	flags.IntVar(&c.concurrency, "concurrency", 0, "trace `n` images at the same time (default 8)")
	flags.Func("mirror", "names of a mirror as `from=to`: an image that runs as from/… was built as to/…; can be repeated", c.mirrors.set)
	cmd.MarkFlagsMutuallyExclusive("pods", "images")
	return cmd
}

func (c *command) run() error {
	if c.concurrency < 0 || c.limits < 0 {
		return cli.Usage("--concurrency and --releases must not be negative")
	}
	stored := c.Env != "" && c.pods == "" && c.images == ""
	if stored && c.Project == "" {
		return cli.Usage("--env needs --project")
	}
	if len(c.workflows) > 0 && !stored {
		return cli.Usage("--workflow needs --env, and cannot be combined with --pods or --images")
	}
	read := c.read
	if stored {
		read = func() (*Uses, error) { return FromEnvironment(c, c.Environment, c.Project, c.Env) }
	}
	uses, err := read()
	if err != nil {
		return err
	}
	tracer := origin.Tracer{Artifacts: c.Artifact, Concurrency: c.concurrency, Progress: c.Progress}
	images, err := Trace(c, tracer, uses.Sorted(), c.mirrors)
	if err != nil {
		return err
	}
	err = FindReleases(c, c.Delivery, c.Project, c.Env, c.limits, images, tracer)
	var noApprovals error
	if stored && c.Err() == nil {
		approvals := Approvals{Tasks: c.Workflow, Project: c.Project, Env: c.Env, Workflows: c.workflows, Progress: c.Progress}
		noApprovals = approvals.Find(c, images)
	}
	c.Progress.Clear()
	if c.Err() != nil {
		return c.Err()
	}
	if uses.NoHistory != nil {
		cli.Complain(c.Stderr, cli.Name+": deployments are missing", uses.NoHistory)
	}
	if err != nil {
		cli.Complain(c.Stderr, cli.Name+": releases are missing", cli.NeedsProject(err, c.Project))
	}
	if noApprovals != nil {
		cli.Complain(c.Stderr, cli.Name+": approvals are missing", noApprovals)
	}
	counts := make(map[string]int)
	for _, i := range images {
		counts[i.Status]++
		if i.err != nil {
			cli.Complain(c.Stderr, cli.Name+": "+cli.Clean(i.Image), i.err)
		}
	}
	if err := c.write(images, counts); err != nil {
		return err
	}
	switch {
	case counts[failed] > 0:
		return fmt.Errorf("images that could not be traced: %d of %d", counts[failed], len(images))
	case c.exitCode && counts[Drifted] > 0:
		return fmt.Errorf("images that drifted: %d of %d", counts[Drifted], len(images))
	}
	return nil
}

// read reads the running images.
func (c *command) read() (*Uses, error) {
	uses := new(Uses)
	read := func(in io.Reader) error { return ReadPods(in, c.finished, uses) }
	name := c.pods
	if c.images != "" {
		name, read = c.images, func(in io.Reader) error { return ReadImages(in, uses) }
	}
	switch {
	case name == "" && c.Demo:
		return uses, read(bytes.NewReader(demoPods))
	case name == "" && cli.IsTerminal(c.Stdin):
		return nil, cli.Usage("nothing on stdin: %s", howTo)
	case name == "" || name == "-":
		return uses, read(c.Stdin)
	}
	file, err := os.Open(name)
	if err != nil {
		return nil, cli.Usage("%v", err)
	}
	defer file.Close()
	return uses, read(file)
}

// summary returns how many images have each status, and which pods have problems.
func summary(images []*Image, counts map[string]int) string {
	var all []string
	for _, status := range Statuses {
		if n := counts[status]; n > 0 {
			all = append(all, fmt.Sprintf("%d %s", n, status))
		}
	}
	if len(all) == 0 {
		return "No images are running.\n"
	}
	var text strings.Builder
	text.WriteString("\n" + strings.Join(all, ", ") + ".\n")
	for _, i := range images {
		for _, p := range i.Places {
			if p.Problem != "" {
				fmt.Fprintf(&text, "%s: %s in %s/%s\n", cli.Clean(p.Problem), cli.Clean(p.Container), cli.Clean(p.Namespace),
					cli.Clean(p.Pod))
			}
		}
	}
	return text.String()
}
