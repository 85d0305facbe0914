package transport

import (
	"net/http"
	"strconv"
	"time"
)

// RetryAfter returns the wait that the header asks for, in seconds or as an HTTP
// date. It returns 0 if the header is missing or invalid, or if the date is in the
// past.
func RetryAfter(header http.Header, now time.Time) time.Duration {
	value := header.Get("Retry-After")
	if at, err := http.ParseTime(value); err == nil {
		return max(at.Sub(now), 0)
	}
	seconds, _ := strconv.ParseUint(value, 10, 32) // 0 if it is no number, and the maximum if it is too large
	return time.Duration(seconds) * time.Second
}
