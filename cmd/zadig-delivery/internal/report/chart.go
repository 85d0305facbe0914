package report

import (
	"html/template"
	"math"
	"slices"
	"time"
)

// maxWeeks is the most weeks that a chart shows; a longer chart shows months.
const maxWeeks = 60

// group has the releases of a week or month.
type group struct {
	Start, End time.Time // End is the start of the next group
	Releases   []*release
	Partial    bool // it is not over, or the page does not show its beginning
}

// startOf returns the beginning of the month that t is in, or of the week, which
// begins on Monday.
func startOf(t time.Time, unit string) time.Time {
	y, m, d := t.Date()
	if unit == "week" {
		return time.Date(y, m, d-(int(t.Weekday())+6)%7, 0, 0, 0, 0, t.Location())
	}
	return time.Date(y, m, 1, 0, 0, 0, 0, t.Location())
}

// groupsOf groups releases, which are sorted newest first, by week or, if there would be
// too many weeks, by month. The groups are sorted oldest first, without a gap between
// them. from is where the page begins; the page may not show all releases before it.
// Releases without a date are in no group.
func groupsOf(releases []*release, from, now time.Time) (unit string, groups []*group) {
	dated := slices.DeleteFunc(slices.Clone(releases), func(r *release) bool { return r.Created.IsZero() })
	if len(dated) == 0 {
		return "week", nil
	}
	slices.Reverse(dated)
	oldest, newest := dated[0].Created, dated[len(dated)-1].Created
	unit, length := "week", time.Duration(8*24)*time.Hour // the day after it is in the next week
	if newest.Sub(startOf(oldest, unit)) > maxWeeks*7*24*time.Hour {
		unit, length = "month", 32*24*time.Hour
	}
	for start := startOf(oldest, unit); !start.After(newest); {
		end := startOf(start.Add(length), unit)
		groups = append(groups, &group{Start: start, End: end, Partial: start.Before(from) || end.After(now)})
		start = end
	}
	at := 0
	for _, r := range dated {
		for !r.Created.Before(groups[at].End) {
			at++
		}
		r.group = groups[at]
		r.group.Releases = append(r.group.Releases, r)
	}
	return unit, groups
}

// chart has a column for each week or month.
type chart struct {
	Ticks   []tick
	Columns []column
}

// tick is a line across the chart. All heights are percentages.
type tick struct {
	At   float64
	Text string
}

type column struct {
	Group *group
	Label string // on the axis, for some columns
	Minor bool   // the label has no room on a phone
	Text  string // what it shows, in words
	Parts []part
}

// part is a part of a column: the releases of one project, the failed releases, or
// a range of builds.
type part struct {
	Class          string
	Bottom, Height float64
}

// newChart returns a chart without columns, for values up to most, with lines at
// multiples of 1, 2 or 5 units. It also returns a function for the height of a value.
func newChart(most, unit float64, text func(float64) string) (c *chart, height func(float64) float64) {
	step := niceStep(most/4/unit) * unit
	top := step * math.Ceil(most/step)
	height = func(v float64) float64 { return math.Round(10000*v/top) / 100 }
	c = new(chart)
	for v := 0.0; v < top+step/2; v += step {
		c.Ticks = append(c.Ticks, tick{height(v), text(v)})
	}
	return c, height
}

// add adds the column of a group. Every n-th column has a label.
func (c *chart) add(groups []*group, at int, text string, parts []part) {
	const labels = 12
	every, fromEnd := (len(groups)+labels-1)/labels, len(groups)-1-at
	one := column{Group: groups[at], Text: text, Parts: parts}
	if fromEnd%every == 0 {
		one.Label, one.Minor = groups[at].Start.Format("01-02"), fromEnd%(3*every) != 0
		if groups[0].Start.Year() != groups[len(groups)-1].Start.Year() {
			one.Label = groups[at].Start.Format("2006-01")
		}
	}
	c.Columns = append(c.Columns, one)
}

// releasesChart returns a chart of the number of releases in each group, by
// project.
func (p *page) releasesChart(groups []*group) *chart {
	most := 4 // whole steps
	for _, g := range groups {
		most = max(most, len(g.Releases))
	}
	c, height := newChart(float64(most), 1, func(v float64) string { return thousands(int(v)) })
	for at, g := range groups {
		counts := make(map[string]int)
		for _, r := range g.Releases {
			if r.failed() {
				counts["failed"]++
			} else {
				counts[p.Color(r.Project)]++
			}
		}
		var parts []part
		below := 0
		for _, class := range append([]string{"failed"}, projectClasses...) {
			if n := counts[class]; n > 0 {
				parts = append(parts, part{class, height(float64(below)), height(float64(n))})
				below += n
			}
		}
		text := p.text(p.Unit+" of {}", day(g.Start)) + p.text(": ") + p.count(len(g.Releases), "release")
		if n := counts["failed"]; n > 0 {
			text += p.text(", {} failed", n)
		}
		if g.Partial {
			text += p.text(", not a whole " + p.Unit)
		}
		c.add(groups, at, text, parts)
	}
	return c
}

// buildsChart returns a chart of how long the builds of each group took: the
// median, and a bar for the middle 80 percent. It returns nil if there are no
// builds.
func (p *page) buildsChart(groups []*group, builds []built) *chart {
	byGroup := make(map[*group][]built)
	most := time.Duration(0)
	for _, b := range builds { // sorted
		if g := b.Release.group; g != nil {
			byGroup[g] = append(byGroup[g], b)
			most = max(most, quantile(byGroup[g], slow))
		}
	}
	if most == 0 {
		return nil
	}
	unit := time.Second
	for _, longer := range []time.Duration{time.Minute, time.Hour} {
		if most/4 > longer {
			unit = longer
		}
	}
	c, height := newChart(most.Seconds(), unit.Seconds(), func(v float64) string { return p.duration(time.Duration(v) * time.Second) })
	for at, g := range groups {
		some := byGroup[g]
		if len(some) == 0 {
			c.add(groups, at, "", nil)
			continue
		}
		low, mid, high := quantile(some, quick).Seconds(), quantile(some, middle), quantile(some, slow).Seconds()
		text := p.text(p.Unit+" of {}", day(g.Start)) + p.text(": ") +
			p.text("median {} of {}", p.duration(mid), p.count(len(some), "build"))
		c.add(groups, at, text, []part{{"band", height(low), height(high - low)}, {"median", height(mid.Seconds()), 0}})
	}
	return c
}

// niceStep returns the least of 1, 2, 5, 10, 20, … that is not below v.
func niceStep(v float64) float64 {
	unit := math.Pow(10, math.Floor(math.Log10(max(1, v))))
	for _, n := range []float64{1, 2, 5} {
		if v <= n*unit {
			return n * unit
		}
	}
	return 10 * unit
}

// Link returns the fragment that lists the releases of the column.
func (c column) Link(p *page) template.URL {
	return p.Link("from", day(c.Group.Start), "to", day(c.Group.End.AddDate(0, 0, -1)))
}
