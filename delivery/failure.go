package delivery

import (
	"slices"
	"strings"

	"github.com/zadig-go/zadig/internal/nilsafe"
)

// Failed reports whether the server says that the release failed: some of its
// images or charts were not pushed. Releases made by workflows (up
// to v3.4) have no status, and never do.
func (r *Release) Failed() bool {
	return nilsafe.OrZero(nilsafe.OrZero(r).VersionInfo).Status == StatusFailed
}

// FailureReason returns the server's reasons why the release failed, separated
// by "; ": those of the release and, since v4.0, those of its services and
// images, which begin with the service's name. It is "" if the server gives no
// reason, and for a release that did not fail. The text comes from the server
// unchanged: it may be long, and may have line breaks.
func (r *Release) FailureReason() string {
	if !r.Failed() {
		return ""
	}
	var reasons []string
	add := func(service, reason string) {
		if reason = strings.TrimSpace(reason); reason == "" {
			return
		}
		if service != "" {
			reason = service + ": " + reason
		}
		if !slices.Contains(reasons, reason) {
			reasons = append(reasons, reason)
		}
	}
	add("", r.Error)
	add("", nilsafe.OrZero(r.VersionInfo.Progress).Error)
	for _, s := range r.Services {
		s = nilsafe.OrZero(s)
		add(s.ServiceName, s.Error)
		for _, i := range s.Images {
			add(s.ServiceName, nilsafe.OrZero(i).Error)
		}
	}
	return strings.Join(reasons, "; ")
}
