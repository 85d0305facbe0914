package main

import (
	"cmp"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"
	"time"
)

var (
	//go:embed page.gohtml
	pageSource string
	//go:embed page.css
	pageStyle string
	//go:embed page.js
	pageScript string

	pageTemplate = template.Must(template.New("page").Funcs(template.FuncMap{
		"day":     func(t time.Time) string { return t.Format("2 Jan 2006") },
		"clock":   func(t time.Time) string { return t.Format("15:04") },
		"machine": func(t time.Time) string { return t.Format(time.RFC3339) },
		"minute":  func(t time.Time) string { return t.Format("2 Jan 2006, 15:04 MST") },
		"took":    took,
		"bytes":   bytesOf,
		"short":   func(id string) string { return id[:min(len(id), 8)] },
		"first":   func(s string) string { line, _, _ := strings.Cut(strings.TrimSpace(s), "\n"); return line },
		"plural":  plural,
		"failed":  failed,
		"percent": func(share float64) string { return fmt.Sprintf("%.1f", 100*share) },
		"dict": func(chartKey string, chart any, classKey, class string) map[string]any {
			return map[string]any{chartKey: chart, classKey: class}
		},
	}).Parse(pageSource))
)

// page is what the template shows.
type page struct {
	Title, From string
	Generated   time.Time
	Zone        string
	Oldest      time.Time
	Newest      time.Time
	Projects    bool // more than one is shown
	Traced      bool
	Notices     []string

	Releases []*release
	Groups   []*group // newest first, without empty ones
	Stats    []stat
	People   []person
	Services []service

	Unit           string // "week" or "month"
	Wide, Narrow   *barChart
	WideB, NarrowB *dotChart

	Style  template.CSS
	Script template.JS
	Policy string // Content-Security-Policy
}

type stat struct{ Value, Name string }

type person struct {
	Name  string
	Count int
	Share float64 // of the busiest person's, 0 to 1
	Last  *release
}

// service is how long the builds of one take.
type service struct {
	Name               string
	Builds             int
	Median, Slow, Most time.Duration // Slow: nine of ten are faster
	MostOf             *release
}

// built is one build, with the release that delivered its image first.
type built struct {
	Service string
	At      time.Time
	Took    time.Duration
	Release *release
}

func newPage(releases []*release, missing *gaps, o options, from string, now time.Time) *page {
	hash := sha256.Sum256([]byte(pageScript))
	p := &page{
		Title: cmp.Or(o.project, "All projects"), From: from,
		Generated: now, Traced: o.trace, Releases: releases, Unit: "week",
		Style:  template.CSS(pageStyle), //nolint:gosec // our own file
		Script: template.JS(pageScript), //nolint:gosec // our own file
		Policy: "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; script-src 'sha256-" +
			base64.StdEncoding.EncodeToString(hash[:]) + "'",
	}
	p.Zone = now.Format("MST")
	p.Projects = slices.ContainsFunc(releases, func(r *release) bool { return r.Project != releases[0].Project })
	p.notice(missing, o)
	if len(releases) == 0 {
		return p
	}
	for _, r := range releases {
		if !r.Created.IsZero() {
			p.Newest, p.Oldest = latest(p.Newest, r.Created), r.Created
		}
	}

	groups := groupByWeek(releases)
	if len(groups) > maxWeeks {
		p.Unit, groups = "month", groupByMonth(releases)
	}
	builds := buildsOf(releases)
	p.People = peopleOf(releases)
	p.Services = servicesOf(builds)
	p.Stats = statsOf(releases, builds, groups, p.Unit, len(p.People))
	p.Wide, p.Narrow = newBarChart(groups, wide), newBarChart(groups, narrow)
	if len(builds) > 0 {
		p.WideB, p.NarrowB = newDotChart(groups, builds, wide), newDotChart(groups, builds, narrow)
	}
	for _, g := range slices.Backward(groups) {
		if len(g.Releases) > 0 {
			p.Groups = append(p.Groups, g)
		}
	}
	return p
}

