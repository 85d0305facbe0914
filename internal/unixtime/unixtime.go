// Package unixtime converts the server's times, which are Unix seconds.
package unixtime

import "time"

// A time within these bounds has a year of four digits in every zone, which RFC
// 3339 and therefore JSON require.
var (
	first = time.Date(0, 1, 2, 0, 0, 0, 0, time.UTC).Unix()
	last  = time.Date(9999, 12, 30, 0, 0, 0, 0, time.UTC).Unix()
)

// Time returns Unix seconds as a Time in the local zone, or the zero Time for 0,
// which servers send for an unset time.
//
// The result can always be encoded as JSON. A number past the year 9999 is read as
// milliseconds, microseconds or nanoseconds, whichever fits first. For one before
// the year 0 Time returns the zero Time.
func Time(seconds int64) time.Time {
	for seconds > last {
		seconds /= 1000
	}
	if seconds == 0 || seconds < first {
		return time.Time{}
	}
	return time.Unix(seconds, 0)
}

// Between returns the duration from start to end, which are read as by [Time]. It
// is 0 if one is missing or end is before start, and at most the longest Duration.
func Between(start, end int64) time.Duration {
	from, to := Time(start), Time(end)
	if from.IsZero() || to.IsZero() || to.Before(from) {
		return 0
	}
	return to.Sub(from)
}
