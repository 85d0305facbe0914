package delivery

import (
	"time"

	"github.com/zadig-go/zadig/internal/nilsafe"
	"github.com/zadig-go/zadig/internal/unixtime"
)

// Duration returns how long the deploy took, to the second. It returns 0 if a time
// is missing or the end is before the start.
func (d *DeployInfo) Duration() time.Duration {
	d = nilsafe.OrZero(d)
	return unixtime.Between(d.StartTime, d.EndTime)
}

// Duration returns how long the build took, to the second. It returns 0 if a time
// is missing or the end is before the start.
func (b *BuildInfo) Duration() time.Duration {
	b = nilsafe.OrZero(b)
	return unixtime.Between(b.StartTime, b.EndTime)
}

// Duration returns how long the tests took, to the second. It returns 0 if a time
// is missing or the end is before the start.
func (t *TestInfo) Duration() time.Duration {
	t = nilsafe.OrZero(t)
	return unixtime.Between(t.StartTime, t.EndTime)
}

// Duration returns how long the distribution took, to the second. It returns 0 if a
// time is missing or the end is before the start.
func (d *DistributeInfo) Duration() time.Duration {
	d = nilsafe.OrZero(d)
	return unixtime.Between(d.StartTime, d.EndTime)
}
