package transport_test

import (
	"math"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/internal/testkit/clienttest"
	"github.com/zadig-go/zadig/internal/testkit/servertest"
	"github.com/zadig-go/zadig/internal/transport"
)

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	const longest = math.MaxUint32 * time.Second
	for value, want := range map[string]time.Duration{
		"":                                0,
		"0":                               0,
		"1":                               time.Second,
		"90":                              90 * time.Second,
		"-1":                              0,
		"1.5":                             0,
		"9223372036854775807":             longest,
		"-9223372036854775809":            0,
		"Sun, 01 Mar 2026 12:00:30 GMT":   30 * time.Second,
		"Sunday, 01-Mar-26 12:00:30 GMT":  30 * time.Second,
		"Sun Mar  1 12:00:30 2026":        30 * time.Second,
		"Sun, 01 Mar 2026 11:59:59 GMT":   0,
		"Sun, 01 Mar 2026 12:00:30 +0100": 0,
		"tomorrow":                        0,
	} {
		assert.Equal(t, want, transport.RetryAfter(http.Header{"Retry-After": {value}}, now), "%q", value)
	}
	assert.Zero(t, transport.RetryAfter(nil, now))
}

func TestWaitsAsLongAsRetryAfterSays(t *testing.T) {
	t.Parallel()
	midnight := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC) // where a synctest bubble begins
	for _, row := range []struct {
		name, header string
		wait         time.Duration // 0: the response is returned now; -1: as without the header
	}{
		{"seconds", "7", 7 * time.Second},
		{"the longest wait", "60", time.Minute},
		{"longer", "61", 0},
		{"date", midnight.Add(9 * time.Second).Format(http.TimeFormat), 9 * time.Second},
		{"date too far", midnight.Add(time.Hour).Format(http.TimeFormat), 0},
		{"date in the past", midnight.Add(-time.Hour).Format(http.TimeFormat), -1},
		{"nonsense", "soon", -1},
	} {
		for _, status := range []int{408, 429, 502, 503, 504} {
			inBubble(t, servertest.Script(servertest.Status(status, "", "Retry-After", row.header), servertest.JSON(`[]`)), nil,
				func(t *testing.T, client *zadig.Client, s *servertest.Server) {
					start := time.Now()
					err := client.Get(t.Context(), "/api/x", nil, nil)
					took := time.Since(start)
					if row.wait == 0 {
						assert.Greater(t, clienttest.AsError(t, err).RetryAfter, time.Minute, row.name)
						assert.Zero(t, took, row.name)
						assert.Equal(t, 1, s.Count(), row.name)
						return
					}
					require.NoError(t, err, row.name)
					assert.Equal(t, 2, s.Count(), row.name)
					assert.True(t, took == row.wait || row.wait < 0 && took < 200*time.Millisecond, "%s: %s", row.name, took)
				})
		}
	}
}
