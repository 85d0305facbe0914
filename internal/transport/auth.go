package transport

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
)

// authorize sets the headers and the token, on a copy of the request, and
// only on its way to the origin of the base URL.
func authorize(next http.RoundTripper, origin *url.URL, header http.Header, token func(context.Context) (string, error)) http.RoundTripper {
	var last atomic.Pointer[credential] // most tokens never change
	return step(func(req *http.Request) (*http.Response, error) {
		if !SameOrigin(req.URL, origin) {
			return next.RoundTrip(req)
		}
		sent := *req
		sent.Header = header.Clone()       // values too: middleware may write into them
		maps.Copy(sent.Header, req.Header) // what the caller set on the request wins
		if host := header.Get("Host"); host != "" {
			sent.Host = host // net/http reads it nowhere else
		}
		if token != nil {
			t, err := token(req.Context())
			if err != nil {
				return nil, final{fmt.Errorf("token source: %w", err)}
			}
			c := last.Load()
			if c == nil || c.token != t {
				if err := CheckToken(t); err != nil {
					return nil, final{fmt.Errorf("token source: %w", err)}
				}
				c = &credential{t, "Bearer " + t}
				last.Store(c)
			}
			sent.Header["Authorization"] = []string{c.header}
			if trip := tripFrom(req.Context()); trip != nil {
				trip.token = t
			}
		}
		return next.RoundTrip(&sent)
	})
}

// credential is a token that has been checked, with its header.
type credential struct{ token, header string }

// CheckToken says what is wrong with a token, without repeating it.
func CheckToken(token string) error {
	switch {
	case token == "":
		return errors.New("the token is empty")
	case strings.ContainsAny(token, "\r\n"):
		return errors.New("the token holds a line break")
	case strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r >= 0x7f }):
		return errors.New(`the token holds a space or a character that no header may hold (give it without "Bearer ")`)
	}
	return nil
}

// SameOrigin tells whether two URLs have the same scheme, host and port.
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
