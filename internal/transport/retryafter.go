package transport

import (
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// RetryAfter reads the header: seconds or an HTTP date. It is 0 if there is
// none, if it is neither, or if it lies in the past, and the longest Duration
// for more seconds than a Duration can hold.
func RetryAfter(header http.Header, now time.Time) time.Duration {
	value := strings.TrimSpace(header.Get("Retry-After"))
	if value == "" {
		return 0
	}
	if at, err := http.ParseTime(value); err == nil {
		return max(at.Sub(now), 0)
	}
	const most = int64(math.MaxInt64 / time.Second)
	switch seconds, err := strconv.ParseInt(value, 10, 64); {
	case err == nil && seconds <= most:
		return time.Duration(max(seconds, 0)) * time.Second
	case err == nil, strings.Trim(strings.TrimPrefix(value, "+"), "0123456789") == "":
		return time.Duration(most) * time.Second
	}
	return 0
}
