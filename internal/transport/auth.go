package transport

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"

	"github.com/zadig-go/zadig/internal/response"
)

// authorize sets the token, only on the way to the origin of the base URL. It
// comes behind setHeaders, whose copy of the request it may change.
func authorize(origin *url.URL, token func(context.Context) (string, error)) policy {
	return func(next http.RoundTripper) http.RoundTripper {
		if token == nil {
			return next
		}
		var last atomic.Pointer[credential] // most tokens never change
		return roundTripperFunc(func(req *http.Request) (*http.Response, error) {
			if !SameOrigin(req.URL, origin) {
				return next.RoundTrip(req)
			}
			t, err := token(req.Context())
			if err != nil {
				return nil, permanentError{fmt.Errorf("token source: %w", err)}
			}
			c := last.Load()
			if c == nil || c.token != t {
				if err := CheckToken(t); err != nil {
					return nil, permanentError{fmt.Errorf("token source: %w", err)}
				}
				c = &credential{t, "Bearer " + t}
				last.Store(c)
			}
			req.Header["Authorization"] = []string{c.header}
			stateOf(req.Context()).token = t
			return next.RoundTrip(req)
		})
	}
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

// Interruptible returns a token source that ends with its context even if
// source does not. A panic of source reaches the caller.
func Interruptible(source func(context.Context) (string, error)) func(context.Context) (string, error) {
	type result struct {
		token    string
		err      error
		panicked any
	}
	return func(ctx context.Context) (string, error) {
		if ctx.Done() == nil {
			return source(ctx)
		}
		done := make(chan result, 1)
		go func() {
			r := result{err: errors.New("the token source ended its goroutine")}
			defer func() {
				r.panicked = recover()
				done <- r
			}()
			r.token, r.err = source(ctx)
		}()
		select {
		case r := <-done:
			if r.panicked != nil {
				panic(r.panicked)
			}
			return r.token, r.err
		case <-ctx.Done():
			return "", response.Ended(ctx)
		}
	}
}
