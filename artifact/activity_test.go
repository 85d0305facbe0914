package artifact_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/zadig-go/zadig/artifact"
	"github.com/zadig-go/zadig/core"
)

func TestActivityTask(t *testing.T) {
	t.Parallel()
	build := &artifact.Activity{URL: "/v1/projects/detail/shop/pipelines/custom/shop-dev/7?display_name=%E5%95%86"}
	ref, ok := build.Task()
	assert.True(t, ok)
	assert.Equal(t, core.TaskRef{ProjectName: "shop", WorkflowName: "shop-dev", TaskID: 7}, ref)
	_, ok = (*artifact.Activity)(nil).Task()
	assert.False(t, ok)
}
