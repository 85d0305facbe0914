package artifact

import "time"

// Duration is how long the activity took, to the second. It is 0 when a time
// is missing or the end lies before the start.
func (a *Activity) Duration() time.Duration {
	if a.StartTime == 0 || a.EndTime <= a.StartTime {
		return 0
	}
	return a.Ended().Sub(a.Started()) // stops at the longest Duration
}
