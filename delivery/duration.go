package delivery

import (
	"time"

	"github.com/zadig-go/zadig/internal/unixtime"
)

// Duration returns how long the deploy took, to the second. It returns 0 if a time
// is missing or the end is before the start.
func (d *DeployInfo) Duration() time.Duration { return unixtime.Between(d.Started(), d.Ended()) }

// Duration returns how long the build took, to the second. It returns 0 if a time
// is missing or the end is before the start.
func (b *BuildInfo) Duration() time.Duration { return unixtime.Between(b.Started(), b.Ended()) }

// Duration returns how long the tests took, to the second. It returns 0 if a time
// is missing or the end is before the start.
func (t *TestInfo) Duration() time.Duration { return unixtime.Between(t.Started(), t.Ended()) }

// Duration returns how long the distribution took, to the second. It returns 0 if a
// time is missing or the end is before the start.
func (d *DistributeInfo) Duration() time.Duration { return unixtime.Between(d.Started(), d.Ended()) }
