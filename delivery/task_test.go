package delivery_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/zadig-go/zadig/core"
	"github.com/zadig-go/zadig/delivery"
)

func TestTaskOfARelease(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		release *delivery.Release
		want    core.TaskRef // zero: none
	}{
		"workflow release": {
			&delivery.Release{VersionInfo: &delivery.VersionInfo{ProductName: "shop", WorkflowName: "shop-dev", TaskID: 7}},
			core.TaskRef{ProjectName: "shop", WorkflowName: "shop-dev", TaskID: 7},
		},
		"nothing pushed": {&delivery.Release{VersionInfo: &delivery.VersionInfo{ProductName: "shop", WorkflowName: "zadig-delivery-shop-v1"}}, core.TaskRef{}},
		"no workflow":    {&delivery.Release{VersionInfo: &delivery.VersionInfo{ProductName: "shop", TaskID: 7}}, core.TaskRef{}},
		"empty":          {&delivery.Release{}, core.TaskRef{}},
		"nil":            {nil, core.TaskRef{}},
	} {
		ref, ok := row.release.Task()
		assert.Equal(t, row.want, ref, name)
		assert.Equal(t, row.want != core.TaskRef{}, ok, name)
	}
}
