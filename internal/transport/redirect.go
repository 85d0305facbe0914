package transport

import (
	"net/http"
)

// maxRedirects is net/http's own limit.
const maxRedirects = 10

// redirectPolicy follows redirects within the origin of the base URL. To
// another one it follows only when the request carries nothing that could be
// a secret; a redirect that is not followed is the answer.
func redirectPolicy(c Config, users func(*http.Request, []*http.Request) error) func(*http.Request, []*http.Request) error {
	return func(req *http.Request, via []*http.Request) error {
		secret := c.Token != nil || len(via[0].Header) > 0 || len(c.Middleware) > 0 || hasMoreThanDefaults(c.Header)
		if secret && !SameOrigin(req.URL, c.Origin) {
			return http.ErrUseLastResponse
		}
		if len(via) >= maxRedirects {
			return http.ErrUseLastResponse
		}
		if users != nil {
			return users(req, via)
		}
		return nil
	}
}

// hasMoreThanDefaults tells whether the user set a header of his own.
func hasMoreThanDefaults(header http.Header) bool {
	for name := range header {
		if name != "User-Agent" && name != "Accept" {
			return true
		}
	}
	return false
}
