package delivery_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/zadig-go/zadig/delivery"
)

// Each time field has a method.
func TestTimes(t *testing.T) {
	t.Parallel()
	for _, method := range []struct {
		name string
		of   func(seconds int64) time.Time
	}{
		{"VersionInfo.Created", func(s int64) time.Time { return (&delivery.VersionInfo{CreatedAt: s}).Created() }},
		{"VersionInfo.Deleted", func(s int64) time.Time { return (&delivery.VersionInfo{DeletedAt: s}).Deleted() }},
		{"BuildInfo.Started", func(s int64) time.Time { return (&delivery.BuildInfo{StartTime: s}).Started() }},
		{"BuildInfo.Ended", func(s int64) time.Time { return (&delivery.BuildInfo{EndTime: s}).Ended() }},
		{"BuildInfo.Created", func(s int64) time.Time { return (&delivery.BuildInfo{CreatedAt: s}).Created() }},
		{"BuildInfo.Deleted", func(s int64) time.Time { return (&delivery.BuildInfo{DeletedAt: s}).Deleted() }},
		{"DeployInfo.Started", func(s int64) time.Time { return (&delivery.DeployInfo{StartTime: s}).Started() }},
		{"DeployInfo.Ended", func(s int64) time.Time { return (&delivery.DeployInfo{EndTime: s}).Ended() }},
		{"DeployInfo.Created", func(s int64) time.Time { return (&delivery.DeployInfo{CreatedAt: s}).Created() }},
		{"DeployInfo.Deleted", func(s int64) time.Time { return (&delivery.DeployInfo{DeletedAt: s}).Deleted() }},
		{"TestInfo.Started", func(s int64) time.Time { return (&delivery.TestInfo{StartTime: s}).Started() }},
		{"TestInfo.Ended", func(s int64) time.Time { return (&delivery.TestInfo{EndTime: s}).Ended() }},
		{"TestInfo.Created", func(s int64) time.Time { return (&delivery.TestInfo{CreatedAt: s}).Created() }},
		{"TestInfo.Deleted", func(s int64) time.Time { return (&delivery.TestInfo{DeletedAt: s}).Deleted() }},
		{"TestReport.Started", func(s int64) time.Time { return (&delivery.TestReport{StartTime: s}).Started() }},
		{"TestReport.Ended", func(s int64) time.Time { return (&delivery.TestReport{EndTime: s}).Ended() }},
		{"DistributeInfo.Started", func(s int64) time.Time { return (&delivery.DistributeInfo{StartTime: s}).Started() }},
		{"DistributeInfo.Ended", func(s int64) time.Time { return (&delivery.DistributeInfo{EndTime: s}).Ended() }},
		{"DistributeInfo.Created", func(s int64) time.Time { return (&delivery.DistributeInfo{CreatedAt: s}).Created() }},
		{"DistributeInfo.Deleted", func(s int64) time.Time { return (&delivery.DistributeInfo{DeletedAt: s}).Deleted() }},
		{"ProductEnvInfo.Created", func(s int64) time.Time { return (&delivery.ProductEnvInfo{CreateTime: s}).Created() }},
		{"ProductEnvInfo.Updated", func(s int64) time.Time { return (&delivery.ProductEnvInfo{UpdateTime: s}).Updated() }},
		{"EnvService.Updated", func(s int64) time.Time { return (&delivery.EnvService{UpdateTime: s}).Updated() }},
	} {
		assert.True(t, method.of(0).IsZero(), method.name)
		assert.True(t, method.of(1637726888).Equal(time.Unix(1637726888, 0)), method.name)
	}
}

func TestDurations(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		start, end int64
		want       time.Duration
	}{
		"some time":        {1637062032, 1637062125, 93 * time.Second},
		"no start":         {0, 1637062125, 0},
		"no end":           {1637062032, 0, 0},
		"end before start": {1637062125, 1637062032, 0},
	} {
		assert.Equal(t, test.want, (&delivery.DeployInfo{StartTime: test.start, EndTime: test.end}).Duration(), name)
		assert.Equal(t, test.want, (&delivery.BuildInfo{StartTime: test.start, EndTime: test.end}).Duration(), name)
		assert.Equal(t, test.want, (&delivery.TestInfo{StartTime: test.start, EndTime: test.end}).Duration(), name)
		assert.Equal(t, test.want, (&delivery.DistributeInfo{StartTime: test.start, EndTime: test.end}).Duration(), name)
	}
}
