package delivery_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/zadigtest"
)

// deployed is a documented release of these deploys.
func deployed(deploys ...*delivery.DeployInfo) *delivery.Release {
	return &delivery.Release{VersionInfo: &delivery.VersionInfo{}, DeployInfo: deploys}
}

func deploy(service, container, image string, manifests ...string) *delivery.DeployInfo {
	d := &delivery.DeployInfo{ServiceName: service, ContainerName: container, Image: image, YAMLContents: manifests}
	if container != "" {
		d.ServiceName += "/" + container
	}
	return d
}

// released is a release of v4.0 or later.
func released(services ...*delivery.FlatService) *delivery.Release {
	return &delivery.Release{VersionInfo: &delivery.VersionInfo{}, Services: services}
}

func service(name, container, image, manifests string) *delivery.FlatService {
	return &delivery.FlatService{
		ServiceName: name, YAMLContent: manifests,
		Images: []*delivery.ServiceImage{{ContainerName: container, TargetImage: image}},
	}
}

// chart is a packaged chart as servers up to v2.2 send it: its images have no
// names of their own.
func chart(images ...string) *delivery.Release {
	c := &delivery.DistributeInfo{DistributeType: delivery.DistributeChart, ChartName: "shop"}
	for _, image := range images {
		c.SubDistributes = append(c.SubDistributes, &delivery.DistributeInfo{DistributeType: delivery.DistributeImage, RegistryName: image})
	}
	return &delivery.Release{VersionInfo: &delivery.VersionInfo{}, DistributeInfo: []*delivery.DistributeInfo{c}}
}

// packaged is the release of one chart up to v2.2: with the environment of all.
func packaged(service, image string) *delivery.Release {
	r := chart(image)
	r.DistributeInfo[0].SubDistributes[0].ServiceName = service
	r.VersionInfo = &delivery.VersionInfo{ProductEnvInfo: &delivery.ProductEnvInfo{Services: [][]*delivery.EnvService{{
		{ServiceName: "vote", Containers: []*delivery.Container{{Name: "vote", Image: "r/vote:1"}}},
		{ServiceName: "result", Containers: []*delivery.Container{{Name: "result", Image: "r/result:1"}}},
	}}}}
	return r
}

