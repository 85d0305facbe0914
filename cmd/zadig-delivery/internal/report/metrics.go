package report

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"
)

// metrics are the figures of the page.
type metrics struct {
	Releases, Failed, Rated int // Rated: those of which the server says whether they failed
	Rate                    float64
	People                  []person
	Services                []service
	Build, ToRelease        time.Duration // medians, 0: not known
	Environments            []*environment
	Matrices                []*matrix
	Undated                 int
}

type person struct {
	Name  string
	Count int
	Share float64 // of the busiest person's, 0 to 1
}

// service is how long the builds of one take.
type service struct {
	Name               string
	Builds             int
	Median, Slow, Most time.Duration // Slow: nine of ten are faster
	MostOf             *release
}

// environment is what one has now, and what came to it.
type environment struct {
	Project, Name    string
	Latest           *release // that did not fail
	FailedSince      int      // releases after it that failed
	Services         int
	Older            []running // services that an older release brought
	Running          map[string]running
	Releases, Failed int
	Rated            int
	Rate             float64
	ToRelease        time.Duration
}

// running is a service with the newest release that has it.
type running struct {
	Service string
	Release *release
	Tag     string // of its image there
}

// matrix shows what each environment of a project has of each service.
type matrix struct {
	Project string
	Envs    []string
	Rows    []matrixRow
	Differs int // rows
}

type matrixRow struct {
	Service string
	Cells   []running // of each environment; without Release: none
	Differs bool      // environments that have the service have other images of it
}

// matricesOf returns a matrix for each project with several environments.
func matricesOf(environments []*environment) (all []*matrix) {
	byProject := make(map[string][]*environment)
	var projects []string
	for _, e := range environments {
		if len(e.Running) == 0 {
			continue
		}
		if byProject[e.Project] == nil {
			projects = append(projects, e.Project)
		}
		byProject[e.Project] = append(byProject[e.Project], e)
	}
	for _, project := range projects {
		envs := byProject[project]
		if len(envs) < 2 {
			continue
		}
		m := &matrix{Project: project}
		services := make(map[string]bool)
		for _, e := range envs {
			m.Envs = append(m.Envs, e.Name)
			for name := range e.Running {
				services[name] = true
			}
		}
		for _, name := range slices.Sorted(maps.Keys(services)) {
			row := matrixRow{Service: name}
			tags := make(map[string]bool)
			for _, e := range envs {
				cell := e.Running[name]
				row.Cells = append(row.Cells, cell)
				if cell.Release != nil {
					tags[cell.Tag] = true
				}
			}
			if row.Differs = len(tags) > 1; row.Differs {
				m.Differs++
			}
			m.Rows = append(m.Rows, row)
		}
		all = append(all, m)
	}
	return all
}

// tagOf returns the tags or digests of a service's images in the release.
func (r *release) tagOf(service string) string {
	var tags []string
	for _, i := range r.Images {
		if _, version := splitReference(i.Ref); i.service() == service && !slices.Contains(tags, version) {
			tags = append(tags, strings.TrimPrefix(version, ":"))
		}
	}
	slices.Sort(tags)
	return strings.Join(slices.Compact(tags), ", ")
}

// built is one build, with the first release of its image.
type built struct {
	Service string
	Took    time.Duration
	Release *release
}

func newMetrics(releases []*release, groups []*group, span time.Duration) *metrics {
	m := &metrics{Releases: len(releases), People: peopleOf(releases)}
	m.Rate = rateOf(groups, span, func(*release) bool { return true })
	for _, r := range releases {
		if r.Created.IsZero() {
			m.Undated++
		}
		m.Rated += r.rated()
		m.Failed += r.failed()
	}
	builds := buildsOf(releases)
	m.Services = servicesOf(builds)
	m.Build = median(durationsOf(builds))
	m.ToRelease = median(waitsOf(releases))
	m.Environments = environmentsOf(releases, groups, span)
	m.Matrices = matricesOf(m.Environments)
	return m
}

func (r *release) failed() int {
	if r.Failed {
		return 1
	}
	return 0
}

// rated is 1 for a release of which the server says how it ended. Workflow
// releases up to v3.4 have no status.
func (r *release) rated() int {
	if r.Failed || r.Status == "success" {
		return 1
	}
	return 0
}

// fewWeeks is up to how many whole weeks their average is too rough.
const fewWeeks = 4

