package mcpserver

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

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

const (
	maxElements = 50   // of each list
	maxText     = 2000 // bytes of each text
)

// clip cuts a text to maxText bytes of whole characters.
func clip(s string) string {
	s = strings.ToValidUTF8(s, "�")
	if len(s) <= maxText {
		return s
	}
	end := maxText - len("…")
	for !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end] + "…"
}

// capped converts the first maxElements of a list and counts the others in
// omitted.
func capped[A, B any](all []A, omitted *int, convert func(A) B) []B {
	n := min(len(all), maxElements)
	*omitted += len(all) - n
	out := make([]B, 0, n)
	for _, one := range all[:n] {
		out = append(out, convert(one))
	}
	return out
}

// limited returns a limit of a tool: 0 is usual.
func limited(n, usual, most int) (int, error) {
	if n < 0 {
		return 0, fmt.Errorf("limit must not be negative (got %d)", n)
	}
	return min(cmp.Or(n, usual), most), nil
}

// summary is a release without images.
type summary struct {
	ID          string `json:"id"`
	Project     string `json:"project"`
	Version     string `json:"version"`
	Env         string `json:"env,omitempty"`
	Status      string `json:"status"`
	Failure     string `json:"failure,omitempty"`
	Workflow    string `json:"workflow,omitempty"`
	CreatedBy   string `json:"created_by"`
	Created     string `json:"created"` // RFC 3339, UTC
	Description string `json:"description,omitempty"`
}

func summarize(r record.Release) summary {
	return summary{
		clip(r.ID), clip(r.Project), clip(r.Version), clip(r.Env), clip(r.Status), clip(r.Failure), clip(r.Workflow), clip(r.CreatedBy),
		r.CreatedAt.Format(time.RFC3339), clip(r.Description),
	}
}

func clipImage(i record.Image) record.Image {
	return record.Image{Service: clip(i.Service), Container: clip(i.Container), Image: clip(i.Image)}
}

type project struct {
	Name     string   `json:"project"`
	Releases int      `json:"releases"`
	Envs     []string `json:"envs"`
	Latest   summary  `json:"latest"`
}

type projectList struct {
	Projects []project `json:"projects"`
	Omitted  int       `json:"omitted"`
}

func (t tools) listProjects(ctx context.Context, _ struct{}) (out projectList, err error) {
	all, err := projects.Of(ctx, t.client.Delivery, func(error) {})
	if len(all) == 0 && err != nil {
		return out, cli.NeedsProject(err, "")
	}
	out.Projects = capped(all, &out.Omitted, func(p *projects.Project) project {
		return project{clip(p.Name), p.Releases, capped(p.Envs, new(int), clip), summarize(p.Latest)}
	})
	return out, nil
}

type listIn struct {
	Project string `json:"project,omitempty" jsonschema:"name of the project; without it, all projects, for which users need more rights"`
	Env     string `json:"env,omitempty" jsonschema:"only releases of this environment"`
	Status  string `json:"status,omitempty" jsonschema:"only releases with this status: success, failed or creating"`
	Limit   int    `json:"limit,omitempty" jsonschema:"how many releases, 50 at most, 20 if not given"`
}

type releaseList struct {
	Releases []summary `json:"releases"`
	More     bool      `json:"more"` // there are older ones
}

func (t tools) listReleases(ctx context.Context, in listIn) (releaseList, error) {
	out := releaseList{Releases: []summary{}}
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
			out.Releases = append(out.Releases, summarize(line))
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
	Version string `json:"version,omitempty" jsonschema:"version or id of the release, exactly; the newest if not given"`
	Env     string `json:"env,omitempty" jsonschema:"only releases of this environment"`
}

type release struct {
	summary
	Images  []record.Image `json:"images"`
	Omitted int            `json:"omitted"`
}

func (t tools) find(ctx context.Context, project, env, version string) (*delivery.Release, error) {
	if project == "" {
		return nil, errors.New("project must not be empty; list_projects has the names")
	}
	return find.Finder{Releases: t.client.Delivery, Project: project, Env: env}.Find(ctx, cmp.Or(version, find.Latest))
}

