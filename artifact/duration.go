package artifact

import (
	"time"

	"github.com/zadig-go/zadig/internal/nilsafe"
	"github.com/zadig-go/zadig/internal/unixtime"
)

// Duration returns how long the activity took, to the second. It is 0 when a
// time is missing or the end lies before the start.
func (a *Activity) Duration() time.Duration {
	a = nilsafe.OrZero(a)
	return unixtime.Between(a.StartTime, a.EndTime)
}
