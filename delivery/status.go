package delivery

import (
	"slices"
	"strings"

	"github.com/zadig-go/zadig/internal/nilsafe"
)

// Succeeded reports whether the release is complete: its charts and images were
// pushed. A release that a workflow made has no status, and has succeeded: servers
// store it after its task has passed.
func (r *Release) Succeeded() bool {
	return r != nil && r.VersionInfo != nil && (r.status() == StatusSuccess || r.status() == "")
}

// InProgress reports whether the server is still pushing charts or images of the
// release, for the first time or in a retry.
func (r *Release) InProgress() bool {
	return r.status() == StatusCreating || r.status() == StatusRetrying
}

// Failed reports whether a chart or image of the release could not be pushed. A
// retry on the server can make it succeed later.
func (r *Release) Failed() bool { return r.status() == StatusFailed }

func (r *Release) status() string {
	return nilsafe.OrZero(nilsafe.OrZero(r).VersionInfo).Status
}

// FailureReason returns the reasons that the server gives for a failure: the reason of
// the release and, since v4.0, those of its services and images, which begin with the
// service's name. They are separated by "; ". It returns "" if the release did not
// fail, or the server gives no reason. The text may be long and have line breaks.
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
