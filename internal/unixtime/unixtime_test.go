package unixtime_test

import (
	"encoding/json"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig/internal/unixtime"
)

func TestTime(t *testing.T) {
	t.Parallel()
	at := time.Date(2021, 11, 24, 4, 8, 9, 0, time.UTC)
	for name, test := range map[string]struct {
		number int64
		want   time.Time
	}{
		"never":                         {0, time.Time{}},
		"seconds":                       {at.Unix(), at},
		"milliseconds":                  {at.UnixMilli() + 999, at},
		"microseconds":                  {at.UnixMicro(), at},
		"nanoseconds":                   {at.UnixNano(), at},
		"milliseconds of 1978":          {253402300800, time.Date(1978, 1, 11, 21, 31, 40, 0, time.UTC)},
		"before 1970":                   {-1, time.Date(1969, 12, 31, 23, 59, 59, 0, time.UTC)},
		"Go's zero Time, as it is sent": {time.Time{}.Unix(), time.Time{}},
		"before the year 0":             {-62167219201, time.Time{}},
		"the last second there is":      {math.MaxInt64, time.Unix(9223372036, 0)},
		"the first second there is":     {math.MinInt64, time.Time{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := unixtime.Time(test.number)
			assert.True(t, test.want.Equal(got), "got %s, want %s", got, test.want)
			assert.Equal(t, test.want.IsZero(), got.IsZero())
		})
	}
}

// Whatever a server sends, a program that prints times as JSON can go on.
func FuzzTime(f *testing.F) {
	for _, n := range []int64{0, 1637726889, 1637726889000, 253402300799, 253402214400, -62167219200, math.MaxInt64, math.MinInt64} {
		f.Add(n)
	}
	f.Fuzz(func(t *testing.T, n int64) {
		got := unixtime.Time(n)
		for _, offset := range []int{-86340, 0, 86340} { // the zones that RFC 3339 can write
			_, err := json.Marshal(got.In(time.FixedZone("", offset)))
			require.NoError(t, err, "%d at %d", n, offset)
		}
	})
}

func TestBetween(t *testing.T) {
	t.Parallel()
	const start, end = 1637062032, 1637062125
	for name, test := range map[string]struct {
		start, end int64
		want       time.Duration
	}{
		"seconds":             {start, end, 93 * time.Second},
		"milliseconds":        {start * 1000, end * 1000, 93 * time.Second},
		"one of each":         {start * 1000, end, 93 * time.Second},
		"within a second":     {start, start, 0},
		"no start":            {0, end, 0},
		"no end":              {start, 0, 0},
		"end before start":    {end, start, 0},
		"longer than can be":  {1, 253402000000, math.MaxInt64},
		"start before year 0": {math.MinInt64, end, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, test.want, unixtime.Between(test.start, test.end))
		})
	}
}
