package transport

import (
	"bytes"
	"io"
	"net/http"

	"github.com/zadig-go/zadig/internal/response"
)

// buffer reads the body as part of the attempt, so that one that is cut off is
// retried. If the body is too large, buffer reads one byte beyond the limit.
func (c *call) buffer(resp *http.Response) (*http.Response, error) {
	defer resp.Body.Close()
	var data bytes.Buffer
	data.Grow(int(min(max(resp.ContentLength, 0), 1<<20)) + bytes.MinRead) // then most bodies need no larger one
	if _, err := data.ReadFrom(io.LimitReader(resp.Body, c.config.MaxBytes+1)); err != nil {
		if response.Garbled(err) {
			c.garbled = resp
		}
		return nil, err
	}
	c.body, resp.Body = data.Bytes(), io.NopCloser(&data)
	return resp, nil
}
