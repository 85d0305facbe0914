package delivery

import (
	"slices"
	"strings"

	"github.com/zadig-go/zadig/internal/nilsafe"
)

// Failed reports whether the server says that the release failed: its images
// or charts are not all where they should be. Releases made by workflows (up
// to v3.4) have no status, and never do.
func (r *Release) Failed() bool {
	return nilsafe.OrZero(nilsafe.OrZero(r).VersionInfo).Status == StatusFailed
}

// FailureReason returns the server's reasons why the release failed, separated
// by "; ": of the release as a whole and, since v4.0, of its services and
// images, each after the service's name. It is "" where the server gives none,
// and for a release that did not fail. The text is the server's, of any
// length, with line breaks.
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
