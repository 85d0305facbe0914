package delivery

import (
	"errors"
	"slices"
	"strings"
)

// checkFiltered returns an error for a release from a server that ignores a
// filter.
func (o ListOptions) checkFiltered(w *wireRelease) error {
	isV4 := w.VersionInfo == nil
	switch {
	case o.ServiceName != "" && isV4:
		return errors.New("servers since v4.0 ignore serviceName; use All, which applies it")
	case o.Label != "" && !isV4:
		return errors.New("servers before v4.0 ignore label; use All, which applies it")
	}
	return nil
}

func (o ListOptions) hasLabel(r *Release) bool {
	return o.Label == "" || slices.Contains(r.VersionInfo.Labels, o.Label)
}

func (o ListOptions) hasService(r *Release) bool {
	return o.ServiceName == "" || r.delivers(o.ServiceName)
}

// delivers reports whether the release has a service with this name of its own.
func (r *Release) delivers(service string) bool {
	if r.isV4() {
		return slices.ContainsFunc(r.Services, func(s *FlatService) bool { return s != nil && s.ServiceName == service })
	}
	return slices.ContainsFunc(r.DeployInfo, func(d *DeployInfo) bool {
		return d != nil && d.ownServiceName() == service
	})
}

// ownServiceName undoes what the server does to the name: it appends the
// container's, if one is stored.
func (d *DeployInfo) ownServiceName() string {
	if d.ContainerName == "" {
		return d.ServiceName
	}
	return strings.TrimSuffix(d.ServiceName, "/"+d.ContainerName)
}
