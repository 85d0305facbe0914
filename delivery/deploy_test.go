package delivery_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/zadig-go/zadig/delivery"
)

func TestDeployNames(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		deploy             delivery.DeployInfo
		service, container string
	}{
		"container stored":           {delivery.DeployInfo{ServiceName: "nginx/nginx-test", ContainerName: "nginx-test"}, "nginx", "nginx-test"},
		"none stored":                {delivery.DeployInfo{ServiceName: "old"}, "old", ""},
		"service named as container": {delivery.DeployInfo{ServiceName: "web/web", ContainerName: "web"}, "web", "web"},
		"container not appended":     {delivery.DeployInfo{ServiceName: "web", ContainerName: "main"}, "web", "main"},
		"name ends like a container": {delivery.DeployInfo{ServiceName: "a-main/main", ContainerName: "main"}, "a-main", "main"},
		"since v2.3.0": {
			delivery.DeployInfo{ServiceName: "x/y", ContainerName: "y", RealServiceName: "nginx", ServiceModule: "test"}, "nginx", "test",
		},
	} {
		assert.Equal(t, row.service, row.deploy.Service(), name)
		assert.Equal(t, row.container, row.deploy.Container(), name)
	}
}

func TestReleaseService(t *testing.T) {
	t.Parallel()
	var (
		build   = &delivery.BuildInfo{ServiceName: "cart"}
		main    = &delivery.DeployInfo{ServiceName: "cart/main", ContainerName: "main", Image: "shop/cart:1"}
		proxy   = &delivery.DeployInfo{ServiceName: "cart/proxy", ContainerName: "proxy", Image: "shop/proxy:1"}
		image   = &delivery.DistributeInfo{ServiceName: "cart", DistributeType: delivery.DistributeImage, RegistryName: "prod/cart:1"}
		chart   = packaged("cart", "prod/cart:1").DistributeInfo[0]
		inEnv   = &delivery.EnvService{ServiceName: "cart", Containers: []*delivery.Container{{Name: "main", Image: "shop/cart:0"}}}
		idle    = &delivery.EnvService{ServiceName: "idle"}
		flat    = service("cart", "main", "prod/cart:1", "")
		version = &delivery.VersionInfo{ProductEnvInfo: &delivery.ProductEnvInfo{Services: [][]*delivery.EnvService{{}, {nil, idle}, {inEnv}}}}
	)
	documented := &delivery.Release{VersionInfo: version, BuildInfo: []*delivery.BuildInfo{nil, {ServiceName: "cart2"}, build},
		DeployInfo:     []*delivery.DeployInfo{main, nil, {ServiceName: "cart2", Image: "x"}, proxy},
		DistributeInfo: []*delivery.DistributeInfo{nil, image}}
	images := []delivery.Image{{"cart", "main", "shop/cart:1"}, {"cart", "proxy", "shop/proxy:1"}}

	for name, test := range map[string]struct {
		release *delivery.Release
		service string
		want    delivery.ServiceDetails
		found   bool
	}{
		"documented": {documented, "cart", delivery.ServiceDetails{Name: "cart", Images: images, Builds: []*delivery.BuildInfo{build},
			Deploys: []*delivery.DeployInfo{main, proxy}, Distributes: []*delivery.DistributeInfo{image}, Environment: inEnv}, true},
		"in the environment only": {documented, "idle", delivery.ServiceDetails{Name: "idle", Environment: idle}, true},
		"chart": {&delivery.Release{DistributeInfo: []*delivery.DistributeInfo{chart}}, "cart", delivery.ServiceDetails{
			Name: "cart", Images: []delivery.Image{{Service: "cart", Container: "cart", Image: "prod/cart:1"}},
			Distributes: []*delivery.DistributeInfo{chart},
		}, true},
		"since v4.0": {&delivery.Release{Services: []*delivery.FlatService{nil, {ServiceName: "pay"}, flat}}, "cart", delivery.ServiceDetails{
			Name: "cart", Images: []delivery.Image{{Service: "cart", Container: "main", Image: "prod/cart:1"}}, Released: flat,
		}, true},
		"with its container": {documented, "cart/main", delivery.ServiceDetails{Name: "cart/main"}, false},
		"other letter case":  {documented, "Cart", delivery.ServiceDetails{Name: "Cart"}, false},
		"nil":                {nil, "cart", delivery.ServiceDetails{Name: "cart"}, false},
		"no name":            {documented, "", delivery.ServiceDetails{}, false},
	} {
		got, found := test.release.Service(test.service)
		assert.Equal(t, test.want, got, name)
		assert.Equal(t, test.found, found, name)
	}
}
