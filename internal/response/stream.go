package response

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
)

// ElementError means that one element could not be decoded, or makes no sense.
// The next call of Next goes on with the element behind it.
type ElementError struct{ Err error }

func (e *ElementError) Error() string { return e.Err.Error() }

// Unwrap returns why.
func (e *ElementError) Unwrap() error { return e.Err }

// validator is a value that can be decoded from JSON that is not what was
// requested.
type validator interface{ Validate() error }

// rawSetter is a value that keeps the JSON it was decoded from.
type rawSetter interface{ SetRaw(raw json.RawMessage) }

// Stream is a JSON array that is read element by element. Its memory is
// bounded by one element, or by the body if that is buffered. A *T may have
// the methods Validate and SetRaw.
type Stream[T any] struct {
	Header http.Header

	elements
	over error // what every further Next returns
}

// Elements requests an array. Close the stream.
func Elements[T any](ctx context.Context, d Doer, e Endpoint, mode Mode) (*Stream[T], error) {
	u, err := e.url()
	if err != nil {
		return nil, err
	}
	resp, err := send(ctx, d, u, mode)
	if err != nil {
		return nil, err
	}
	body := bodyOf(resp)
	if mode == Buffered {
		buffer, err := body.buffered()
		if err != nil {
			return nil, err
		}
		body.ReadCloser = buffer
	}
	return &Stream[T]{Header: resp.Header, elements: newElements(resp, body, e)}, nil
}

// Settings returns those of the client that sent the request.
func (s *Stream[T]) Settings() Settings { return s.body.Settings }

// Close ends the reading. A stream that was not read to its end costs the
// connection.
func (s *Stream[T]) Close() { s.close() }

// Next returns the next element, and io.EOF behind the last one. The error is
// an *ElementError for an element that is not a T (the result is then as much
// of it as could be read), and a *TruncatedError if the body broke off. After
// any error but an *ElementError the stream is over.
func (s *Stream[T]) Next() (*T, error) {
	if s.over != nil {
		return nil, s.over
	}
	element, raw, err := s.next()
	if err != nil {
		s.over = err
		return nil, err
	}
	v := new(T)
	if err := Unmarshal(element, v); err != nil {
		return v, s.elementError(describe(err, fmt.Sprintf("/%d", s.index)))
	}
	if err := finish(v, raw); err != nil {
		return v, s.elementError(fmt.Sprintf("at /%d: %s", s.index, err))
	}
	return v, nil
}

// finish validates what was decoded and gives it its raw JSON.
func finish(v any, raw []byte) error {
	if checked, ok := v.(validator); ok {
		if err := checked.Validate(); err != nil {
			return err
		}
	}
	if keeper, ok := v.(rawSetter); ok && raw != nil {
		keeper.SetRaw(raw)
	}
	return nil
}

func (s *Stream[T]) elementError(reason string) *ElementError {
	return &ElementError{s.unexpected(reason)}
}
