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
	data, err := io.ReadAll(io.LimitReader(resp.Body, c.config.MaxBytes+1))
	if err != nil {
		if response.Garbled(err) {
			c.garbled = resp
		}
		return nil, err
	}
	c.body, resp.Body = data, io.NopCloser(bytes.NewReader(data))
	return resp, nil
}
