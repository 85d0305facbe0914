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
