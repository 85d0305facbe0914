package mcpserver

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/zadig-go/zadig/cmd/zadig-delivery/internal/cli"
	"github.com/zadig-go/zadig/cmd/zadig-delivery/internal/origin"
	"github.com/zadig-go/zadig/cmd/zadig-delivery/internal/record"
	"github.com/zadig-go/zadig/cmd/zadig-delivery/internal/running"
)

type runningIn struct {
	PodsFile  string   `json:"pods_file,omitempty" jsonschema:"path of a file with the output of kubectl get pods -o json"`
	Pods      string   `json:"pods,omitempty" jsonschema:"instead of pods_file: the output itself"`
	Images    []string `json:"images,omitempty" jsonschema:"instead of pods: image references"`
	Project   string   `json:"project,omitempty" jsonschema:"look for releases of this project; if not given, of all that the user may view"`
	Env       string   `json:"env,omitempty" jsonschema:"look for releases of this environment; without pods and images: trace its images"`
	Workflows []string `json:"workflows,omitempty" jsonschema:"without pods and images: keys of workflows that deploy there, for approvals"`
	Status    string   `json:"status,omitempty" jsonschema:"only images with this status, such as drifted"`
	Offset    int      `json:"offset,omitempty" jsonschema:"next_offset of the call before"`
}

type runningImage struct {
	Status string `json:"status"`
	*running.Use
	Release *record.Release `json:"release"` // the newest with the image, among the newest releases
	origin.Origin

	Places []running.Place `json:"places,omitempty"` // only those with a problem, such as CrashLoopBackOff
}

type runningOut struct {
	Counts     map[string]int `json:"counts"` // images by status, of all pages
	Images     []runningImage `json:"images"`
	NextOffset int            `json:"next_offset,omitempty"`
	Releases   string         `json:"releases,omitempty"`  // why releases are missing
	Approvals  string         `json:"approvals,omitempty"` // why approvals are missing

	Deployments string `json:"deployments,omitempty"` // why deployments are missing
}

func (t tools) traceRunning(ctx context.Context, in runningIn) (out runningOut, err error) {
	var uses *running.Uses
	stored := in.PodsFile == "" && in.Pods == "" && len(in.Images) == 0 && in.Project != "" && in.Env != ""
	if stored {
		uses, err = running.FromEnvironment(ctx, t.client.Environment, in.Project, in.Env)
	} else {
		uses, err = in.read()
	}
	if err != nil {
		return out, err
	}
	tracer := origin.Tracer{Artifacts: t.client.Artifact}
	all, err := running.Trace(ctx, tracer, uses.Sorted(), nil)
	if err != nil {
		return out, err
	}
	if err := running.FindReleases(ctx, t.client.Delivery, in.Project, in.Env, 100, all, tracer); err != nil {
		out.Releases = "not all releases could be read: " + cli.Explain(err)
	}
	out.Counts, out.Images = make(map[string]int), []runningImage{}
	var selected []*running.Image
	for _, i := range all {
		out.Counts[i.Status]++
		if in.Status == "" || in.Status == i.Status {
			selected = append(selected, i)
		}
	}
	if in.Offset < 0 || in.Offset > len(selected) {
		return out, fmt.Errorf("offset must be from 0 to %d (got %d)", len(selected), in.Offset)
	}
	page := selected[in.Offset:]
	if len(page) > maxElements {
		page, out.NextOffset = page[:maxElements], in.Offset+maxElements
	}
	if uses.NoHistory != nil {
		out.Deployments = "not all deployments could be read: " + cli.Explain(uses.NoHistory)
	}
	if stored {
		approvals := running.Approvals{Tasks: t.client.Workflow, Project: in.Project, Env: in.Env, Workflows: in.Workflows}
		if err := approvals.Find(ctx, page); err != nil {
			out.Approvals = "not all approvals could be read: " + cli.Explain(err)
		}
	}
	for _, i := range page {
		troubled := slices.DeleteFunc(i.Places, func(p running.Place) bool { return p.Problem == "" })
		out.Images = append(out.Images, runningImage{i.Status, i.Use, i.Release, i.Origin, troubled})
	}
	return out, ctx.Err()
}

// read reads the running images. Its error for a file without pods does not
// quote the file.
func (in runningIn) read() (*running.Uses, error) {
	uses, given := new(running.Uses), 0
	for _, is := range []bool{in.Pods != "", in.PodsFile != "", len(in.Images) > 0} {
		if is {
			given++
		}
	}
	switch {
	case given != 1:
		return nil, errors.New("got none or several of pods_file, pods and images, want one of them")
	case len(in.Images) > 0:
		return uses, running.ReadImages(strings.NewReader(strings.Join(in.Images, "\n")), uses)
	}
	if in.PodsFile != "" {
		content, err := os.ReadFile(in.PodsFile)
		if err != nil {
			return nil, err
		}
		in.Pods = string(content)
	}
	return uses, running.ReadPods(strings.NewReader(in.Pods), false, uses)
}
