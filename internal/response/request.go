package response

import (
	"compress/flate"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/google/go-querystring/query"

	"github.com/zadig-go/zadig/core"
	"github.com/zadig-go/zadig/internal/errdef"
)

// Endpoint describes a request and the expected response.
type Endpoint struct {
	Path  string
	Query any // a struct with url tags, or nil
	// RawQuery replaces Query if it is not empty.
	RawQuery string
	Want     string // in words, for errors: "an array of releases"
	Decode   Decoding
}

func (e Endpoint) url() *url.URL {
	u := &url.URL{Path: e.Path, RawQuery: e.RawQuery}
	if e.RawQuery == "" {
		values, _ := query.Values(e.Query) // fails only for a value that is not a struct
		u.RawQuery = values.Encode()
	}
	return u
}

// IsSegment reports whether name can be one segment of a path: it has no slash, and
// is neither empty nor a dot segment.
func IsSegment(name string) bool {
	return name != "" && name != "." && name != ".." && !strings.Contains(name, "/")
}

// send requests u through d, and returns a 2xx response and its body.
func send(ctx context.Context, d core.Doer, u *url.URL, mode Mode) (*http.Response, *Body, error) {
	if d == nil {
		return nil, nil, errors.New("zadig: this Service was not made by New with a Doer")
	}
	if ctx == nil {
		return nil, nil, errdef.BadArgument("zadig", "ctx", "must not be nil")
	}
	req := &http.Request{Method: http.MethodGet, URL: u, Header: http.Header{}}
	resp, err := d.Do(req.WithContext(context.WithValue(ctx, modeKey{}, mode)))
	if err != nil {
		return nil, nil, err
	}
	if resp == nil || resp.Body == nil {
		return nil, nil, fmt.Errorf("%w: the Doer returned neither a response nor an error", errdef.ErrUnexpectedResponse)
	}
	body := bodyOf(resp)
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		_ = resp.Body.Close()
		return nil, nil, body.unexpected(nil, "the Doer returned a failure as a response, want an error")
	}
	return resp, body, nil
}

// fetch requests u and buffers the response.
func fetch(ctx context.Context, d core.Doer, u *url.URL) (*Body, []byte, error) {
	_, body, err := send(ctx, d, u, Buffered)
	if err != nil {
		return nil, nil, err
	}
	data, err := body.buffered()
	return body, data, err
}

// buffered returns the whole body, and refuses a body that would take too much
// memory to decode.
func (b *Body) buffered() (data []byte, err error) {
	defer b.Close()
	if data = b.Data; data == nil {
		data, err = io.ReadAll(io.LimitReader(b, b.MaxBytes+1))
	}
	switch {
	case int64(len(data)) > b.MaxBytes:
		return nil, b.Reject(data)(errdef.ErrResponseTooLarge, fmt.Sprintf("more than %d bytes", b.MaxBytes))
	case err == nil:
	case Garbled(err):
		return nil, b.unexpected(nil, GarbledReason)
	default:
		return nil, err
	}
	m := meter{limits: limitsOf(b.MaxBytes), whole: true}
	if int64(len(data)) > m.free {
		if _, err := m.add(data); err != nil {
			return nil, b.Reject(data)(errdef.ErrResponseTooLarge, err.Error())
		}
	}
	return data, nil
}

// GarbledReason is the reason for an error that [Garbled] reports.
const GarbledReason = "a body that cannot be decompressed"

// Garbled reports whether err comes from a body that cannot be decompressed.
func Garbled(err error) bool {
	var corrupt flate.CorruptInputError
	return errors.Is(err, gzip.ErrHeader) || errors.Is(err, gzip.ErrChecksum) || errors.As(err, &corrupt)
}