func (t tools) getRelease(ctx context.Context, in versionIn) (out release, err error) {
	r, err := t.find(ctx, in.Project, in.Env, in.Version)
	if err != nil {
		return out, err
	}
	out.summary = summarize(record.NewRelease(r))
	out.Images = capped(record.Images(r), &out.Omitted, clipImage)
	return out, nil
}

type diffIn struct {
	Project string `json:"project" jsonschema:"name of the project"`
	From    string `json:"from,omitempty" jsonschema:"version of the earlier release; if not given, the one before that succeeded"`
	To      string `json:"to,omitempty" jsonschema:"version of the later release; the newest if not given"`
	Env     string `json:"env,omitempty" jsonschema:"only releases of this environment"`
}

type changes struct {
	From      summary                `json:"from"`
	To        summary                `json:"to"`
	Added     []record.Image         `json:"added"`
	Missing   []record.Image         `json:"missing"` // delivered by from alone; may run on
	Changed   []delivery.ImageChange `json:"changed"`
	Manifests []string               `json:"manifests"` // services whose manifests differ
	Omitted   int                    `json:"omitted"`
}

func (t tools) diffReleases(ctx context.Context, in diffIn) (out changes, err error) {
	to, err := t.find(ctx, in.Project, in.Env, in.To)
	if err != nil {
		return out, err
	}
	var from *delivery.Release
	if in.From == "" {
		from, err = find.Finder{Releases: t.client.Delivery, Project: in.Project, Env: in.Env}.Before(ctx, to)
	} else {
		from, err = t.find(ctx, in.Project, in.Env, in.From)
	}
	if err != nil {
		return out, err
	}
	d := delivery.Diff(from, to)
	image := func(i delivery.Image) record.Image { return clipImage(record.Image(i)) }
	out.From, out.To = summarize(record.NewRelease(from)), summarize(record.NewRelease(to))
	out.Added, out.Missing = capped(d.Added, &out.Omitted, image), capped(d.Removed, &out.Omitted, image)
	out.Changed = capped(d.Changed, &out.Omitted, func(c delivery.ImageChange) delivery.ImageChange {
		return delivery.ImageChange{Service: clip(c.Service), Container: clip(c.Container), From: clip(c.From), To: clip(c.To)}
	})
	out.Manifests = capped(d.Manifests, &out.Omitted, clip)
	return out, nil
}

type imageIn struct {
	Image string `json:"image" jsonschema:"image reference as it was pushed, or with a digest"`
}

type traced struct {
	Image   string          `json:"image"`
	Built   string          `json:"built,omitempty"` // RFC 3339, UTC
	Commits []record.Commit `json:"commits"`
	Issues  []string        `json:"issues"`
	Envs    []string        `json:"envs"` // to which Zadig deployed it, as far as it recorded that
	Omitted int             `json:"omitted"`
	Error   string          `json:"error,omitempty"`
}

func describe(name string, o origin.Origin) traced {
	out := traced{Image: clip(name), Envs: []string{}, Error: clip(o.Error)}
	if o.BuiltAt != nil {
		out.Built = o.BuiltAt.Format(time.RFC3339)
	}
	out.Commits = capped(o.Commits, &out.Omitted, func(c record.Commit) record.Commit {
		c.Repo, c.Commit, c.URL, c.Branch, c.Tag, c.Message, c.Author =
			clip(c.Repo), clip(c.Commit), clip(c.URL), clip(c.Branch), clip(c.Tag), clip(c.Message), clip(c.Author)
		c.PullRequests = c.PullRequests[:min(len(c.PullRequests), maxElements)]
		return c
	})
	out.Issues = capped(o.Issues, &out.Omitted, clip)
	return out
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
	out = describe(in.Image, origin.New(result))
	for _, a := range result.Artifact.Activities {
		if a.EnvName != "" && !slices.Contains(out.Envs, a.EnvName) {
			out.Envs = append(out.Envs, clip(a.EnvName))
		}
	}
	return out, nil
}
