package environment_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig/environment"
)

func TestHistory(t *testing.T) {
	t.Parallel()
	for _, version := range versions {
		all, err := recorded(t, version+"/version_list").Environment.History(t.Context(), "shop", "dev", "cart", ofTestEnv)
		require.NoError(t, err, version)
		require.Len(t, all, 20, version)
		assert.Equal(t, 6, all[0].Revision, "the oldest of the last 20")
		last, rollback := all[19], all[18]
		assert.Equal(t, 25, last.Revision)
		assert.Equal(t, "李娜", last.CreateBy)
		assert.Equal(t, time.Unix(1700001500, 0), last.Created())
		if version == "v2.3.1" {
			assert.Nil(t, last.Containers, "which are sent since v3.2.0")
			assert.Nil(t, last.Images())
			assert.False(t, rollback.IsRollback())
			continue
		}
		assert.Equal(t, []environment.Image{
			{Service: "cart", Container: "cart", Image: "registry.example.com/shop/cart:v1.25"},
			{Service: "cart", Container: "sidecar", Image: "registry.example.com/shop/sidecar:2.0"},
		}, last.Images())
		assert.Equal(t, "k8s", last.DeployType)
		assert.Equal(t, environment.OperationDefault, last.Operation)
		assert.True(t, rollback.IsRollback())
		assert.Equal(t, "回滚到 v1.3（原版本 3）", rollback.Detail)
	}
}

func TestHistoryOfHelmAndProduction(t *testing.T) {
	t.Parallel()
	for _, version := range versions {
		web, err := recorded(t, version+"/version_list_helm_service").Environment.History(t.Context(), "charts", "dev", "web", ofTestEnv)
		require.NoError(t, err, version)
		assert.Len(t, web, 1, version)

		cart, err := recorded(t, version+"/version_list_production").Environment.
			History(t.Context(), "shop", "prod", "cart", environment.HistoryOptions{Production: true})
		require.NoError(t, err, version)
		assert.Len(t, cart, 2, version)

		chart, err := recorded(t, version+"/version_list_helm_chart_release_asked_as_service").Environment.
			History(t.Context(), "charts", "dev", "redis", ofTestEnv)
		require.NoError(t, err, version)
		assert.Empty(t, chart, version)
	}
}
