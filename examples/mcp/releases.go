package main

import (
	"context"
	"time"

	"github.com/zadig-go/zadig/delivery"
)

type inProject struct {
	Project string `json:"project" jsonschema:"name of the project"`
}

type listIn struct {
	Project string `json:"project" jsonschema:"name of the project"`
	Limit   int    `json:"limit,omitempty" jsonschema:"how many releases, 50 at most and if not given"`
}

type versionIn struct {
	Project string `json:"project" jsonschema:"name of the project"`
	Version string `json:"version" jsonschema:"version of the release, exactly"`
}

type diffIn struct {
	Project string `json:"project" jsonschema:"name of the project"`
	From    string `json:"from" jsonschema:"version of the earlier release"`
	To      string `json:"to" jsonschema:"version of the later release"`
}

type summary struct {
	ID        string `json:"id"`
	Project   string `json:"project"`
	Version   string `json:"version"`
	Workflow  string `json:"workflow,omitempty"`
	CreatedBy string `json:"created_by"`
	Created   string `json:"created"` // RFC 3339, UTC
	Status    string `json:"status,omitempty"`
}

type releaseList struct {
	Releases []summary `json:"releases"`
	More     bool      `json:"more"` // there are older ones
}

type image struct {
	Service   string `json:"service,omitempty"`
	Container string `json:"container,omitempty"`
	Image     string `json:"image"`
}

type release struct {
	summary
	Description string  `json:"description,omitempty"`
	Failure     string  `json:"failure,omitempty"`
	Images      []image `json:"images"`
	Omitted     int     `json:"omitted"`
}

type imageChange struct {
	Service   string `json:"service,omitempty"`
	Container string `json:"container,omitempty"`
	From      string `json:"from"`
	To        string `json:"to"`
}

type changes struct {
	Added      []image       `json:"added"`
	Removed    []image       `json:"removed"`
	Changed    []imageChange `json:"changed"`
	Manifests  []string      `json:"manifests"` // services whose manifests differ
	Incomplete bool          `json:"incomplete"`
	Omitted    int           `json:"omitted"`
}

func summarize(r *delivery.Release) summary {
	v := r.VersionInfo
	return summary{
		ID: text(v.ID), Project: text(v.ProductName), Version: text(v.Version), Workflow: text(v.WorkflowName),
		CreatedBy: text(v.CreatedBy), Created: v.Created().UTC().Format(time.RFC3339), Status: text(v.Status),
	}
}

func toImage(i delivery.Image) image {
	return image{text(i.Service), text(i.Container), text(i.Image)}
}

func detail(r *delivery.Release) release {
	out := release{summary: summarize(r), Description: text(r.VersionInfo.Desc), Failure: text(r.FailureReason())}
	out.Images = capped(r.Images(), &out.Omitted, toImage)
	return out
}

func (t tools) listReleases(ctx context.Context, in listIn) (releaseList, error) {
	out := releaseList{Releases: []summary{}}
	limit, err := limited(in.Limit, maxElements)
	if err != nil {
		return out, err
	}
	o := delivery.ListOptions{ProjectName: in.Project, Verbosity: delivery.VerbosityBrief, PerPage: limit + 1}
	for r, err := range t.client.Delivery.All(ctx, o) {
		if err != nil {
			return out, err
		}
		if len(out.Releases) == limit {
			out.More = true
			break
		}
		out.Releases = append(out.Releases, summarize(r))
	}
	return out, nil
}

func (t tools) find(ctx context.Context, project, version string) (*delivery.Release, error) {
	return t.client.Delivery.Find(ctx, version, delivery.ListOptions{ProjectName: project})
}

func (t tools) getRelease(ctx context.Context, in versionIn) (out release, err error) {
	r, err := t.find(ctx, in.Project, in.Version)
	if err != nil {
		return out, err
	}
	return detail(r), nil
}

func (t tools) latestRelease(ctx context.Context, in inProject) (out release, err error) {
	r, err := t.client.Delivery.Latest(ctx, delivery.ListOptions{ProjectName: in.Project})
	if err != nil {
		return out, err
	}
	return detail(r), nil
}

func (t tools) diffReleases(ctx context.Context, in diffIn) (out changes, err error) {
	from, err := t.find(ctx, in.Project, in.From)
	if err != nil {
		return out, err
	}
	to, err := t.find(ctx, in.Project, in.To)
	if err != nil {
		return out, err
	}
	d := delivery.Diff(from, to)
	out.Incomplete = d.Incomplete
	out.Added = capped(d.Added, &out.Omitted, toImage)
	out.Removed = capped(d.Removed, &out.Omitted, toImage)
	out.Changed = capped(d.Changed, &out.Omitted, func(c delivery.ImageChange) imageChange {
		return imageChange{text(c.Service), text(c.Container), text(c.From), text(c.To)}
	})
	out.Manifests = capped(d.Manifests, &out.Omitted, text)
	return out, nil
}
