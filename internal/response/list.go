package response

import (
	"context"
	"net/http"

	"github.com/zadig-go/zadig/core"
)

// List requests an array and reads all of it. If an element cannot be decoded, the
// error is an *ElementError. If check is not nil and returns an error for an element,
// List rejects the response for this reason.
func List[T any](ctx context.Context, d core.Doer, e Endpoint, check func(*T) error) ([]*T, http.Header, error) {
	stream, err := Elements[T](ctx, d, e, Buffered)
	if err != nil {
		return nil, nil, err
	}
	defer stream.Close()
	var all []*T
	for {
		v, err := stream.Next()
		switch {
		case IsEOF(err):
			return all, stream.Header, nil
		case err != nil:
			return nil, nil, err
		}
		if check != nil {
			if err := check(v); err != nil {
				return nil, nil, stream.unexpected(err.Error())
			}
		}
		all = append(all, v)
	}
}
