package delivery

import (
	"net/http"

	"github.com/zadig-go/zadig/internal/response"
)

// releasesPath is the same on all servers.
const releasesPath = "/api/aslan/delivery/releases"

// Doer sends one request. *zadig.Client implements it: it joins the relative URL
// to its base URL, and returns every response that is not 2xx as an error.
type Doer interface {
	Do(*http.Request) (*http.Response, error)
}

// Service reads releases. It is safe for concurrent use if its Doer is.
type Service struct{ doer Doer }

// New returns a Service that sends its requests through d. A *zadig.Client
// has one in its field Delivery; New is for tests and for other Doers.
func New(d Doer) *Service { return &Service{doer: d} }

// sender returns the Doer, or nil if there is none.
func (s *Service) sender() response.Doer {
	if s == nil {
		return nil
	}
	return s.doer
}
