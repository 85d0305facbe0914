package transport

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/zadig-go/zadig/internal/redact"
)

// maxRedirects is net/http's own limit.
const maxRedirects = 10

// redirectPolicy follows redirects within the origin of the base URL. To
// another one it follows only when the request carries nothing that could be
// a secret; a redirect that is not followed is returned as the response.
func redirectPolicy(c Config, users func(*http.Request, []*http.Request) error) func(*http.Request, []*http.Request) error {
	return func(req *http.Request, via []*http.Request) error {
		switch {
		case !SameOrigin(req.URL, c.Origin) && (mayHoldSecret(c, via[0]) || !isHTTP(req.URL)):
			return http.ErrUseLastResponse
		case len(via) >= maxRedirects:
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

func isHTTP(u *url.URL) bool { return u.Scheme == "http" || u.Scheme == "https" }

// mayHoldSecret reports whether the first request had anything of the user's in
// it. Its query counts, too, where it looks like a secret: net/http sends it
// on as the Referer.
func mayHoldSecret(c Config, first *http.Request) bool {
	if c.Token != nil || len(c.Middleware) > 0 || len(first.Header) > 0 {
		return true
	}
	for name := range c.Header {
		if name != "User-Agent" && name != "Accept" {
			return true
		}
	}
	return redact.Line(first.URL.String()) != first.URL.String()
}

// shown returns the request of a response without the token, which a redirect may
// have put into the URL.
func (c *call) shown(req, sent *http.Request) *http.Request {
	if sent == nil || sent.URL == nil || sent.URL == req.URL {
		return req
	}
	redirected := *req
	redirected.URL = sent.URL
	if masked, err := url.Parse(redact.Line(sent.URL.String(), c.tokens...)); err == nil {
		redirected.URL = masked
	}
	return &redirected
}
