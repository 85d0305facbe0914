package paging

import (
	"io"

	"github.com/zadig-go/zadig/internal/response"
)

// ReadPage reads one page to its end and passes each element to each. The
// first error ends the reading; an element that cannot be decoded is a
// *response.ElementError.
func ReadPage[T any](array *response.Array, next func(*response.Array) (T, string, error), each func(T) error) error {
	for {
		item, _, err := next(array)
		if err == io.EOF { //nolint:errorlint // the array's end, as io.Reader says it
			return nil
		}
		if err != nil {
			return err
		}
		if err := each(item); err != nil {
			return err
		}
	}
}
