package delivery

import "github.com/zadig-go/zadig/internal/nilsafe"

// ServiceDetails has the details of one service of a release. A field is nil if the
// server's version does not send it.
type ServiceDetails struct {
	Name        string            // the service's own name, such as "nginx"
	Images      []Image           // its images among Release.Images
	Builds      []*BuildInfo      // up to v3.4
	Deploys     []*DeployInfo     // up to v3.4: one per container
	Distributes []*DistributeInfo // up to v3.4: images, files, or its chart
	Environment *EnvService       // up to v3.4: the service in the environment
	Released    *FlatService      // since v4.0: the service in Release.Services
}

// Service returns the details of one service of the release. The name is the service's
// own, without the container: "nginx", not "nginx/nginx-test". Service returns false if
// the release does not mention the service, or is a summary ([Release.IsSummary]). The
// fields of the result point into the release; they are not copies.
//
// Service also finds a service that is in the environment but that the release does not
// deliver. Its Images are nil.
func (r *Release) Service(name string) (ServiceDetails, bool) {
	s := ServiceDetails{Name: name}
	if r == nil || r.isSummary || name == "" {
		return s, false
	}
	for _, i := range r.Images() {
		if i.Service == name {
			s.Images = append(s.Images, i)
		}
	}
	s.Builds = nilsafe.Select(r.BuildInfo, func(b *BuildInfo) bool { return b.ServiceName == name })
	s.Deploys = nilsafe.Select(r.DeployInfo, func(d *DeployInfo) bool { return d.Service() == name })
	s.Distributes = nilsafe.Select(r.DistributeInfo, func(d *DistributeInfo) bool { return d.ServiceName == name || d.ChartName == name })
	for service := range r.environmentServices() {
		if service.ServiceName == name {
			s.Environment = service
			break
		}
	}
	for released := range nilsafe.Values(r.Services) {
		if released.ServiceName == name {
			s.Released = released
			break
		}
	}
	found := s.Images != nil || s.Builds != nil || s.Deploys != nil || s.Distributes != nil ||
		s.Environment != nil || s.Released != nil
	return s, found
}
