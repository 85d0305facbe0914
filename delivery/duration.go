package delivery

import "time"

// Duration is how long the deploy took, to the second. It is 0 when a time is
// missing or the end lies before the start.
func (d *DeployInfo) Duration() time.Duration { return between(d.StartTime, d.EndTime) }

// Duration is how long the build took, to the second. It is 0 when a time is
// missing or the end lies before the start.
func (b *BuildInfo) Duration() time.Duration { return between(b.StartTime, b.EndTime) }

// Duration is how long the tests took, to the second. It is 0 when a time is
// missing or the end lies before the start.
func (t *TestInfo) Duration() time.Duration { return between(t.StartTime, t.EndTime) }

// Duration is how long handing it out took, to the second. It is 0 when a time
// is missing or the end lies before the start.
func (d *DistributeInfo) Duration() time.Duration { return between(d.StartTime, d.EndTime) }

// between is the time from start to end, both in Unix seconds.
func between(start, end int64) time.Duration {
	if start == 0 || end <= start {
		return 0
	}
	return unix(end).Sub(unix(start)) // stops at the longest Duration
}
