package delivery

import "github.com/zadig-go/zadig/internal/nilsafe"

// ServiceDetails is everything that a release holds about one service. Fields
// that the release's server does not send are nil.
type ServiceDetails struct {
	Name        string            // the service's own name, such as "nginx"
	Images      []Image           // those of Release.Images that are of this service
	Builds      []*BuildInfo      // up to v3.4
	Deploys     []*DeployInfo     // up to v3.4: one per container
	Distributes []*DistributeInfo // up to v3.4: what was distributed, images of charts included
	Environment *EnvService       // up to v3.4: the service in the environment that was released
	Released    *FlatService      // since v4.0
}

// ReleasedService is the old name of ServiceDetails.
//
// Deprecated: use ServiceDetails.
type ReleasedService = ServiceDetails

// Service returns what a release holds about the service with this name, which is
// the service's own: "nginx", not "nginx/nginx-test". It returns false if the
// release does not mention the service. A brief release mentions none, nor does
// one whose services a list left out ([Release.ServicesOmitted]). The fields point
// into the release; they are not copies.
//
// A service of the environment is found even if the release did not deploy it.
// The release delivers it if Deploys or Released is not nil.
func (r *Release) Service(name string) (ServiceDetails, bool) {
	s := ServiceDetails{Name: name}
	if r == nil || name == "" {
		return s, false
	}
	for _, i := range r.Images() {
		if i.Service == name {
			s.Images = append(s.Images, i)
		}
	}
	for b := range nilsafe.Values(r.BuildInfo) {
		if b.ServiceName == name {
			s.Builds = append(s.Builds, b)
		}
	}
	for d := range nilsafe.Values(r.DeployInfo) {
		if d.Service() == name {
			s.Deploys = append(s.Deploys, d)
		}
	}
	for d := range nilsafe.Values(r.DistributeInfo) {
		s.Distributes = appendOf(s.Distributes, name, d)
	}
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

// appendOf appends d, or what is below it, if it is of the service.
func appendOf(all []*DistributeInfo, service string, d *DistributeInfo) []*DistributeInfo {
	if d.ServiceName == service {
		return append(all, d)
	}
	for sub := range nilsafe.Values(d.SubDistributes) {
		all = appendOf(all, service, sub)
	}
	return all
}
