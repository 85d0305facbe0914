package unixtime_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/zadig-go/zadig/internal/unixtime"
)

func TestTime(t *testing.T) {
	t.Parallel()
	at := time.Date(2021, 11, 24, 4, 8, 9, 0, time.UTC)
	assert.True(t, at.Equal(unixtime.Time(at.Unix())))
	assert.True(t, unixtime.Time(0).IsZero(), "never")
}

func TestBetween(t *testing.T) {
	t.Parallel()
	const start, end = 1637062032, 1637062125
	for name, test := range map[string]struct {
		start, end int64
		want       time.Duration
	}{
		"seconds":          {start, end, 93 * time.Second},
		"within a second":  {start, start, 0},
		"no start":         {0, end, 0},
		"no end":           {start, 0, 0},
		"end before start": {end, start, 0},
	} {
		assert.Equal(t, test.want, unixtime.Between(unixtime.Time(test.start), unixtime.Time(test.end)), name)
	}
}
