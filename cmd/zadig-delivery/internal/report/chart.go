package report

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// layout is the size of a chart, in the pixels of the page: there is a wide
// one and one for phones, so that text is as large in both.
type layout struct {
	Class       string
	W, H        float64
	left, right float64 // room for labels
	top, bottom float64
	labels      int // on the axis of time, at the most
}

var layouts = []layout{
	{Class: "wide", W: 1120, H: 190, left: 44, right: 8, top: 10, bottom: 26, labels: 12},
	{Class: "narrow", W: 330, H: 170, left: 40, right: 4, top: 10, bottom: 26, labels: 4},
}

func (l layout) width() float64  { return l.W - l.left - l.right }
func (l layout) height() float64 { return l.H - l.top - l.bottom }

// Left, Right, Top and Base are where the axes are.
func (l layout) Left() float64  { return l.left }
func (l layout) Right() float64 { return l.W - l.right }
func (l layout) Top() float64   { return l.top }
func (l layout) Base() float64  { return l.H - l.bottom }

// Height is that of the area between the axes.
func (l layout) Height() float64 { return round(l.height()) }

// TickX and TimeY are where the labels are.
func (l layout) TickX() float64 { return l.left - 8 }
func (l layout) TimeY() float64 { return l.H - 6 }

type tick struct {
	At   float64
	Text string
}

// timeTicks label every n-th group.
func (l layout) timeTicks(groups []*group) []tick {
	every := (len(groups) + l.labels - 1) / l.labels
	slot := l.width() / float64(len(groups))
	sameYear := groups[0].Start.Year() == groups[len(groups)-1].Start.Year()
	format := map[bool]string{true: "01-02", false: "2006-01"}[sameYear]
	var ticks []tick
	for i := (len(groups) - 1) % every; i < len(groups); i += every {
		at := l.left + (float64(i)+0.5)*slot
		ticks = append(ticks, tick{round(min(max(at, l.left+16), l.W-l.right-20)), groups[i].Start.Format(format)})
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

// barChart is the number of releases in each group, by project.
type barChart struct {
	layout
	Bars  []bar
	Times []tick
	Ticks []tick
}

type bar struct {
	Group        *group
	SlotX, SlotW float64 // what reacts to the pointer
	X, W         float64
	Y, H         float64 // of all parts
	Parts        []part
}

// part is the releases of one project, or the failed ones.
type part struct {
	Class string
	Y, H  float64
}

func newBarChart(groups []*group, color func(*release) string, l layout) *barChart {
	most := 1
	for _, g := range groups {
		most = max(most, len(g.Releases))
	}
	step := max(1, niceStep(float64(most)/4))
	top := step * math.Ceil(float64(most)/step)
	c := &barChart{layout: l, Times: l.timeTicks(groups)}
	c.Ticks = l.valueTicks(top, step, func(v float64) string { return thousands(int(v)) })
	slot := l.width() / float64(len(groups))
	w := min(slot*0.7, 48)
	for i, g := range groups {
		x := l.left + float64(i)*slot
		b := bar{Group: g, SlotX: round(x), SlotW: round(slot), X: round(x + (slot-w)/2), W: round(w)}
		counts := make(map[string]int)
		for _, r := range g.Releases {
			if r.Failed {
				counts["failed"]++
			} else {
				counts[color(r)]++
			}
		}
		below := 0
		for _, class := range append([]string{"failed"}, projectClasses...) {
			if n := counts[class]; n > 0 {
				below += n
				b.Parts = append(b.Parts, part{class, round(l.Base() - float64(below)/top*l.height()),
					round(float64(n) / top * l.height())})
			}
		}
		b.H = round(float64(below) / top * l.height())
		b.Y = round(l.Base() - b.H)
		c.Bars = append(c.Bars, b)
	}
	return c
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

// buildChart is how long the builds of each group took: the median, and a band
// with eight of ten.
type buildChart struct {
	layout
	Median, Band []string // SVG paths, one for each run of groups with builds
	Points       []point
	Times        []tick
	Ticks        []tick
}

type point struct {
	X, Y   float64
	Group  *group
	Median time.Duration
	Builds int
}

func newBuildChart(groups []*group, builds []built, lang language, l layout) *buildChart {
	took := make([][]time.Duration, len(groups))
	for _, b := range builds {
		i, found := slices.BinarySearchFunc(groups, b.Release.Created, func(g *group, t time.Time) int { return g.Start.Compare(t) })
		if !found {
			i--
		}
		if i >= 0 && !b.Release.Created.IsZero() {
			took[i] = append(took[i], b.Took)
		}
	}
	var most time.Duration
	for _, some := range took {
		most = max(most, quantile(some, slow))
	}
	if most == 0 {
		return nil
	}
	step := niceDuration(most / 4)
	top := step * ((most + step - 1) / step)
	c := &buildChart{layout: l, Times: l.timeTicks(groups)}
	c.Ticks = l.valueTicks(float64(top), float64(step), func(v float64) string { return lang.duration(time.Duration(v)) })
	y := func(d time.Duration) float64 { return round(l.Base() - float64(d)/float64(top)*l.height()) }
	slot := l.width() / float64(len(groups))
	var line, above, below string
	end := func() {
		if line != "" {
			c.Median = append(c.Median, "M"+line[1:])
			c.Band = append(c.Band, "M"+above[1:]+below+"z")
		}
		line, above, below = "", "", ""
	}
	for i, some := range took {
		if len(some) == 0 {
			end()
			continue
		}
		x := round(l.left + (float64(i)+0.5)*slot)
		p := point{X: x, Y: y(median(some)), Group: groups[i], Median: median(some), Builds: len(some)}
		c.Points = append(c.Points, p)
		line += fmt.Sprintf("L%g %g", x, p.Y)
		above += fmt.Sprintf("L%g %g", x, y(quantile(some, slow)))
		below = fmt.Sprintf("L%g %g", x, y(quantile(some, quick))) + below
	}
	end()
	return c
}

func niceDuration(d time.Duration) time.Duration {
	for _, n := range []time.Duration{
		time.Second, 2 * time.Second, 5 * time.Second, 10 * time.Second, 15 * time.Second, 30 * time.Second,
		time.Minute, 2 * time.Minute, 3 * time.Minute, 5 * time.Minute, 10 * time.Minute, 15 * time.Minute,
		20 * time.Minute, 30 * time.Minute,
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