func TestDiff(t *testing.T) {
	t.Parallel()
	const (
		one = "kind: A\nname: a\n"
		two = "kind: B\nname: b\n"
		odd = "kind: B\nname: c\n"
	)
	for name, test := range map[string]struct {
		a, b *delivery.Release
		want delivery.Changes
	}{
		"nothing and nothing": {nil, nil, delivery.Changes{}},
		"with itself":         {deployed(deploy("s", "c", "i:1", one)), deployed(deploy("s", "c", "i:1", one)), delivery.Changes{}},
		"zero releases":       {&delivery.Release{}, &delivery.Release{}, delivery.Changes{}},
		"from nothing, sorted": {
			nil, deployed(deploy("t", "c", "i:1", one), nil, deploy("s", "d", "i:2"), deploy("s", "c", "i:3")),
			delivery.Changes{Added: []delivery.Image{{"s", "c", "i:3"}, {"s", "d", "i:2"}, {"t", "c", "i:1"}}},
		},
		"to nothing": {
			deployed(deploy("t", "c", "i:1", one), deploy("s", "c", "i:3")), nil,
			delivery.Changes{Removed: []delivery.Image{{"s", "c", "i:3"}, {"t", "c", "i:1"}}},
		},
		"one of each": {
			deployed(deploy("s", "c", "i:1"), deploy("gone", "c", "g:1"), deploy("same", "c", "x:1")),
			deployed(deploy("same", "c", "x:1"), deploy("new", "c", "n:1"), deploy("s", "c", "i:2")),
			delivery.Changes{
				Added:   []delivery.Image{{"new", "c", "n:1"}},
				Removed: []delivery.Image{{"gone", "c", "g:1"}},
				Changed: []delivery.ImageChange{{"s", "c", "i:1", "i:2"}},
			},
		},
		"another repository": {
			deployed(deploy("s", "c", "a/i:1")), deployed(deploy("s", "c", "b/other:1")),
			delivery.Changes{Changed: []delivery.ImageChange{{"s", "c", "a/i:1", "b/other:1"}}},
		},
		"the container of another service": {
			deployed(deploy("s", "c", "i:1")), deployed(deploy("t", "c", "i:1")),
			delivery.Changes{Added: []delivery.Image{{"t", "c", "i:1"}}, Removed: []delivery.Image{{"s", "c", "i:1"}}},
		},
		"deployed twice": {
			deployed(deploy("s", "c", "i:1")), deployed(deploy("s", "c", "i:1"), deploy("s", "c", "i:2")),
			delivery.Changes{Added: []delivery.Image{{"s", "c", "i:2"}}},
		},
		"deployed twice, the new image first": {
			deployed(deploy("s", "c", "i:1")), deployed(deploy("s", "c", "i:2"), deploy("s", "c", "i:1")),
			delivery.Changes{Added: []delivery.Image{{"s", "c", "i:2"}}},
		},
		"several images without a container's name": {
			deployed(deploy("s", "", "r/a:1"), deploy("s", "", "r/b:1")), deployed(deploy("s", "", "r/b:2"), deploy("s", "", "r/a:2")),
			delivery.Changes{Changed: []delivery.ImageChange{{"s", "", "r/a:1", "r/a:2"}, {"s", "", "r/b:1", "r/b:2"}}},
		},
		"a port is no tag": {
			chart("host:5000/a", "host:5000/b"), chart("host:5000/b:2", "host:5000/a@sha256:aa"),
			delivery.Changes{Changed: []delivery.ImageChange{{"", "", "host:5000/a", "host:5000/a@sha256:aa"}, {"", "", "host:5000/b", "host:5000/b:2"}}},
		},
		"images of charts go by their names": {
			chart("r/vote:1", "r/gone:1"), chart("r/new:1", "q/vote:2"),
			delivery.Changes{
				Added:   []delivery.Image{{Image: "r/new:1"}},
				Removed: []delivery.Image{{Image: "r/gone:1"}},
				Changed: []delivery.ImageChange{{"", "", "r/vote:1", "q/vote:2"}},
			},
		},
		"containers that got names": {
			deployed(deploy("s", "", "r/i:1"), deploy("t", "", "r/t:1"), deploy("u", "", "r/u:1")),
			deployed(deploy("s", "c", "r/i:2"), deploy("t", "c", "r/t:1"), deploy("u", "c", "r/new:1")),
			delivery.Changes{
				Added:   []delivery.Image{{"u", "c", "r/new:1"}},
				Removed: []delivery.Image{{"u", "", "r/u:1"}},
				Changed: []delivery.ImageChange{{"s", "c", "r/i:1", "r/i:2"}},
			},
		},
		"flat": {
			released(service("s", "c", "i:1", one), service("t", "c", "i:1", one)),
			released(service("t", "c", "i:1", two), nil, service("s", "c", "i:2", one)),
			delivery.Changes{Changed: []delivery.ImageChange{{"s", "c", "i:1", "i:2"}}, Manifests: []string{"t"}},
		},
		"documented and flat": {
			deployed(deploy("s", "c", "dev/i:1", one, two), deploy("t", "c", "dev/t:1", one)),
			released(service("t", "c", "prod/t:1", two), service("s", "c", "dev/i:1", "---\n"+two+"---\n"+one)),
			delivery.Changes{Changed: []delivery.ImageChange{{"t", "c", "dev/t:1", "prod/t:1"}}, Manifests: []string{"t"}},
		},
		"manifests of each container": {
			deployed(deploy("s", "c", "i:1", one), deploy("s", "d", "i:1", one)),
			deployed(deploy("s", "c", "i:1", one), deploy("s", "d", "i:1", odd)),
			delivery.Changes{Manifests: []string{"s"}},
		},
		"manifests in other pieces": {
			deployed(deploy("s", "c", "i:1", "---\r\n"+one+"---\r\n"+two), deploy("s", "d", "i:1", one)),
			deployed(deploy("s", "d", "i:1", two, one+"---\n"), deploy("s", "c", "i:1")),
			delivery.Changes{},
		},
		"manifests between odd separators": {
			deployed(deploy("s", "c", "i:1", "--- \n"+one+"---\t\n"+two+"\n---")),
			deployed(deploy("s", "c", "i:1", one, two)),
			delivery.Changes{},
		},
		"packaged charts of one environment": {
			packaged("vote", "r/vote:1"), packaged("result", "r/result:1"), delivery.Changes{},
		},
		"manifests, sorted": {
			deployed(deploy("t", "c", "i:1", one), deploy("s", "c", "i:1", one)),
			deployed(deploy("t", "c", "i:1", two), deploy("s", "c", "i:1", two)),
			delivery.Changes{Manifests: []string{"s", "t"}},
		},
		"manifests skipped before": {deployed(deploy("s", "c", "i:1")), deployed(deploy("s", "c", "i:1", one)), delivery.Changes{}},
		"manifests skipped after":  {deployed(deploy("s", "c", "i:1", one)), deployed(deploy("s", "c", "i:1")), delivery.Changes{}},
		"in the environment only": {
			&delivery.Release{VersionInfo: &delivery.VersionInfo{ProductEnvInfo: &delivery.ProductEnvInfo{Services: [][]*delivery.EnvService{
				{{ServiceName: "s", Containers: []*delivery.Container{{Name: "c", Image: "i:1"}}}},
			}}}},
			deployed(deploy("s", "c", "i:2")),
			delivery.Changes{Changed: []delivery.ImageChange{{"s", "c", "i:1", "i:2"}}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := delivery.Diff(test.a, test.b)
			assert.Equal(t, test.want, got)
			assert.Equal(t, got.String() == "no changes", got.IsEmpty())

			back := delivery.Diff(test.b, test.a)
			assert.ElementsMatch(t, got.Added, back.Removed)
			assert.ElementsMatch(t, got.Removed, back.Added)
			assert.Len(t, back.Changed, len(got.Changed))
			assert.Equal(t, got.Manifests, back.Manifests)
		})
	}
}

