package artifact_test

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/zadig-go/zadig/artifact"
	"github.com/zadig-go/zadig/core"
)

func TestActivityDuration(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		start, end int64
		want       time.Duration
	}{
		"some time":          {1637062032, 1637062125, 93 * time.Second},
		"no start":           {0, 1637062125, 0},
		"no end":             {1637062032, 0, 0},
		"end before start":   {1637062125, 1637062032, 0},
		"longer than can be": {1, 253402000000, math.MaxInt64},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, test.want, (&artifact.Activity{StartTime: test.start, EndTime: test.end}).Duration())
		})
	}
}

func TestActivityTask(t *testing.T) {
	t.Parallel()
	build := &artifact.Activity{URL: "/v1/projects/detail/shop/pipelines/custom/shop-dev/7?display_name=%E5%95%86"}
	ref, ok := build.Task()
	assert.True(t, ok)
	assert.Equal(t, core.TaskRef{ProjectName: "shop", WorkflowName: "shop-dev", TaskID: 7}, ref)
	_, ok = (*artifact.Activity)(nil).Task()
	assert.False(t, ok)
}
