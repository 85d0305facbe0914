package transport

import (
	"maps"
	"net/http"
	"net/url"
	"strings"
)

// setHeaders sets the client's headers, on a copy of the request, and only on
// its way to the origin of the base URL.
func setHeaders(origin *url.URL, header http.Header) policy {
	return func(next http.RoundTripper) http.RoundTripper {
		return roundTripperFunc(func(req *http.Request) (*http.Response, error) {
			if !SameOrigin(req.URL, origin) {
				return next.RoundTrip(req)
			}
			sent := *req
			sent.Header = header.Clone()       // values too: middleware may write into them
			maps.Copy(sent.Header, req.Header) // what the caller set on the request wins
			if host := header.Get("Host"); host != "" {
				sent.Host = host // net/http reads it nowhere else
			}
			return next.RoundTrip(&sent)
		})
	}
}

// SameOrigin reports whether two URLs have the same scheme, host and port.
func SameOrigin(a, b *url.URL) bool {
	return strings.EqualFold(a.Scheme, b.Scheme) && strings.EqualFold(a.Hostname(), b.Hostname()) && port(a) == port(b)
}

func port(u *url.URL) string {
	if p := u.Port(); p != "" {
		return p
	}
	switch strings.ToLower(u.Scheme) {
	case "http":
		return "80"
	case "https":
		return "443"
	}
	return ""
}
