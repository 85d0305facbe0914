package delivery

import (
	"slices"
	"strings"
)

// delivers reports whether the release has the service with this name, which does
// not include a container's name. A chart has the name of its service.
func (r *Release) delivers(service string) bool {
	return slices.ContainsFunc(r.Services, func(s *FlatService) bool { return s != nil && s.ServiceName == service }) ||
		slices.ContainsFunc(r.DeployInfo, func(d *DeployInfo) bool { return d != nil && d.ownServiceName() == service }) ||
		slices.ContainsFunc(r.DistributeInfo, func(d *DistributeInfo) bool { return d != nil && d.ChartName == service })
}

// ownServiceName returns the service's own name: ServiceName without the
// container's name, which the server appends if it has one.
func (d *DeployInfo) ownServiceName() string {
	if d.ContainerName == "" {
		return d.ServiceName
	}
	return strings.TrimSuffix(d.ServiceName, "/"+d.ContainerName)
}
