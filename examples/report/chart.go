package main

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"
)

// maxWeeks is how many weeks a chart shows before it goes on in months.
const maxWeeks = 60

// group is the releases of a week or month.
type group struct {
	Start    time.Time
	Label    string // "Week of 4 March 2024", "March 2024"
	Short    string // "4 Mar", "Mar 2024"
	Releases []*release
	Failed   int
}

// ID is an anchor.
func (g *group) ID() string { return "g-" + g.Start.Format(time.DateOnly) }

func groupByWeek(releases []*release) []*group {
	return groupBy(releases,
		func(t time.Time) time.Time { // the Monday before
			y, m, d := t.Date()
			return time.Date(y, m, d-(int(t.Weekday())+6)%7, 0, 0, 0, 0, t.Location())
		},
		func(t time.Time) time.Time { return t.AddDate(0, 0, 7) }, "Week of 2 January 2006", "2 Jan")
}

func groupByMonth(releases []*release) []*group {
	return groupBy(releases,
		func(t time.Time) time.Time {
			y, m, _ := t.Date()
			return time.Date(y, m, 1, 0, 0, 0, 0, t.Location())
		},
		func(t time.Time) time.Time { return t.AddDate(0, 1, 0) }, "January 2006", "Jan 06")
}

// groupBy puts releases, newest first, into groups, oldest first, without a
// gap between them. Releases without a time are with the oldest.
func groupBy(releases []*release, start, next func(time.Time) time.Time, label, short string) []*group {
	var groups []*group
	for _, r := range slices.Backward(releases) {
		if r.Created.IsZero() {
			continue
		}
		at := start(r.Created)
		for len(groups) == 0 || groups[len(groups)-1].Start.Before(at) {
			from := at
			if len(groups) > 0 {
				from = next(groups[len(groups)-1].Start)
			}
			groups = append(groups, &group{Start: from, Label: from.Format(label), Short: from.Format(short)})
		}
		groups[len(groups)-1].add(r)
	}
	if len(groups) == 0 {
		groups = []*group{{Label: "No date", Short: "–"}}
	}
	for _, g := range groups {
		slices.Reverse(g.Releases)
	}
	for _, r := range releases {
		if r.Created.IsZero() {
			groups[0].add(r)
		}
	}
	return groups
}

func (g *group) add(r *release) {
	g.Releases = append(g.Releases, r)
	if failed(r.Status) {
		g.Failed++
	}
}

// layout is the size of a chart, in the pixels of the page: there is a wide
// one and one for phones, so that text is as large in both.
type layout struct {
	W, H        float64
	left, right float64 // room for labels
	top, bottom float64
	labels      int // on the axis of time, at the most
}

var (
	wide   = layout{W: 1072, H: 240, left: 44, right: 8, top: 12, bottom: 30, labels: 14}
	narrow = layout{W: 330, H: 200, left: 40, right: 4, top: 12, bottom: 30, labels: 4}
)

func (l layout) width() float64  { return l.W - l.left - l.right }
func (l layout) height() float64 { return l.H - l.top - l.bottom }

// Left, Right and Base are where the axes are.
func (l layout) Left() float64  { return l.left }
func (l layout) Right() float64 { return l.W - l.right }
func (l layout) Base() float64  { return l.H - l.bottom }

// TickX and TimeY are where the labels are.
func (l layout) TickX() float64 { return l.left - 8 }
func (l layout) TimeY() float64 { return l.H - 8 }

type tick struct {
	At   float64
	Text string
}

// timeTicks label every n-th group.
func (l layout) timeTicks(groups []*group) []tick {
	every := (len(groups) + l.labels - 1) / l.labels
	slot := l.width() / float64(len(groups))
	var ticks []tick
	for i := (len(groups) - 1) % every; i < len(groups); i += every {
		at := l.left + (float64(i)+0.5)*slot
		ticks = append(ticks, tick{round(min(max(at, l.left+14), l.W-l.right-16)), groups[i].Short})
	}
	return ticks
}

// valueTicks label multiples of step up to top.
func (l layout) valueTicks(top, step float64, text func(float64) string) []tick {
	var ticks []tick
	for v := 0.0; v <= top+step/2; v += step {
		ticks = append(ticks, tick{round(l.Base() - v/top*l.height()), text(v)})
	}
	return ticks
}

// barChart is the number of releases in each group.
type barChart struct {
	layout
	Bars  []bar
	Times []tick
	Ticks []tick
}

type bar struct {
	Group                *group
	SlotX, SlotW         float64 // what reacts to the pointer
	X, W                 float64
	Path                 string // all releases, with round shoulders
	FailedY, FailedH     float64
	Text                 string
	TopY, BottomY, FullH float64
}

