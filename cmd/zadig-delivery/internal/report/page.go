package report

import (
	"cmp"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"html/template"
	"io"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/zadig-go/zadig/cmd/zadig-delivery/internal/cli"
)

var (
	//go:embed page
	files embed.FS

	style  = file("page.css")
	script = "(async () => {\n" + file("data.js") + file("list.js") + file("details.js") + "})();\n"

	pageTemplate = template.Must(template.New("page").Parse(file("page.gohtml")))
)

func file(name string) string {
	text, err := files.ReadFile("page/" + name)
	if err != nil {
		panic(err) // the program was built without the file
	}
	return string(text)
}

// page is the data of the template.
type page struct {
	language

	Title, From string
	Demo        bool
	Generated   time.Time
	Oldest      time.Time
	Newest      time.Time
	Traced      bool
	Notices     []string
	Why         string // why there are no releases

	Releases []*release
	Projects []string // distinguished by colors if there are several
	Metrics  *metrics
	Unit     string   // "week" or "month"
	Partial  bool     // a week or month is not shown whole
	Charts   []*chart // releases, and builds if there are any

	Data   template.HTML
	Style  template.CSS
	Script template.JS
	Policy string // Content-Security-Policy
}

func newPage(releases []*release, missing *gaps, s settings, base string, now time.Time) *page {
	hash := sha256.Sum256([]byte(script))
	p := &page{
		language: s.lang, Title: cmp.Or(s.Project, s.lang.text("All projects")), Demo: s.Demo,
		Generated: now, Traced: !s.noTrace && missing.forbidden == nil, Releases: releases,
		Style:  template.CSS(style), //nolint:gosec // our own file
		Script: template.JS(script), //nolint:gosec // our own files
		Policy: "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; script-src 'sha256-" +
			base64.StdEncoding.EncodeToString(hash[:]) + "'",
	}
	p.Projects, _ = count(releases, func(r *release) string { return r.Project })
	if base != "" {
		p.From = hostOf(base)
	}
	p.notice(missing, s)
	for _, r := range releases {
		if !r.Created.IsZero() {
			p.Newest, p.Oldest = releases[0].Created, r.Created
		}
	}
	begin, span := s.Since, p.Newest.Sub(p.Oldest)
	if !begin.IsZero() {
		span = now.Sub(begin)
	}
	if missing.more && p.Oldest.After(begin) {
		begin = p.Oldest
	}
	var groups []*group
	p.Unit, groups = groupsOf(releases, begin, now)
	p.Metrics = newMetrics(releases, groups, span)
	if len(groups) > 0 {
		p.Partial = groups[0].Partial || groups[len(groups)-1].Partial
		p.Charts = append(p.Charts, p.releasesChart(groups))
		if c := p.buildsChart(groups, buildsOf(releases)); c != nil {
			p.Charts = append(p.Charts, c)
		}
	}
	return p
}

// notice names the missing parts of the page.
func (p *page) notice(missing *gaps, s settings) {
	if len(p.Releases) == 0 {
		p.Why = p.text("Nothing was released here, or the token's user may not see it.")
		if !s.Since.IsZero() || s.Env != "" || s.Status != "" {
			p.Why = p.text("The project has releases, but none matches:")
			for _, filter := range [][2]string{{"--env", s.Env}, {"--status", s.Status}, {"--since", cli.Time(s.Since)}} {
				if filter[1] != "" {
					p.Why += " " + filter[0] + " " + filter[1]
				}
			}
		}
	}
	add := func(text string, args ...any) { p.Notices = append(p.Notices, p.text(text, args...)) }
	if missing.forbidden != nil {
		add("Zadig does not let the token's user trace images: commits, pull requests and authors are missing.")
	}
	if missing.releases > 0 {
		add("{} could not be read.", p.count(missing.releases, "release"))
	}
	if missing.images > 0 {
		add("The origin of {} could not be read.", p.count(missing.images, "image"))
	}
	if missing.more {
		add("These are the newest {} releases; there are more.", thousands(s.Limit))
	}
}

func render(w io.Writer, p *page) error {
	data, err := encode(p)
	if err != nil {
		return err
	}
	p.Data = template.HTML(data) //nolint:gosec // base64
	return pageTemplate.Execute(w, p)
}

// projectClasses are the colors in page.css; the last one is for all further
// projects.
var projectClasses = []string{"p0", "p1", "p2", "p3", "p4", "p5", "p6", "p7"}

// Color returns the class of a project's color.
func (p *page) Color(project string) string {
	at := slices.Index(p.Projects, project)
	return projectClasses[min(max(at, 0), len(projectClasses)-1)]
}

