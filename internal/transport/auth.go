package transport

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/zadig-go/zadig/internal/response"
)

// authorize returns a copy of the request with the client's headers and the token. A
// request to any origin other than that of the base URL is returned unchanged.
func (c *call) authorize(req *http.Request) (*http.Request, error) {
	if !SameOrigin(req.URL, c.config.Origin) {
		return req, nil
	}
	sent := *req
	sent.Header = c.config.Header.Clone() // a deep copy, because middleware may change the values
	maps.Copy(sent.Header, req.Header)    // a header of the request replaces one of the client
	if cookie := c.config.Header.Get("Cookie"); cookie != "" && c.header["Cookie"] == nil && req.Header["Cookie"] != nil {
		sent.Header["Cookie"] = []string{cookie + "; " + req.Header.Get("Cookie")} // those of a jar are sent in addition
	}
	if host := c.config.Header.Get("Host"); host != "" {
		sent.Host = host // net/http reads the host only here
	}
	if c.config.Token == nil {
		return &sent, nil
	}
	token, err := c.config.Token(req.Context())
	if err == nil {
		err = CheckToken(token)
	}
	if err != nil {
		err = permanentError{fmt.Errorf("token source: %w", err)}
		if req.Context().Err() == nil && errors.Is(err, context.DeadlineExceeded) { // the source's own deadline, not the caller's
			err = &timeoutError{err, false}
		}
		return nil, err
	}
	if !slices.Contains(c.tokens, token) {
		c.tokens = append(c.tokens, token)
	}
	sent.Header["Authorization"] = []string{"Bearer " + token}
	return &sent, nil
}

// CheckToken returns an error for an invalid token. The text of the error does not
// contain the token.
func CheckToken(token string) error {
	switch {
	case token == "":
		return errors.New("the token is empty")
	case strings.ContainsAny(token, "\r\n"):
		return errors.New("the token contains a line break")
	case strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r >= 0x7f }):
		return errors.New(`the token contains a space or a character that no header may have (give it without "Bearer ")`)
	}
	return nil
}

// Interruptible returns a token source that returns when its context ends, even if
// source does not. A panic in source reaches the caller.
func Interruptible(source func(context.Context) (string, error)) func(context.Context) (string, error) {
	type result func() (string, error)
	return func(ctx context.Context) (string, error) {
		done := make(chan result, 1)
		go func() {
			r := result(func() (string, error) { return "", errors.New("the token source ended its goroutine") })
			defer func() {
				if p := recover(); p != nil {
					r = func() (string, error) { panic(p) }
				}
				done <- r
			}()
			token, err := source(ctx)
			r = func() (string, error) { return token, err }
		}()
		select {
		case r := <-done:
			return r()
		case <-ctx.Done():
			return "", response.Ended(ctx)
		}
	}
}

var defaultPorts = map[string]string{"http": "80", "https": "443"}

// SameOrigin reports whether two URLs have the same scheme, host and port.
func SameOrigin(a, b *url.URL) bool {
	port := defaultPorts[strings.ToLower(a.Scheme)]
	return strings.EqualFold(a.Scheme, b.Scheme) && strings.EqualFold(a.Hostname(), b.Hostname()) &&
		cmp.Or(a.Port(), port) == cmp.Or(b.Port(), port)
}
