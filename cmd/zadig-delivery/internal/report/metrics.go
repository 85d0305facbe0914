package report

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"
)

// figures are the figures of all releases, or of those of an environment.
type figures struct {
	Releases, Failed, Rated int // Rated: releases that have ended
	Rate                    float64
	ToRelease               time.Duration // median from the end of a build to the first release of its image, 0: not known
}

// metrics are the figures of the page.
type metrics struct {
	figures

	People       []person
	Services     []service
	Build        time.Duration // median, 0: not known
	Environments []*environment
	Matrices     []*matrix
	Undated      int
}

type person struct {
	Name  string
	Count int
	Share float64 // relative to the busiest person, 0 to 1
}

// service describes how long the builds of a service take.
type service struct {
	Name               string
	Builds             int
	Median, Slow, Most time.Duration // Slow: nine of ten are faster
	MostOf             *release
}

// environment has the current state of an environment and its releases.
type environment struct {
	figures

	Project, Name string
	Latest        *release  // the newest release that did not fail
	FailedSince   int       // releases after it that failed
	Older         []running // services whose newest release is older
	Running       map[string]running

	releases []*release
}

// running is a service with the newest release that has it.
type running struct {
	Service string
	Release *release
	Tag     string // of its image in that release
}

// matrix has the image of each service in each environment of a project.
type matrix struct {
	Project string
	Envs    []string
	Rows    []matrixRow
	Differs int // rows that differ
}

type matrixRow struct {
	Service string
	Cells   []running // one for each environment; without Release if the environment does not have the service
	Differs bool      // environments have different images of the service
}

func newMetrics(releases []*release, groups []*group, span time.Duration) *metrics {
	m := &metrics{figures: figuresOf(releases, groups, span), People: peopleOf(releases)}
	for _, r := range releases {
		if r.Created.IsZero() {
			m.Undated++
		}
	}
	builds := buildsOf(releases)
	m.Services = servicesOf(builds)
	m.Build = quantile(builds, middle)
	m.Environments = environmentsOf(releases, groups, span)
	m.Matrices = matricesOf(m.Environments)
	return m
}

func figuresOf(releases []*release, groups []*group, span time.Duration) figures {
	f := figures{Releases: len(releases), Rate: rateOf(releases, groups, span), ToRelease: median(waitsOf(releases))}
	for _, r := range releases {
		switch {
		case r.failed():
			f.Failed++
			f.Rated++
		case r.Status == "success":
			f.Rated++
		}
	}
	return f
}

// fewWeeks is the largest number of whole weeks whose average is too rough.
const fewWeeks = 4

// rateOf returns the number of releases per week or month. It counts only whole weeks:
// those that are over and that the page shows from their beginning. If there are few of
// them, it returns the rate over the whole time that the page spans.
func rateOf(releases []*release, groups []*group, span time.Duration) float64 {
	all, whole, periods := 0.0, 0.0, 0.0
	for _, g := range groups {
		if !g.Partial {
			periods++
		}
	}
	for _, r := range releases {
		if r.group != nil {
			all++
			if !r.group.Partial {
				whole++
			}
		}
	}
	if periods <= fewWeeks {
		const week = 7 * 24 * time.Hour
		return all / max(1, float64(span)/float64(week)) // less than a week is not extrapolated
	}
	return whole / periods
}

// environmentsOf returns all environments, sorted by project and name.
func environmentsOf(releases []*release, groups []*group, span time.Duration) []*environment {
	known := make(map[[2]string]*environment)
	for _, r := range releases {
		if r.Env == "" {
			continue
		}
		e := known[[2]string{r.Project, r.Env}]
		if e == nil {
			e = &environment{Project: r.Project, Name: r.Env, Running: make(map[string]running)}
			known[[2]string{r.Project, r.Env}] = e
		}
		e.releases = append(e.releases, r)
		switch {
		case !r.failed():
			e.Latest = cmp.Or(e.Latest, r)
			e.add(r)
		case e.Latest == nil:
			e.FailedSince++
		}
	}
	all := slices.SortedFunc(maps.Values(known), func(a, b *environment) int {
		return cmp.Or(cmp.Compare(a.Project, b.Project), cmp.Compare(a.Name, b.Name))
	})
	for _, e := range all {
		e.figures = figuresOf(e.releases, groups, span)
	}
	return all
}

