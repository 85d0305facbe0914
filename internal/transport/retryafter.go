package transport

import (
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// RetryAfter returns the wait that the header asks for, in seconds or as an HTTP
// date. It returns 0 if the header is missing or invalid, or if the date is in the
// past.
func RetryAfter(header http.Header, now time.Time) time.Duration {
	value := strings.TrimSpace(header.Get("Retry-After"))
	if at, err := http.ParseTime(value); err == nil {
		return max(at.Sub(now), 0)
	}
	seconds, err := strconv.ParseInt(value, 10, 64)
	if err != nil {
		return 0
	}
	return time.Duration(min(max(seconds, 0), int64(math.MaxInt64/time.Second))) * time.Second
}
