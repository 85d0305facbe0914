package transport

import (
	"bytes"
	"io"
	"net/http"

	"github.com/zadig-go/zadig/internal/response"
)

// buffer reads the body as part of the attempt, so that a body that breaks off is
// retried. It reads at most one byte more than the limit; that byte shows that a body
// is too large.
func (c *call) buffer(resp *http.Response) (*http.Response, error) {
	defer resp.Body.Close()
	var data bytes.Buffer
	data.Grow(int(min(max(resp.ContentLength, 0), 1<<20)) + bytes.MinRead) // large enough for most bodies
	if _, err := data.ReadFrom(io.LimitReader(resp.Body, c.config.MaxBytes+1)); err != nil {
		if response.Garbled(err) {
			c.garbled = resp
		}
		return nil, err
	}
	c.body, resp.Body = data.Bytes(), io.NopCloser(&data)
	return resp, nil
}