// HasFailed tells whether the chart needs its second colour.
func (p *page) HasFailed() bool {
	return slices.ContainsFunc(p.Releases, func(r *release) bool { return failed(r.Status) })
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func (p *page) notice(missing *gaps, o options) {
	if missing.releases > 0 {
		p.Notices = append(p.Notices, fmt.Sprintf("%s could not be read completely.", plural(missing.releases, "release")))
	}
	if missing.images > 0 {
		p.Notices = append(p.Notices, fmt.Sprintf("Where %s came from could not be found out.", plural(missing.images, "image")))
	}
	if missing.more {
		p.Notices = append(p.Notices, fmt.Sprintf("These are the newest %d releases; there are more.", o.limit))
	}
}

func render(w io.Writer, p *page) error { return pageTemplate.Execute(w, p) }

// Find is what the page's search looks at, in lower case.
func (r *release) Find() string {
	var words []string
	add := func(more ...string) {
		for _, w := range more {
			if w = strings.ToLower(w); w != "" && !slices.Contains(words, w) {
				words = append(words, w)
			}
		}
	}
	add(r.Version, r.Project, r.By, r.Workflow, r.Env, r.Status, r.Desc)
	add(r.Labels...)
	for _, i := range r.Images {
		add(i.Service, i.Ref)
		for _, c := range i.Commits {
			add(c.ID, c.Message, c.Author, c.Ref)
			for _, pr := range c.PRs {
				add(fmt.Sprintf("#%d", pr.Number))
			}
		}
		for _, known := range i.Issues {
			add(known.Key, known.Summary)
		}
	}
	return strings.Join(words, " ")
}

// Services are the names of a release's services, each once.
func (r *release) Services() []string {
	var names []string
	for _, i := range r.Images {
		if name := cmp.Or(i.Service, i.Name()); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// Took is the longest build of a release's images: they are built side by
// side.
func (r *release) Took() time.Duration {
	var longest time.Duration
	for _, i := range r.Images {
		longest = max(longest, i.Took)
	}
	return longest
}

// Name is an image's, without registry, tag and digest.
func (i *image) Name() string {
	ref, _, _ := strings.Cut(i.Ref, "@")
	name := ref[strings.LastIndexByte(ref, '/')+1:]
	name, _, _ = strings.Cut(name, ":")
	return name
}

// buildsOf are the builds whose time is known, each once, oldest first.
func buildsOf(releases []*release) []built {
	var builds []built
	seen := make(map[string]bool)
	for _, r := range slices.Backward(releases) {
		for _, i := range r.Images {
			if i.Took > 0 && !seen[i.Ref] {
				seen[i.Ref] = true
				builds = append(builds, built{cmp.Or(i.Service, i.Name()), i.Built, i.Took, r})
			}
		}
	}
	return builds
}

func peopleOf(releases []*release) []person {
	byName := make(map[string]int) // index + 1
	var people []person
	for _, r := range releases {
		if byName[r.By] == 0 {
			people = append(people, person{Name: r.By, Last: r})
			byName[r.By] = len(people)
		}
		people[byName[r.By]-1].Count++
	}
	slices.SortStableFunc(people, func(a, b person) int { return cmp.Compare(b.Count, a.Count) })
	for i := range people {
		people[i].Share = float64(people[i].Count) / float64(people[0].Count)
	}
	return people
}

func servicesOf(builds []built) []service {
	byName := make(map[string][]built)
	for _, b := range builds {
		byName[b.Service] = append(byName[b.Service], b)
	}
	services := make([]service, 0, len(byName))
	for name, all := range byName {
		slices.SortStableFunc(all, func(a, b built) int { return cmp.Compare(a.Took, b.Took) })
		most := all[len(all)-1]
		services = append(services, service{
			Name: name, Builds: len(all), Most: most.Took, MostOf: most.Release,
			Median: all[(len(all)-1)/2].Took, Slow: all[(len(all)-1)*9/10].Took,
		})
	}
	slices.SortFunc(services, func(a, b service) int {
		return cmp.Or(cmp.Compare(b.Median, a.Median), cmp.Compare(a.Name, b.Name))
	})
	return services
}

func statsOf(releases []*release, builds []built, groups []*group, unit string, people int) []stat {
	stats := []stat{
		{fmt.Sprint(len(releases)), nounFor(len(releases), "release")},
		{fmt.Sprintf("%.3g", float64(len(releases))/float64(len(groups))), "a " + unit},
		{fmt.Sprint(people), map[bool]string{true: "person", false: "people"}[people == 1]},
	}
	services := make(map[string]bool)
	failures := 0
	for _, r := range releases {
		for _, name := range r.Services() {
			services[name] = true
		}
		if failed(r.Status) {
			failures++
		}
	}
	if len(services) > 0 {
		stats = append(stats, stat{fmt.Sprint(len(services)), nounFor(len(services), "service")})
	}
	if len(builds) > 0 {
		stats = append(stats, stat{took(medianOf(builds)), "median build"})
	}
	if failures > 0 {
		stats = append(stats, stat{fmt.Sprint(failures), "failed"})
	}
	return stats
}

func nounFor(n int, what string) string {
	_, noun, _ := strings.Cut(plural(n, what), " ")
	return noun
}

func medianOf(builds []built) time.Duration {
	all := make([]time.Duration, len(builds))
	for i, b := range builds {
		all[i] = b.Took
	}
	slices.Sort(all)
	return all[(len(all)-1)/2]
}

// took writes a duration as people say it.
func took(d time.Duration) string {
	d = d.Round(time.Second)
	h, m, s := int(d.Hours()), int(d.Minutes())%60, int(d.Seconds())%60
	switch {
	case h > 0 && m > 0:
		return fmt.Sprintf("%dh %dm", h, m)
	case h > 0:
		return fmt.Sprintf("%dh", h)
	case m > 0 && s > 0:
		return fmt.Sprintf("%dm %ds", m, s)
	case m > 0:
		return fmt.Sprintf("%dm", m)
	}
	return fmt.Sprintf("%ds", s)
}

func bytesOf(n int64) string {
	switch {
	case n >= 1<<30:
		return fmt.Sprintf("%.1f GiB", float64(n)/(1<<30))
	case n >= 1<<20:
		return fmt.Sprintf("%d MiB", n>>20)
	}
	return fmt.Sprintf("%d KiB", (n+1023)>>10)
}
