package transport

import (
	"errors"
	"io"
	"net/http"

	"github.com/zadig-go/zadig/internal/response"
)

// guardBody stands before each middleware. A body that gives nothing forever
// ends, and a response that is missing is an error.
func guardBody(next http.RoundTripper) http.RoundTripper {
	return roundTripperFunc(func(req *http.Request) (*http.Response, error) {
		resp, err := normalizeResponse(next.RoundTrip(req))
		if err != nil {
			return nil, err
		}
		switch resp.Body.(type) {
		case *watchedBody, *slotBody: // as the SDK made it
		default:
			resp.Body = guardedBody{response.Progress{Reader: resp.Body}, resp.Body}
		}
		return resp, nil
	})
}

type guardedBody struct {
	io.Reader
	io.Closer
}

// normalizeResponse makes of what a transport or middleware of the user's
// returns what net/http returns: a response with a body, or an error.
func normalizeResponse(resp *http.Response, err error) (*http.Response, error) {
	switch {
	case err != nil:
		return nil, err
	case resp == nil:
		return nil, permanentError{errors.New("a transport or middleware returned neither a response nor an error")}
	case resp.Body == nil:
		resp.Body = http.NoBody
	}
	return resp, nil
}
