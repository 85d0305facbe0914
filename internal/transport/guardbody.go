package transport

import (
	"errors"
	"io"
	"net/http"

	"github.com/zadig-go/zadig/internal/response"
)

// tame is behind each middleware: a body that gives nothing for ever ends.
func tame(next http.RoundTripper) http.RoundTripper {
	return step(func(req *http.Request) (*http.Response, error) {
		resp, err := sound(next.RoundTrip(req))
		if err != nil {
			return nil, err
		}
		if _, untouched := resp.Body.(*watch); !untouched { // which sees to it itself
			resp.Body = tamed{response.Progress{Reader: resp.Body}, resp.Body}
		}
		return resp, nil
	})
}

type tamed struct {
	io.Reader
	io.Closer
}

// sound makes what a transport or middleware of the user's returns something
// that the other steps can work with, as net/http does: an answer with a body,
// or an error.
func sound(resp *http.Response, err error) (*http.Response, error) {
	switch {
	case err != nil:
		return nil, err
	case resp == nil:
		return nil, final{errors.New("a transport or middleware returned neither an answer nor an error")}
	case resp.Body == nil:
		resp.Body = http.NoBody
	}
	return resp, nil
}
