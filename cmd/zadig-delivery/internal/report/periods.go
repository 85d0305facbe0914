package report

import (
	"slices"
	"time"
)

// maxWeeks is how many weeks a chart shows before it goes on in months.
const maxWeeks = 60

// group is the releases of a week or month.
type group struct {
	Start, End time.Time // End is the start of the next one
	Releases   []*release
	Failed     int
	Partial    bool // it is not over, or the page does not show its beginning
}

// LastDay is the last day of the group.
func (g *group) LastDay() time.Time { return g.End.AddDate(0, 0, -1) }

// period is how releases are grouped.
type period struct {
	Unit  string // "week" or "month"
	start func(time.Time) time.Time
	next  func(time.Time) time.Time
}

var (
	weeks = period{
		"week",
		func(t time.Time) time.Time { // the Monday before
			y, m, d := t.Date()
			return time.Date(y, m, d-(int(t.Weekday())+6)%7, 0, 0, 0, 0, t.Location())
		},
		func(t time.Time) time.Time { return t.AddDate(0, 0, 7) },
	}
	months = period{
		"month",
		func(t time.Time) time.Time {
			y, m, _ := t.Date()
			return time.Date(y, m, 1, 0, 0, 0, 0, t.Location())
		},
		func(t time.Time) time.Time { return t.AddDate(0, 1, 0) },
	}
)

// groupsOf puts releases, newest first, into weeks or, if these are too many,
// months: oldest first, without a gap between them. from is where
// the page begins; before it there may be releases that it does not show.
// Releases without a date are in no group.
func groupsOf(releases []*release, from, now time.Time) (period, []*group) {
	groups := weeks.group(releases, from, now)
	if len(groups) <= maxWeeks {
		return weeks, groups
	}
	return months, months.group(releases, from, now)
}

func (p period) group(releases []*release, from, now time.Time) []*group {
	var groups []*group
	last := func() *group { return groups[len(groups)-1] }
	upTo := func(t time.Time) {
		at := p.start(t)
		for len(groups) == 0 || last().Start.Before(at) {
			start := at
			if len(groups) > 0 {
				start = last().End
			}
			end := p.next(start)
			groups = append(groups, &group{Start: start, End: end, Partial: start.Before(from) || end.After(now)})
		}
	}
	for _, r := range slices.Backward(releases) {
		if !r.Created.IsZero() {
			upTo(r.Created)
			last().Releases = append(last().Releases, r)
			last().Failed += r.failed()
		}
	}
	return groups
}
