package workflow_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig/workflow"
)

func TestDeploys(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"v2.3.1", "v3.4.1", "v5.0.0"} {
		deploys := recorded(t, version+"/task_detail_approved_native", 1).Deploys()
		require.Len(t, deploys, 2, version)
		alias := "生产环境"
		if version == "v2.3.1" {
			alias = ""
		}
		assert.Equal(t, &workflow.Deploy{
			Stage: "部署", Job: "deploy-cart", Environment: "prod", Alias: alias, Production: true,
			Service: "cart", Container: "cart", Image: "registry.example.com/shop/cart:v1.4.2",
			Status: workflow.StatusPassed, StartTime: 1700000143, EndTime: 1700000163,
		}, deploys[0], version)
		assert.Equal(t, time.Unix(1700000163, 0), deploys[0].Ended())

		several := recorded(t, version+"/task_detail_error_handled_and_helm", 9)
		require.Len(t, several.Deploys(), 5, version)
		assert.Equal(t, "dev", several.Deploys()[4].Environment)
		assert.Equal(t, "registry.example.com/shop/web:1.0", several.Deploys()[4].Image, "of a helm project")
		if version != "v2.3.1" {
			assert.Equal(t, "王芳", several.Stages[0].Jobs[0].ErrorHandler)
		}

		waiting := recorded(t, version+"/task_detail_waiting_native", 3).Deploys()
		assert.Empty(t, waiting[0].Status, version)
		assert.Zero(t, waiting[0].EndTime, version)
	}
	task := read(t, `{"task_id":7,"workflow_key":"shop-dev","stages":[{"jobs":[{"name":"d","type":"zadig-deploy","spec":{"env":"dev"}},
		{"type":"zadig-deploy"}]}]}`)
	assert.Equal(t, []*workflow.Deploy{{Job: "d", Environment: "dev"}, {}}, task.Deploys(), "one for each job")
}
