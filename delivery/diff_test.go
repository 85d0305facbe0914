package delivery_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/zadig-go/zadig/delivery"
)

// deployed returns a documented release with these deploys.
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

// released returns a release of v4.0 or later.
func released(services ...*delivery.FlatService) *delivery.Release {
	return &delivery.Release{VersionInfo: &delivery.VersionInfo{}, Services: services}
}

func service(name, container, image, manifests string) *delivery.FlatService {
	return &delivery.FlatService{ServiceName: name, YAMLContent: manifests,
		Images: []*delivery.ServiceImage{{ContainerName: container, TargetImage: image}}}
}

// packaged returns a release, up to v3.4, of one chart with the images that were pushed
// for it, by name.
func packaged(service string, images ...string) *delivery.Release {
	c := &delivery.DistributeInfo{DistributeType: delivery.DistributeChart, ChartName: service}
	for _, image := range images {
		name, _, _ := strings.Cut(image[strings.LastIndexByte(image, '/')+1:], ":")
		c.SubDistributes = append(c.SubDistributes, &delivery.DistributeInfo{
			DistributeType: delivery.DistributeImage, ChartName: service, ServiceName: name, RegistryName: image,
		})
	}
	return &delivery.Release{VersionInfo: &delivery.VersionInfo{}, DistributeInfo: []*delivery.DistributeInfo{c}}
}

