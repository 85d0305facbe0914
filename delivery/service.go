package delivery

import "github.com/zadig-go/zadig/core"

// Service reads releases. It is safe for concurrent use if its Doer is.
type Service struct{ doer core.Doer }

// New returns a Service that sends its requests through d. A *zadig.Client already has a
// Service, in its Delivery field; New is for tests and for other Doers.
func New(d core.Doer) *Service { return &Service{doer: d} }

// sender returns the Doer, or nil if there is none.
func (s *Service) sender() core.Doer {
	if s == nil {
		return nil
	}
	return s.doer
}
