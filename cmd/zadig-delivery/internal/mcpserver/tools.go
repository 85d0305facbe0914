package mcpserver

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/cmd/zadig-delivery/internal/cli"
	"github.com/zadig-go/zadig/cmd/zadig-delivery/internal/find"
	"github.com/zadig-go/zadig/cmd/zadig-delivery/internal/origin"
	"github.com/zadig-go/zadig/cmd/zadig-delivery/internal/projects"
	"github.com/zadig-go/zadig/cmd/zadig-delivery/internal/record"
	"github.com/zadig-go/zadig/delivery"
)

// tools are the calls of one client.
type tools struct{ client *zadig.Client }

// limited returns the limit of a tool: n, or usual if n is 0, and never more than
// most.
func limited(n, usual, most int) (int, error) {
	if n < 0 {
		return 0, fmt.Errorf("limit must not be negative (got %d)", n)
	}
	return min(cmp.Or(n, usual), most), nil
}

type projectList struct {
	Projects []*projects.Project `json:"projects"`
}

func (t tools) listProjects(ctx context.Context, _ struct{}) (out projectList, err error) {
	out.Projects, err = projects.Of(ctx, t.client.Delivery, func(error) {})
	if len(out.Projects) == 0 && err != nil {
		return out, cli.NeedsProject(err, "")
	}
	return out, nil
}

type listIn struct {
	Project string `json:"project,omitempty" jsonschema:"name of the project; if not given, all projects, for which users need more rights"`
	Env     string `json:"env,omitempty" jsonschema:"only releases of this environment"`
	Status  string `json:"status,omitempty" jsonschema:"only releases with this status: success, failed or creating"`
	Limit   int    `json:"limit,omitempty" jsonschema:"how many releases, 50 at most, 20 if not given"`
}

type releaseList struct {
	Releases []record.Release `json:"releases"`
	More     bool             `json:"more"` // there are older releases
}

func (t tools) listReleases(ctx context.Context, in listIn) (releaseList, error) {
	out := releaseList{Releases: []record.Release{}}
	limit, err := limited(in.Limit, 20, maxElements)
	if err != nil {
		return out, err
	}
	o := delivery.ListOptions{ProjectName: in.Project, SkipDetails: true, SkipManifests: true, PerPage: limit + 1}
	err = cli.Each(t.client.Delivery.All(ctx, o), func(error) {}, func(r *delivery.Release) (bool, error) {
		line := record.NewRelease(r)
		switch {
		case in.Env != "" && line.Env != in.Env, in.Status != "" && line.Status != in.Status:
		case len(out.Releases) == limit:
			out.More = true
		default:
			out.Releases = append(out.Releases, line)
		}
		return !out.More, nil
	})
	if err == nil && len(out.Releases) == 0 {
		err = cli.KnownProject(ctx, t.client.Delivery, in.Project)
	}
	return out, cli.NeedsProject(err, in.Project)
}

type versionIn struct {
	Project string `json:"project" jsonschema:"name of the project"`
	Version string `json:"version,omitempty" jsonschema:"exact version or id of the release; the newest release if not given"`
	Env     string `json:"env,omitempty" jsonschema:"only releases of this environment"`
}

func (t tools) find(ctx context.Context, in versionIn) (find.Finder, *delivery.Release, error) {
	f := find.Finder{Releases: t.client.Delivery, Project: in.Project, Env: in.Env}
	if in.Project == "" {
		return f, nil, errors.New("project must not be empty; list_projects has the names")
	}
	r, err := f.Find(ctx, cmp.Or(in.Version, find.Latest))
	return f, r, err
}

func (t tools) getRelease(ctx context.Context, in versionIn) (out record.Release, err error) {
	_, r, err := t.find(ctx, in)
	if err != nil {
		return out, err
	}
	out = record.NewRelease(r)
	out.Images = record.Images(r)
	return out, nil
}

type diffIn struct {
	Project string `json:"project" jsonschema:"name of the project"`
	From    string `json:"from,omitempty" jsonschema:"version of the earlier release; if not given, the last successful one before to"`
	To      string `json:"to,omitempty" jsonschema:"version of the later release; if not given, the newest"`
	Env     string `json:"env,omitempty" jsonschema:"only releases of this environment"`
}

type changes struct {
	From      record.Release         `json:"from"`
	To        record.Release         `json:"to"`
	Added     []delivery.Image       `json:"added"`
	Missing   []delivery.Image       `json:"missing"` // delivered only by From; may still be running
	Changed   []delivery.ImageChange `json:"changed"`
	Manifests []string               `json:"manifests"` // services whose manifests differ
}

func (t tools) diffReleases(ctx context.Context, in diffIn) (out changes, err error) {
	finder, to, err := t.find(ctx, versionIn{in.Project, in.To, in.Env})
	if err != nil {
		return out, err
	}
	var from *delivery.Release
	if in.From == "" {
		from, err = finder.Before(ctx, to)
	} else {
		from, err = finder.Find(ctx, in.From)
	}
	if err != nil {
		return out, err
	}
	d := delivery.Diff(from, to)
	return changes{
		record.NewRelease(from), record.NewRelease(to), append([]delivery.Image{}, d.Added...), append([]delivery.Image{}, d.Removed...),
		append([]delivery.ImageChange{}, d.Changed...), append([]string{}, d.Manifests...),
	}, nil
}

type imageIn struct {
	Image string `json:"image" jsonschema:"image reference under which the image was pushed, or one with a digest"`
}

type traced struct {
	origin.Origin

	Envs []string `json:"envs"` // to which Zadig deployed the image, as far as Zadig recorded that
}

func (t tools) traceImage(ctx context.Context, in imageIn) (out traced, err error) {
	results, err := origin.Tracer{Artifacts: t.client.Artifact}.Trace(ctx, []string{in.Image}, nil)
	if err != nil {
		return out, err
	}
	result := results[in.Image]
	if errors.Is(result.Err, zadig.ErrNotFound) {
		return out, fmt.Errorf("image %q is not known to Zadig; want the reference under which it was pushed", in.Image)
	}
	if result.Err != nil {
		return out, result.Err
	}
	out = traced{origin.New(result), []string{}}
	for _, a := range result.Artifact.Activities {
		if a.EnvName != "" && !slices.Contains(out.Envs, a.EnvName) {
			out.Envs = append(out.Envs, a.EnvName)
		}
	}
	return out, nil
}
