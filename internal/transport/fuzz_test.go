package transport_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig/internal/transport"
)

// FuzzRetryAfter: whatever a server sends, the wait is not negative, and it
// is what the header says if that says anything.
func FuzzRetryAfter(f *testing.F) {
	for _, seed := range []string{
		"", "0", "1", "-1", "120", "99999999999999999999", "9223372036854775807", "1.5", " 5 ", "+5",
		"Fri, 31 Dec 1999 23:59:59 GMT", "Sun, 22 Nov 2026 20:00:00 GMT", "Sunday, 22-Nov-26 20:00:00 GMT", "soon",
	} {
		f.Add(seed, int64(1_795_000_000))
	}
	f.Fuzz(func(t *testing.T, value string, now int64) {
		at := time.Unix(now%1e11, 0)
		wait := transport.RetryAfter(http.Header{"Retry-After": {value}}, at)
		require.GreaterOrEqual(t, wait, time.Duration(0))
		if date, err := http.ParseTime(value); err == nil && date.After(at) {
			require.Equal(t, date.Sub(at), wait)
		}
	})
}
