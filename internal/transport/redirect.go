package transport

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/zadig-go/zadig/internal/redact"
)

// maxRedirects is net/http's own limit.
const maxRedirects = 10

// redirectPolicy returns a policy that follows redirects within the origin of the
// base URL, if the user's policy follows them. A redirect that is not followed is
// returned as the response.
func redirectPolicy(origin *url.URL, users func(*http.Request, []*http.Request) error) func(*http.Request, []*http.Request) error {
	return func(req *http.Request, via []*http.Request) error {
		switch {
		case !SameOrigin(req.URL, origin), len(via) >= maxRedirects:
			return http.ErrUseLastResponse
		case users == nil:
			return nil
		}
		err := users(req, via)
		if err == nil || errors.Is(err, http.ErrUseLastResponse) {
			return err
		}
		return permanentError{err}
	}
}

// redirected returns a copy of the request with the URL that a redirect led to.
// Tokens in this URL are masked.
func (c *call) redirected(req *http.Request, to *url.URL) *http.Request {
	r := *req
	r.URL = to
	if masked, err := url.Parse(redact.Line(to.String(), c.tokens...)); err == nil {
		r.URL = masked
	}
	return &r
}
