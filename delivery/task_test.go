package delivery_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/zadig-go/zadig/delivery"
)

func TestTaskOfARelease(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		release *delivery.Release
		want    delivery.TaskRef // zero: none
	}{
		"workflow release": {
			&delivery.Release{VersionInfo: &delivery.VersionInfo{ProductName: "shop", WorkflowName: "shop-dev", TaskID: 7}},
			delivery.TaskRef{ProjectName: "shop", WorkflowName: "shop-dev", TaskID: 7},
		},
		"nothing pushed": {&delivery.Release{VersionInfo: &delivery.VersionInfo{ProductName: "shop", WorkflowName: "zadig-delivery-shop-v1"}}, delivery.TaskRef{}},
		"no workflow":    {&delivery.Release{VersionInfo: &delivery.VersionInfo{ProductName: "shop", TaskID: 7}}, delivery.TaskRef{}},
		"empty":          {&delivery.Release{}, delivery.TaskRef{}},
		"nil":            {nil, delivery.TaskRef{}},
	} {
		ref, ok := row.release.Task()
		assert.Equal(t, row.want, ref, name)
		assert.Equal(t, row.want != delivery.TaskRef{}, ok, name)
	}
}
