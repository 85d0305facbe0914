package delivery_test

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/zadig-go/zadig/delivery"
)

func TestDurations(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		start, end int64
		want       time.Duration
	}{
		"some time":          {1637062032, 1637062125, 93 * time.Second},
		"within a second":    {1637062032, 1637062032, 0},
		"no start":           {0, 1637062125, 0},
		"no end":             {1637062032, 0, 0},
		"neither":            {0, 0, 0},
		"end before start":   {1637062125, 1637062032, 0},
		"longer than can be": {1, 253402000000, math.MaxInt64},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, test.want, (&delivery.DeployInfo{StartTime: test.start, EndTime: test.end}).Duration())
			assert.Equal(t, test.want, (&delivery.BuildInfo{StartTime: test.start, EndTime: test.end}).Duration())
			assert.Equal(t, test.want, (&delivery.TestInfo{StartTime: test.start, EndTime: test.end}).Duration())
			assert.Equal(t, test.want, (&delivery.DistributeInfo{StartTime: test.start, EndTime: test.end}).Duration())
		})
	}
}
