package delivery

import (
	"slices"
	"strings"

	"github.com/zadig-go/zadig/internal/nilsafe"
)

// Succeeded reports whether the release is complete: all its charts and images were
// pushed. A release that a workflow made, up to v3.4, has no status. Succeeded returns
// true for it, because servers store such a release only after its task has passed.
func (r *Release) Succeeded() bool {
	return r != nil && r.VersionInfo != nil && (r.status() == StatusSuccess || r.status() == "")
}

// InProgress reports whether the server is still pushing charts or images of the
// release, for the first time or in a retry.
func (r *Release) InProgress() bool {
	return r.status() == StatusCreating || r.status() == StatusRetrying
}

// Failed reports whether a chart or image of the release could not be pushed. A
// retry on the server may still make the release succeed.
func (r *Release) Failed() bool { return r.status() == StatusFailed }

func (r *Release) status() string {
	return nilsafe.OrZero(nilsafe.OrZero(r).VersionInfo).Status
}

// FailureReason returns why the release failed, in the server's words. Since Zadig
// v4.0, it includes the reasons of services and images, each after the name of its
// service. Several reasons are separated by "; ". The text may be long and have
// line breaks. FailureReason returns "" if the release did not fail, or if the
// server gives no reason.
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
