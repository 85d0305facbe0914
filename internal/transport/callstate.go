package transport

import (
	"context"
	"io"
	"net/http"
	"net/url"

	"github.com/hashicorp/go-retryablehttp"

	"github.com/zadig-go/zadig/internal/response"
)

// callState is the state of one request with all its attempts. It is the
// request's context.
type callState struct {
	context.Context
	request  retryablehttp.Request
	url      url.URL
	attempts int // the current one included
	token    string
	buffer   response.Buffer
	body     io.Closer // of the current attempt, as net/http returned it

	waiting      bool           // for the next attempt
	lastResponse *http.Response // before the current attempt
	lastErr      error          // the same, where there was no response
}

type stateKey struct{}

// Value makes the state known to [stateOf].
func (s *callState) Value(key any) any {
	if key == (stateKey{}) {
		return s
	}
	return s.Context.Value(key)
}

// NewRequest returns a copy of a request, with a copy of its URL, for
// [Transport.Do].
func NewRequest(req *http.Request) *http.Request {
	state := &callState{Context: req.Context(), url: *req.URL}
	outgoing := req.WithContext(state)
	outgoing.URL = &state.url
	return outgoing
}

// stateOf returns the state of a request that [Transport.Do] sends.
func stateOf(ctx context.Context) *callState {
	if state, ok := ctx.Value(stateKey{}).(*callState); ok {
		return state
	}
	return new(callState)
}

// closeBody closes the body that net/http returned.
func (s *callState) closeBody() {
	if s.body != nil {
		_ = s.body.Close()
		s.body = nil
	}
}

// closeAbandoned closes the body of an attempt that ends without a response:
// a middleware made an error of it, or something panics.
func closeAbandoned(next http.RoundTripper) http.RoundTripper {
	return roundTripperFunc(func(req *http.Request) (resp *http.Response, err error) {
		defer func() {
			if resp == nil {
				stateOf(req.Context()).closeBody()
			}
		}()
		return next.RoundTrip(req)
	})
}
