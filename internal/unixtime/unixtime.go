// Package unixtime reads the server's times, which are Unix seconds.
package unixtime

import "time"

// A time within these bounds has a year of four digits in every zone, as RFC
// 3339 and with it JSON want.
var (
	first = time.Date(0, 1, 2, 0, 0, 0, 0, time.UTC).Unix()
	last  = time.Date(9999, 12, 30, 0, 0, 0, 0, time.UTC).Unix()
)

// Time returns Unix seconds as a Time in the local zone, and the zero Time for
// 0, which is how the server says "never".
//
// The result can always be encoded. A number past the year 9999 is taken for
// milliseconds, microseconds or nanoseconds, whichever is the first to fit; one
// before the year 0 gives the zero Time.
func Time(seconds int64) time.Time {
	for seconds > last {
		seconds /= 1000
	}
	if seconds == 0 || seconds < first {
		return time.Time{}
	}
	return time.Unix(seconds, 0)
}

// Between returns the time from start to end, both as for Time. It is 0 when
// one is missing or the end lies before the start, and at most the longest
// Duration.
func Between(start, end int64) time.Duration {
	from, to := Time(start), Time(end)
	if from.IsZero() || to.IsZero() || to.Before(from) {
		return 0
	}
	return to.Sub(from)
}