// Several reports whether there is more than one project.
func (p *page) Several() bool { return len(p.Projects) > 1 }

// T translates a text of the template.
func (p *page) T(english string, args ...any) string { return p.text(english, args...) }

// Count, Took and the methods below write values in the page's language.
func (p *page) Count(n int, what string) string { return p.count(n, what) }
func (p *page) Took(d time.Duration) string     { return p.duration(d) }
func (p *page) Day(t time.Time) string          { return day(t) }
func (p *page) Minute(t time.Time) string       { return minute(t) }
func (p *page) Zone() string                    { return p.Generated.Format("MST") }
func (p *page) Number(n int) string             { return thousands(n) }
func (p *page) PerUnit(n float64) string        { return rate(n) }
func (p *page) Width(share float64) string      { return strconv.FormatFloat(100*share, 'f', 1, 64) }
func (p *page) Few(people []person) []person    { return people[:min(len(people), fewPeople)] }
func (p *page) FewSlow(services []service) []service {
	return services[:min(len(services), fewServices)]
}

// The numbers of lines of the tables beside the charts.
const (
	fewPeople   = 12
	fewServices = 12
)

// summary is the page's figures in JSON.
type summary struct {
	Project      string       `json:"project"` // "": all
	Releases     int          `json:"releases"`
	Rate         float64      `json:"rate"`
	Unit         string       `json:"rate_unit"` // week or month
	Failed       int          `json:"failed"`
	Rated        int          `json:"rated"` // releases whose result is known
	Build        float64      `json:"median_build_seconds"`
	ToRelease    float64      `json:"median_build_to_release_seconds"`
	Environments []envSummary `json:"environments"`
	Notices      []string     `json:"notices"` // the missing parts
}

type envSummary struct {
	Project  string            `json:"project"`
	Env      string            `json:"env"`
	Version  string            `json:"version"` // of the newest release that did not fail
	Releases int               `json:"releases"`
	Failed   int               `json:"failed"`
	Services map[string]string `json:"services"` // tags of images
}

func (p *page) summary() summary {
	m := p.Metrics
	s := summary{
		Releases: m.Releases, Rate: m.Rate, Unit: p.Unit, Failed: m.Failed, Rated: m.Rated,
		Build: m.Build.Seconds(), ToRelease: m.ToRelease.Seconds(),
		Environments: []envSummary{}, Notices: append([]string{}, p.Notices...),
	}
	if len(p.Projects) == 1 {
		s.Project = p.Projects[0]
	}
	for _, e := range m.Environments {
		line := envSummary{Project: e.Project, Env: e.Name, Releases: e.Releases, Failed: e.Failed, Services: make(map[string]string)}
		if e.Latest != nil {
			line.Version = e.Latest.Name()
		}
		for name, r := range e.Running {
			line.Services[name] = r.Tag
		}
		s.Environments = append(s.Environments, line)
	}
	return s
}

// With returns the data for a template that shows one part of the page.
func (p *page) With(of any) any {
	return struct {
		Page *page
		Of   any
	}{p, of}
}

// FailureRate returns the share of failed releases among those whose result is
// known.
func (p *page) FailureRate(failed, rated int) string {
	if rated == 0 {
		return "–"
	}
	return percent(float64(failed) / float64(rated))
}

// Stats returns the figures at the top.
func (p *page) Stats() []stat {
	m := p.Metrics
	stats := []stat{
		{thousands(m.Releases), p.text("releases"), ""},
		{rate(m.Rate), p.text("a " + p.Unit), ""},
		{p.FailureRate(m.Failed, m.Rated), p.text("change failure rate, {} of {}", thousands(m.Failed), thousands(m.Rated)), ""},
	}
	if m.Build > 0 {
		stats = append(stats, stat{p.duration(m.Build), p.text("median build"), ""})
	}
	if m.ToRelease > 0 {
		stats = append(stats, stat{p.duration(m.ToRelease), p.text("from build to release"),
			p.text("the median from the end of an image's build to its first release; this is not the lead time of a commit")})
	}
	return append(stats, stat{thousands(len(m.People)), p.text("people"), ""})
}

type stat struct{ Value, Name, Note string }

// Link returns the fragment that filters the list by names and values.
func (p *page) Link(pairs ...string) template.URL {
	filters := make(url.Values)
	for i := 1; i < len(pairs); i += 2 {
		filters.Set(pairs[i-1], pairs[i])
	}
	return template.URL("#" + filters.Encode()) //nolint:gosec // escaped
}
