package delivery_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig/delivery"
)

func TestImages(t *testing.T) {
	t.Parallel()
	env := []delivery.Image{{"vote", "vote", "r/vote:1"}, {"vote", "db", "r/db:1"}, {"idle", "idle", "r/idle:1"}}
	for name, row := range map[string]struct {
		release *delivery.Release
		want    []delivery.Image
	}{
		"nil":     {nil, nil},
		"nothing": {&delivery.Release{}, nil},
		"deployed": {in(deployed(deploy("t", "c", "i:2"), nil, deploy("s", "", "i:1")), env...),
			[]delivery.Image{{"t", "c", "i:2"}, {"s", "", "i:1"}}},
		"deployed twice, and without an image": {deployed(deploy("s", "c", "i:1"), deploy("s", "c", "i:1"), deploy("s", "d", "")),
			[]delivery.Image{{"s", "c", "i:1"}}},
		"the environment alone": {in(deployed(), env...), nil},
		"a chart": {in(packaged("vote", "prod/vote:1", "prod/db:1"), env...),
			[]delivery.Image{{"vote", "vote", "prod/vote:1"}, {"vote", "db", "prod/db:1"}}},
		"a chart with an image that is not pushed": {in(packaged("vote", "prod/vote:1"), env...),
			[]delivery.Image{{"vote", "vote", "prod/vote:1"}, {"vote", "db", "r/db:1"}}},
		"a chart without pushed images": {in(packaged("vote"), env...), []delivery.Image{{"vote", "vote", "r/vote:1"}, {"vote", "db", "r/db:1"}}},
		"a file": {&delivery.Release{DistributeInfo: []*delivery.DistributeInfo{{DistributeType: delivery.DistributeFile, RegistryName: "i:1"}}},
			nil},
		"since v4.0": {
			released(nil, &delivery.FlatService{ServiceName: "s", Images: []*delivery.ServiceImage{
				{ContainerName: "c", SourceImage: "r/i:1", TargetImage: "prod/i:1", Status: "failed"}, nil, {ContainerName: "d", SourceImage: "r/j:1"},
			}}),
			[]delivery.Image{{"s", "c", "prod/i:1"}, {"s", "d", "r/j:1"}},
		},
	} {
		assert.Equal(t, row.want, row.release.Images(), name)
	}
}

// Zadig has artifacts of the images that it built, but not of those that a release
// pushed.
func TestSourceImages(t *testing.T) {
	t.Parallel()
	of := func(kind string, r *delivery.Release) *delivery.Release {
		r.VersionInfo.Type = kind
		return r
	}
	env := []delivery.Image{{"vote", "vote", "dev/vote:1"}, {"vote", "db", "dev/db:1"}, {"other", "vote", "dev/vote:0"}}
	for name, row := range map[string]struct {
		release *delivery.Release
		want    []delivery.Image
	}{
		"nil": {nil, nil},
		"a workflow's": {of(delivery.TypeK8SWorkflow, in(deployed(deploy("vote", "vote", "dev/vote:2")), env...)),
			[]delivery.Image{{"vote", "vote", "dev/vote:2"}}},
		"manifests": {of(delivery.TypeK8SYAML, in(deployed(deploy("vote", "db", "prod/db:9"), deploy("vote", "new", "prod/new:1")), env...)),
			[]delivery.Image{{"vote", "db", "dev/db:1"}, {"vote", "new", "prod/new:1"}}},
		"a chart": {of(delivery.TypeHelmChart, in(packaged("vote", "prod/vote:9"), env...)),
			[]delivery.Image{{"vote", "vote", "dev/vote:1"}, {"vote", "db", "dev/db:1"}}},
		"since v4.0": {
			released(nil, &delivery.FlatService{ServiceName: "s", Images: []*delivery.ServiceImage{
				{SourceImage: "dev/i:1", TargetImage: "prod/i:2"}, nil, {SourceImage: "dev/j:1", TargetImage: "prod/j:2"}, {TargetImage: "prod/k:1"},
			}}),
			[]delivery.Image{{"s", "", "dev/i:1"}, {"s", "", "dev/j:1"}, {"s", "", "prod/k:1"}},
		},
	} {
		assert.Equal(t, row.want, row.release.SourceImages(), name)
	}
}

// The methods of a release return the same on every server.
func TestSameAnswersOnEveryServer(t *testing.T) {
	t.Parallel()
	k8s := in(deployed(deploy("cart", "main", "prod/cart:1", "kind: Cart")), delivery.Image{"cart", "main", "dev/cart:1"})
	chart := in(packaged("vote", "prod/vote:1"), delivery.Image{"vote", "vote", "dev/vote:1"}, delivery.Image{"idle", "idle", "dev/idle:1"})
	for n, r := range []*delivery.Release{k8s, chart} {
		v := r.VersionInfo
		v.ID, v.ProductName, v.Version, v.CreatedAt = id(n+1), "shop", fmt.Sprint("v", n), int64(1_700_000_000+n)
		v.Status, v.ProductEnvInfo.EnvName = delivery.StatusSuccess, "dev"
	}
	k8s.VersionInfo.Type, chart.VersionInfo.Type = delivery.TypeK8SYAML, delivery.TypeHelmChart
	for _, version := range []string{"v1.11.0", "v2.3.1", "v3.4.1", "v4.0.0", "v5.0.0"} {
		_, s := serve(t, version, k8s, chart)
		page, err := s.List(t.Context(), delivery.ListOptions{ProjectName: "shop"})
		require.NoError(t, err)
		require.Len(t, page.Releases, 2)
		assert.Equal(t, []delivery.Image{{"vote", "vote", "prod/vote:1"}}, page.Releases[0].Images(), version)
		assert.Equal(t, []delivery.Image{{"cart", "main", "prod/cart:1"}}, page.Releases[1].Images(), version)
		assert.Equal(t, []delivery.Image{{"vote", "vote", "dev/vote:1"}}, page.Releases[0].SourceImages(), version)
		assert.Equal(t, []delivery.Image{{"cart", "main", "dev/cart:1"}}, page.Releases[1].SourceImages(), version)
		for _, r := range page.Releases {
			assert.Equal(t, "dev", r.Environment(), version)
			assert.True(t, r.Succeeded(), version)
			assert.False(t, r.Failed() || r.InProgress() || r.IsSummary(), version)
			o := delivery.ListOptions{ServiceName: r.Images()[0].Service}
			assert.Equal(t, []string{r.VersionInfo.ID}, walk(t, s, o).ids, version)
		}
	}
}