// add adds the services of a release, unless a newer release has them.
func (e *environment) add(r *release) {
	tags := make(map[string][]string)
	for _, i := range r.Images {
		_, version := splitReference(i.Image.Image)
		tags[i.service()] = append(tags[i.service()], strings.TrimPrefix(version, ":"))
	}
	for _, name := range slices.Sorted(maps.Keys(tags)) {
		if e.Running[name].Release != nil {
			continue
		}
		slices.Sort(tags[name])
		e.Running[name] = running{name, r, strings.Join(slices.Compact(tags[name]), ", ")}
		if r != e.Latest {
			e.Older = append(e.Older, e.Running[name])
		}
	}
}

// matricesOf returns a matrix for each project with several environments, sorted by
// project.
func matricesOf(environments []*environment) (all []*matrix) {
	byProject := make(map[string][]*environment)
	for _, e := range environments {
		if len(e.Running) > 0 {
			byProject[e.Project] = append(byProject[e.Project], e)
		}
	}
	for _, project := range slices.Sorted(maps.Keys(byProject)) {
		m, services := &matrix{Project: project}, make(map[string]running)
		for _, e := range byProject[project] {
			m.Envs = append(m.Envs, e.Name)
			maps.Copy(services, e.Running)
		}
		if len(m.Envs) < 2 {
			continue
		}
		for _, name := range slices.Sorted(maps.Keys(services)) {
			row := matrixRow{Service: name}
			for _, e := range byProject[project] {
				cell := e.Running[name]
				row.Cells = append(row.Cells, cell)
				row.Differs = row.Differs || cell.Release != nil && cell.Tag != services[name].Tag
			}
			if row.Differs {
				m.Differs++
			}
			m.Rows = append(m.Rows, row)
		}
		all = append(all, m)
	}
	return all
}

// built is one build, with the first release of its image.
type built struct {
	Service string
	Took    time.Duration
	Release *release
}

// buildsOf returns the builds whose time is known, each once, sorted by how long
// they took.
func buildsOf(releases []*release) []built {
	var builds []built
	seen := make(map[string]bool)
	for _, r := range slices.Backward(releases) {
		for _, i := range r.Images {
			if i.Seconds > 0 && !seen[i.Image.Image] {
				seen[i.Image.Image] = true
				builds = append(builds, built{i.service(), time.Duration(i.Seconds) * time.Second, r})
			}
		}
	}
	slices.SortStableFunc(builds, func(a, b built) int { return cmp.Compare(a.Took, b.Took) })
	return builds
}

// waitsOf returns the times from the end of an image's build to its first release.
func waitsOf(releases []*release) []time.Duration {
	var waits []time.Duration
	seen := make(map[string]bool)
	for _, r := range slices.Backward(releases) {
		for _, i := range r.Images {
			if i.Built.IsZero() || r.Created.IsZero() || seen[i.Image.Image] {
				continue
			}
			seen[i.Image.Image] = true
			if wait := r.Created.Sub(i.Built); wait > 0 {
				waits = append(waits, wait)
			}
		}
	}
	return waits
}

// count returns how many releases have each value, the most frequent first.
func count(releases []*release, value func(*release) string) (names []string, counts map[string]int) {
	counts = make(map[string]int)
	for _, r := range releases {
		counts[value(r)]++
	}
	return slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b))
	}), counts
}

func peopleOf(releases []*release) (people []person) {
	names, counts := count(releases, func(r *release) string { return r.CreatedBy })
	for _, name := range names {
		people = append(people, person{name, counts[name], float64(counts[name]) / float64(counts[names[0]])})
	}
	return people
}

// servicesOf returns services, the one with the longest builds first. builds must be
// sorted by how long they took.
func servicesOf(builds []built) (services []service) {
	byName := make(map[string][]built)
	for _, b := range builds {
		byName[b.Service] = append(byName[b.Service], b)
	}
	for name, all := range byName {
		longest := all[len(all)-1]
		services = append(services, service{name, len(all), quantile(all, middle), quantile(all, slow), longest.Took, longest.Release})
	}
	slices.SortFunc(services, func(a, b service) int { return cmp.Or(cmp.Compare(b.Median, a.Median), cmp.Compare(a.Name, b.Name)) })
	return services
}

// Shares of sorted values.
const (
	quick  = 0.1
	middle = 0.5
	slow   = 0.9
)

// quantile returns the time within which a share of the builds finished, or 0 if there
// are no builds.
func quantile(sorted []built, share float64) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[int(float64(len(sorted)-1)*share)].Took
}

func median(durations []time.Duration) time.Duration {
	if len(durations) == 0 {
		return 0
	}
	slices.Sort(durations)
	return durations[(len(durations)-1)/2]
}