// in puts these containers into the environment of a release up to v3.4, and returns
// the release.
func in(r *delivery.Release, containers ...delivery.Image) *delivery.Release {
	env := &delivery.ProductEnvInfo{}
	for _, c := range containers {
		env.Services = append(env.Services, []*delivery.EnvService{
			{ServiceName: c.Service, Containers: []*delivery.Container{{Name: c.Container, Image: c.Image}}},
		})
	}
	r.VersionInfo.ProductEnvInfo = env
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
		"zero releases":       {&delivery.Release{}, &delivery.Release{}, delivery.Changes{}},
		"from nothing, sorted": {nil, deployed(deploy("t", "c", "i:1", one), nil, deploy("s", "d", "i:2"), deploy("s", "c", "i:3")),
			delivery.Changes{Added: []delivery.Image{{"s", "c", "i:3"}, {"s", "d", "i:2"}, {"t", "c", "i:1"}}}},
		"one of each": {
			released(service("s", "c", "i:1", ""), service("gone", "c", "g:1", ""), service("same", "c", "x:1", "")),
			released(service("same", "c", "x:1", ""), service("new", "c", "n:1", ""), service("s", "c", "i:2", "")),
			delivery.Changes{
				Added:   []delivery.Image{{"new", "c", "n:1"}},
				Removed: []delivery.Image{{"gone", "c", "g:1"}},
				Changed: []delivery.ImageChange{{"s", "c", "i:1", "i:2"}},
			},
		},
		"not deployed": {in(deployed(deploy("s", "c", "i:1")), delivery.Image{"s", "c", "i:1"}, delivery.Image{"t", "c", "j:1"}),
			in(deployed(deploy("t", "c", "j:2")), delivery.Image{"s", "c", "i:1"}, delivery.Image{"t", "c", "j:2"}),
			delivery.Changes{Changed: []delivery.ImageChange{{"t", "c", "j:1", "j:2"}}}},
		"not deployed, and gone": {in(deployed(deploy("s", "c", "i:1")), delivery.Image{"s", "c", "i:1"}),
			in(deployed(deploy("t", "c", "j:1")), delivery.Image{"t", "c", "j:1"}),
			delivery.Changes{Added: []delivery.Image{{"t", "c", "j:1"}}, Removed: []delivery.Image{{"s", "c", "i:1"}}}},
		"not deployed, in an environment that is not known": {deployed(deploy("s", "c", "i:1")), deployed(deploy("t", "c", "j:1")),
			delivery.Changes{Added: []delivery.Image{{"t", "c", "j:1"}}}},
		"deployed as it was": {in(deployed(deploy("s", "c", "i:1")), delivery.Image{"s", "c", "i:1"}, delivery.Image{"t", "c", "j:1"}),
			in(deployed(deploy("t", "c", "j:1")), delivery.Image{"s", "c", "i:2"}, delivery.Image{"t", "c", "j:1"}), delivery.Changes{}},
		"a second container with the same image": {in(deployed(deploy("s", "c", "i:1")), delivery.Image{"s", "c", "i:1"}),
			in(deployed(deploy("s", "c", "i:1"), deploy("s", "d", "i:1")), delivery.Image{"s", "c", "i:1"}, delivery.Image{"s", "d", "i:1"}),
			delivery.Changes{Added: []delivery.Image{{"s", "d", "i:1"}}}},
		"other charts of one environment": {
			in(packaged("vote", "q/vote:1"), delivery.Image{"vote", "vote", "r/vote:1"}, delivery.Image{"result", "result", "r/result:1"}),
			in(packaged("result", "q/result:2"), delivery.Image{"vote", "vote", "r/vote:1"}, delivery.Image{"result", "result", "r/result:2"}),
			delivery.Changes{Changed: []delivery.ImageChange{{"result", "result", "r/result:1", "q/result:2"}}},
		},
		"charts and v4.0": {packaged("vote", "q/vote:1"), released(service("vote", "vote", "q/vote:2", "")),
			delivery.Changes{Changed: []delivery.ImageChange{{"vote", "vote", "q/vote:1", "q/vote:2"}}}},
		"deployed twice, the new image first": {deployed(deploy("s", "c", "i:1")), deployed(deploy("s", "c", "i:2"), deploy("s", "c", "i:1")),
			delivery.Changes{Added: []delivery.Image{{"s", "c", "i:2"}}}},
		"several images without a container's name": {
			deployed(deploy("s", "", "r/a:1"), deploy("s", "", "r/b:1")), deployed(deploy("s", "", "r/b:2"), deploy("s", "", "r/a:2")),
			delivery.Changes{Changed: []delivery.ImageChange{{"s", "", "r/a:1", "r/a:2"}, {"s", "", "r/b:1", "r/b:2"}}},
		},
		"a port is no tag": {deployed(deploy("s", "", "h:5000/a"), deploy("s", "", "h:5000/b")),
			deployed(deploy("s", "", "h:5000/b:2"), deploy("s", "", "h:5000/a@sha256:aa")),
			delivery.Changes{Changed: []delivery.ImageChange{{"s", "", "h:5000/a", "h:5000/a@sha256:aa"}, {"s", "", "h:5000/b", "h:5000/b:2"}}}},
		"containers that got names": {
			deployed(deploy("s", "", "r/i:1"), deploy("t", "", "r/t:1"), deploy("u", "", "r/u:1")),
			released(service("s", "c", "r/i:2", ""), service("t", "c", "r/t:1", ""), service("u", "c", "r/new:1", "")),
			delivery.Changes{
				Added:   []delivery.Image{{"u", "c", "r/new:1"}},
				Removed: []delivery.Image{{"u", "", "r/u:1"}},
				Changed: []delivery.ImageChange{{"s", "c", "r/i:1", "r/i:2"}},
			},
		},
		"before and since v4.0": {deployed(deploy("s", "c", "dev/i:1", one, two), deploy("t", "c", "dev/t:1", one)),
			released(service("t", "c", "prod/t:1", two), service("s", "c", "dev/i:1", "---\n"+two+"---\n"+one)),
			delivery.Changes{Changed: []delivery.ImageChange{{"t", "c", "dev/t:1", "prod/t:1"}}, Manifests: []string{"t"}}},
		"manifests of each container": {deployed(deploy("s", "c", "i:1", one), deploy("s", "d", "i:1", one)),
			deployed(deploy("s", "c", "i:1", one), deploy("s", "d", "i:1", odd)), delivery.Changes{Manifests: []string{"s"}}},
		"manifests in other pieces": {deployed(deploy("s", "c", "i:1", "---\r\n"+one+"---\r\n"+two), deploy("s", "d", "i:1", one)),
			deployed(deploy("s", "d", "i:1", two, one+"---\n"), deploy("s", "c", "i:1")), delivery.Changes{}},
		"the values of a chart are no manifests": {released(&delivery.FlatService{ServiceName: "s", ChartName: "s", YAMLContent: "image: i:1"}),
			released(&delivery.FlatService{ServiceName: "s", ChartName: "s", YAMLContent: "image: i:2"}), delivery.Changes{}},
		"manifests skipped before": {deployed(deploy("s", "c", "i:1")), deployed(deploy("s", "c", "i:1", one)), delivery.Changes{}},
	} {
		got := delivery.Diff(test.a, test.b)
		assert.Equal(t, test.want, got, name)
		assert.Equal(t, got.String() == "no changes", got.IsEmpty(), name)
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
}