// rateOf returns how many releases there are in a week or month. Weeks that are
// not over, or that the page does not show from their beginning, do not count.
// Where there are few whole weeks it is of the time that the page spans.
func rateOf(groups []*group, span time.Duration, counts func(*release) bool) float64 {
	all, whole, periods := 0.0, 0.0, 0.0
	for _, g := range groups {
		n := 0.0
		for _, r := range g.Releases {
			if counts(r) {
				n++
			}
		}
		all += n
		if !g.Partial {
			whole += n
			periods++
		}
	}
	if periods <= fewWeeks {
		const week = 7 * 24 * time.Hour
		return all / max(1, float64(span)/float64(week)) // less than a week is not extrapolated
	}
	return whole / periods
}

// environmentsOf are all environments, by project and name.
func environmentsOf(releases []*release, groups []*group, span time.Duration) []*environment {
	type key struct{ project, name string }
	known := make(map[key]*environment)
	seen := make(map[key]map[string]bool) // services
	of := make(map[key][]*release)
	var all []*environment
	for _, r := range releases {
		if r.Env == "" {
			continue
		}
		k := key{r.Project, r.Env}
		e := known[k]
		if e == nil {
			e = &environment{Project: r.Project, Name: r.Env, Running: make(map[string]running)}
			known[k], seen[k] = e, make(map[string]bool)
			all = append(all, e)
		}
		of[k] = append(of[k], r)
		e.Releases++
		e.Rated += r.rated()
		e.Failed += r.failed()
		switch {
		case r.Failed && e.Latest == nil:
			e.FailedSince++
		case r.Failed:
		case e.Latest == nil:
			e.Latest = r
		}
		if r.Failed {
			continue
		}
		for _, name := range r.Services() {
			if seen[k][name] {
				continue
			}
			seen[k][name] = true
			e.Services++
			e.Running[name] = running{name, r, r.tagOf(name)}
			if r != e.Latest {
				e.Older = append(e.Older, e.Running[name])
			}
		}
	}
	for k, e := range known {
		e.Rate = rateOf(groups, span, func(r *release) bool { return r.Project == k.project && r.Env == k.name })
		e.ToRelease = median(waitsOf(of[k]))
	}
	slices.SortFunc(all, func(a, b *environment) int {
		return cmp.Or(cmp.Compare(a.Project, b.Project), cmp.Compare(a.Name, b.Name))
	})
	return all
}

// buildsOf are the builds whose time is known, each once, oldest first.
func buildsOf(releases []*release) []built {
	var builds []built
	seen := make(map[string]bool)
	for _, r := range slices.Backward(releases) {
		for _, i := range r.Images {
			if i.Took > 0 && !seen[i.Ref] {
				seen[i.Ref] = true
				builds = append(builds, built{i.service(), i.Took, r})
			}
		}
	}
	return builds
}

// waitsOf are the times from the end of an image's build to its first release.
func waitsOf(releases []*release) []time.Duration {
	var waits []time.Duration
	seen := make(map[string]bool)
	for _, r := range slices.Backward(releases) {
		for _, i := range r.Images {
			if i.Built.IsZero() || r.Created.IsZero() || seen[i.Ref] {
				continue
			}
			seen[i.Ref] = true
			if wait := r.Created.Sub(i.Built); wait > 0 {
				waits = append(waits, wait)
			}
		}
	}
	return waits
}

func peopleOf(releases []*release) []person {
	counts := make(map[string]int)
	for _, r := range releases {
		counts[r.By]++
	}
	people := make([]person, 0, len(counts))
	for name, count := range counts {
		people = append(people, person{Name: name, Count: count})
	}
	slices.SortFunc(people, func(a, b person) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Name, b.Name))
	})
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
		took, most := durationsOf(all), all[len(all)-1]
		services = append(services, service{
			Name: name, Builds: len(all), Most: most.Took, MostOf: most.Release,
			Median: median(took), Slow: quantile(took, slow),
		})
	}
	slices.SortFunc(services, func(a, b service) int {
		return cmp.Or(cmp.Compare(b.Median, a.Median), cmp.Compare(a.Name, b.Name))
	})
	return services
}

func durationsOf(builds []built) []time.Duration {
	all := make([]time.Duration, len(builds))
	for i, b := range builds {
		all[i] = b.Took
	}
	return all
}

// Shares of what is sorted.
const (
	quick  = 0.1
	middle = 0.5
	slow   = 0.9
)

func median(durations []time.Duration) time.Duration { return quantile(durations, middle) }

// quantile is 0 for no durations.
func quantile(durations []time.Duration, share float64) time.Duration {
	if len(durations) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(durations))
	return sorted[int(float64(len(sorted)-1)*share)]
}
