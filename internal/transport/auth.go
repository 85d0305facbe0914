package transport

import (
	"context"
	"errors"
	"net/url"
	"strings"

	"github.com/zadig-go/zadig/internal/response"
)

// Limiter is asked before each attempt; golang.org/x/time/rate.Limiter is one.
type Limiter interface {
	Wait(ctx context.Context) error
}

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
