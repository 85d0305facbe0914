package delivery_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/zadig-go/zadig/core"
	"github.com/zadig-go/zadig/delivery"
)

func TestTaskOfARelease(t *testing.T) {
	t.Parallel()
	release := func(workflow string, task int) *delivery.Release {
		return &delivery.Release{VersionInfo: &delivery.VersionInfo{ProductName: "shop", WorkflowName: workflow, TaskID: task}}
	}
	for name, row := range map[string]struct {
		release *delivery.Release
		want    core.TaskRef // zero: none
	}{
		"workflow release": {release("shop-dev", 7), core.TaskRef{ProjectName: "shop", WorkflowName: "shop-dev", TaskID: 7}},
		"nothing pushed":   {release("zadig-delivery-shop-v1", 0), core.TaskRef{}},
		"no workflow":      {release("", 7), core.TaskRef{}},
		"empty":            {&delivery.Release{}, core.TaskRef{}},
	} {
		ref, ok := row.release.Task()
		assert.Equal(t, row.want, ref, name)
		assert.Equal(t, row.want != core.TaskRef{}, ok, name)
	}
}
