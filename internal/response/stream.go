package response

import (
	"context"
	"encoding/json"
	"errors"
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
	ahead  *ahead[T] // nil until it pays
	over   error     // what every further Next returns
	closed bool
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

// Unexpected returns the error for a list that is not what was requested.
func (s *Stream[T]) Unexpected(reason string) error { return s.body.unexpected(nil, reason) }

// Close ends the reading. A stream that was not read to its end costs the
// connection.
func (s *Stream[T]) Close() {
	if s.closed {
		return
	}
	s.closed = true
	if s.over == nil {
		s.over = errors.New("the stream is closed")
	}
	if s.ahead != nil {
		s.ahead.close()
	}
	_ = s.body.Close()
	if s.ahead != nil {
		s.ahead.running.Wait()
	}
	s.release()
}

// Next returns the next element, and io.EOF behind the last one. The error is
// an *ElementError for an element that is not a T (the result is then as much
// of it as could be read), and a *TruncatedError if the body broke off. After
// any error but an *ElementError the stream is over.
func (s *Stream[T]) Next() (v *T, err error) {
	if s.over != nil {
		return nil, s.over
	}
	if s.ahead == nil && s.arrived() >= aheadFrom {
		if n := decoders(); n > 0 {
			s.ahead = decodeAhead(s, n)
		}
	}
	if s.ahead != nil {
		v, err = s.ahead.next()
	} else {
		var element, raw []byte
		if element, raw, err = s.next(); err == nil {
			v, err = s.decode(element, raw, s.index)
		}
	}
	if _, goesOn := err.(*ElementError); err != nil && !goesOn { //nolint:errorlint // its own, not one that it wraps
		s.over = err
	}
	return v, err
}

// decode decodes the element at an index.
func (s *Stream[T]) decode(element, raw []byte, index int) (*T, error) {
	v := new(T)
	reason := ""
	if err := Unmarshal(element, v); err != nil {
		reason = describe(err, fmt.Sprintf("/%d", index))
	} else if err := finish(v, raw); err != nil {
		reason = fmt.Sprintf("at /%d: %s", index, err)
	}
	if reason != "" {
		return v, &ElementError{s.unexpected(reason)}
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
