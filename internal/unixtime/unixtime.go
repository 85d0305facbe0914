// Package unixtime converts the server's times, which are Unix seconds.
package unixtime

import "time"

// Time returns Unix seconds as a Time in the local zone, or the zero Time for 0,
// which servers send for an unset time.
func Time(seconds int64) time.Time {
	if seconds == 0 {
		return time.Time{}
	}
	return time.Unix(seconds, 0)
}

// Between returns the duration from start to end, or 0 if one is the zero Time or end is
// before start.
func Between(start, end time.Time) time.Duration {
	if start.IsZero() || end.Before(start) {
		return 0
	}
	return end.Sub(start)
}