func newBarChart(groups []*group, l layout) *barChart {
	most := 1
	for _, g := range groups {
		most = max(most, len(g.Releases))
	}
	step := max(1, niceStep(float64(most)/5))
	top := step * math.Ceil(float64(most)/step)
	c := &barChart{layout: l, Times: l.timeTicks(groups)}
	c.Ticks = l.valueTicks(top, step, func(v float64) string { return strconv.Itoa(int(v)) })
	slot := l.width() / float64(len(groups))
	w := min(slot*0.68, 56)
	for i, g := range groups {
		x := l.left + float64(i)*slot
		b := bar{
			Group: g, SlotX: round(x), SlotW: round(slot), X: round(x + (slot-w)/2), W: round(w),
			TopY: l.top, FullH: round(l.height()),
			Text: fmt.Sprintf("%s: %s", g.Label, plural(len(g.Releases), "release")),
		}
		if g.Failed > 0 {
			b.Text += fmt.Sprintf(", %d failed", g.Failed)
			b.FailedH = round(float64(g.Failed) / top * l.height())
			b.FailedY = round(l.Base() - b.FailedH)
		}
		if n := len(g.Releases); n > 0 {
			b.Path = roundedBar(b.X, l.Base(), b.W, float64(n)/top*l.height())
		}
		c.Bars = append(c.Bars, b)
	}
	return c
}

// roundedBar is the outline of a bar that stands on base.
func roundedBar(x, base, w, h float64) string {
	r := min(4, w/2, h)
	return fmt.Sprintf("M%g %gv%gq0 %g %g %gh%gq%g 0 %g %gv%gz",
		round(x), round(base), round(-(h - r)), round(-r), round(r), round(-r), round(w-2*r), round(r), round(r), round(r), round(h-r))
}

// niceStep is the next of 1, 2, 5, 10, 20, …
func niceStep(v float64) float64 {
	if v <= 0 {
		return 1
	}
	unit := math.Pow(10, math.Floor(math.Log10(v)))
	for _, n := range []float64{1, 2, 5} {
		if v <= n*unit*1.0001 {
			return n * unit
		}
	}
	return 10 * unit
}

// dotChart is the duration of each build, with the median of each group.
type dotChart struct {
	layout
	Dots   []dot
	Median string // an SVG path
	Times  []tick
	Ticks  []tick
	Above  int // dots that are at the top edge because they would be above
	Top    time.Duration
}

type dot struct {
	X, Y  float64
	Above bool
	Text  string
	ID    string // of the release
}

func newDotChart(groups []*group, builds []built, l layout) *dotChart {
	all := make([]time.Duration, len(builds))
	for i, b := range builds {
		all[i] = b.Took
	}
	slices.Sort(all)
	most, usual := all[len(all)-1], all[(len(all)-1)*95/100]
	if most > 4*usual { // one that hung must not flatten the others
		most = 2 * usual
	}
	step := niceDuration(most / 4)
	top := step * ((most + step - 1) / step)
	c := &dotChart{layout: l, Times: l.timeTicks(groups), Top: top}
	c.Ticks = l.valueTicks(float64(top), float64(step), func(v float64) string { return took(time.Duration(v)) })

	y := func(d time.Duration) float64 {
		return round(l.Base() - float64(min(d, top))/float64(top)*l.height())
	}
	from, slot := groups[0].Start, l.width()/float64(len(groups))
	inGroup := make([][]built, len(groups))
	for _, b := range builds {
		at := b.Release.Created // an old image can be released today; then this is where it is looked for
		i, found := slices.BinarySearchFunc(groups, at, func(g *group, t time.Time) int { return g.Start.Compare(t) })
		if !found {
			i--
		}
		if i < 0 || at.Before(from) {
			continue
		}
		end := groups[i].Start.AddDate(0, 0, 7)
		if i+1 < len(groups) {
			end = groups[i+1].Start
		}
		within := min(float64(at.Sub(groups[i].Start))/float64(end.Sub(groups[i].Start)), 1)
		inGroup[i] = append(inGroup[i], b)
		d := dot{
			X: round(l.left + (float64(i)+within)*slot), Y: y(b.Took), Above: b.Took > top, ID: b.Release.ID,
			Text: fmt.Sprintf("%s in %s: %s, %s", b.Service, b.Release.Version, took(b.Took), at.Format("2 Jan 2006")),
		}
		if d.Above {
			c.Above++
		}
		c.Dots = append(c.Dots, d)
	}
	for i, some := range inGroup {
		if len(some) == 0 {
			continue
		}
		c.Median += fmt.Sprintf("%s%g %g", cmp.Or(map[bool]string{true: "L"}[c.Median != ""], "M"),
			round(l.left+(float64(i)+0.5)*slot), y(medianOf(some)))
	}
	return c
}

func niceDuration(d time.Duration) time.Duration {
	for _, n := range []time.Duration{
		time.Second, 2 * time.Second, 5 * time.Second, 10 * time.Second, 15 * time.Second, 30 * time.Second,
		time.Minute, 2 * time.Minute, 3 * time.Minute, 5 * time.Minute, 10 * time.Minute, 15 * time.Minute, 20 * time.Minute, 30 * time.Minute,
		time.Hour, 2 * time.Hour, 3 * time.Hour, 4 * time.Hour, 8 * time.Hour, 12 * time.Hour,
	} {
		if d <= n {
			return n
		}
	}
	return (d + 24*time.Hour - 1).Truncate(24 * time.Hour)
}

// round keeps the page small.
func round(v float64) float64 { return math.Round(v*10) / 10 }