func TestChangesString(t *testing.T) {
	t.Parallel()
	changes := delivery.Changes{
		Added:     []delivery.Image{{"s", "c", "i:1"}, {"s", "", "i:2"}, {"", "", "i:3"}, {"", "c", "i:4"}},
		Removed:   []delivery.Image{{"t", "c", "i:1"}},
		Changed:   []delivery.ImageChange{{"u", "c", "i:1", "i:2"}},
		Manifests: []string{"s", "u"},
	}
	assert.False(t, changes.IsEmpty())
	assert.Equal(t, `added s/c: i:1
added s: i:2
added image: i:3
added c: i:4
removed t/c: i:1
changed u/c: i:1 → i:2
manifests of s differ
manifests of u differ`, changes.String())
	assert.Equal(t, "no changes", delivery.Changes{}.String())
	for name, one := range map[string]delivery.Changes{
		"added":     {Added: changes.Added},
		"removed":   {Removed: changes.Removed},
		"changed":   {Changed: changes.Changed},
		"manifests": {Manifests: changes.Manifests},
	} {
		assert.False(t, one.IsEmpty(), name)
	}
}

// Whatever two releases hold, each image is accounted for once: what a has
// less what was removed, with what changed and was added, is what b has.
func TestDiffAccountsForEveryImage(t *testing.T) {
	t.Parallel()
	releases := zadigtest.Generate(7, 60).Releases
	for i, a := range releases {
		b := releases[(i*7+3)%len(releases)]
		before, after := a.Images(), b.Images()
		changes := delivery.Diff(a, b)
		assert.Equal(t, changes, delivery.Diff(a, b), "in the same order each time")
		assert.Equal(t, before, a.Images(), "untouched")
		for _, removed := range changes.Removed {
			at := slices.Index(before, removed)
			require.GreaterOrEqual(t, at, 0)
			before = slices.Delete(before, at, at+1)
		}
		for _, added := range changes.Added {
			at := slices.Index(after, added)
			require.GreaterOrEqual(t, at, 0)
			after = slices.Delete(after, at, at+1)
		}
		require.Len(t, before, len(after))
		for _, change := range changes.Changed {
			assert.True(t, slices.ContainsFunc(before, func(i delivery.Image) bool { return i.Image == change.From }))
			assert.True(t, slices.ContainsFunc(after, func(i delivery.Image) bool { return i.Image == change.To }))
		}
	}
}
