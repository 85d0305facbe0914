package delivery

import "github.com/zadig-go/zadig/internal/nilsafe"

// Succeeded stub until merged.
func (r *Release) Succeeded() bool {
	return r != nil && r.VersionInfo != nil && (r.VersionInfo.Status == StatusSuccess || r.VersionInfo.Status == "")
}

// InProgress stub until merged.
func (r *Release) InProgress() bool {
	s := nilsafe.OrZero(nilsafe.OrZero(r).VersionInfo).Status
	return s == StatusCreating || s == StatusRetrying
}
