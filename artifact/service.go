package artifact

import (
	"context"
	"net/http"
	"net/url"

	"github.com/zadig-go/zadig/internal/response"
)

// Doer sends one request. *zadig.Client is one: the URL is relative to its
// base URL, and every answer that is not 2xx comes back as an error.
type Doer interface {
	Do(*http.Request) (*http.Response, error)
}

// Service reads artifacts. It is safe for concurrent use if its Doer is.
type Service struct{ doer Doer }

// New returns a Service that sends its requests through d. A *zadig.Client
// has one in its field Artifact; New is for tests and for other Doers.
func New(d Doer) *Service { return &Service{doer: d} }

// sender is the Doer, nil if there is none.
func (s *Service) sender() response.Doer {
	if s == nil {
		return nil
	}
	return s.doer
}

// one asks for an artifact.
func (s *Service) one(ctx context.Context, u *url.URL) (*Artifact, error) {
	whole, err := response.Fetch(ctx, s.sender(), u)
	if err != nil {
		return nil, err
	}
	defer whole.Close()
	a := new(Artifact)
	if err := whole.Decode(a, "an artifact"); err != nil {
		return nil, err
	}
	if !a.isOne() {
		return nil, whole.Unexpected(whole.LooksLike() + " that is no artifact")
	}
	a.keepRaw(whole.Raw())
	return a, nil
}

// isOne tells an artifact from an object that is something else, as one that
// has a type "error": by id the answer has the id, and a trace has the image.
func (a *Artifact) isOne() bool { return a.ID != "" || a.Image != "" }
