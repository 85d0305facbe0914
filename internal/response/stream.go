package response

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/zadig-go/zadig/core"
	"github.com/zadig-go/zadig/internal/errdef"
	"github.com/zadig-go/zadig/internal/redact"
)

// ElementError means that one element, or the value that Get requested, could not be
// decoded or is invalid. The next call of Next returns the element after it.
type ElementError struct{ Err error }

func (e *ElementError) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e *ElementError) Unwrap() error { return e.Err }

// TruncatedError means that a stream broke off. The elements before the break are
// valid, and the rest can be requested again.
type TruncatedError struct {
	Where string // method and URL without the query
	Err   error
}

func (e *TruncatedError) Error() string {
	return e.Where + ": the response broke off: " + e.Err.Error()
}

// Unwrap returns the cause.
func (e *TruncatedError) Unwrap() error { return e.Err }

// Stream is a JSON array that is read element by element. Its memory is bounded by
// one element, or by the body if the body is buffered. A *T may have the methods
// Validate and SetRaw.
type Stream[T any] struct {
	Header   http.Header
	Settings Settings // of the client that sent the request

	ctx      context.Context
	body     *Body
	endpoint Endpoint
	request  *http.Request
	source   *source
	decoder  *jsontext.Decoder
	index    int                                   // of the element that was read last
	reject   func(kind error, reason string) error // nil until the first error
}

// Elements requests an array. The caller must close the stream.
func Elements[T any](ctx context.Context, d core.Doer, e Endpoint, mode Mode) (*Stream[T], error) {
	resp, body, err := send(ctx, d, e.url(), mode)
	if err != nil {
		return nil, err
	}
	s := &Stream[T]{Header: resp.Header, Settings: body.Settings, ctx: ctx, body: body, endpoint: e, request: resp.Request, index: -1}
	if mode == Buffered {
		data, err := s.body.buffered()
		if err != nil {
			return nil, err
		}
		s.source = &source{head: data, read: int64(len(data)), err: io.EOF}
		s.decoder = jsontext.NewDecoder(bytes.NewBuffer(data), options) // which it does not copy
		return s, nil
	}
	s.source = &source{body: s.body, meter: meter{limits: limitsOf(s.body.MaxBytes)}}
	s.decoder = jsontext.NewDecoder(s.source, options)
	return s, nil
}

// Unexpected returns the error for an unexpected list.
func (s *Stream[T]) Unexpected(reason string) error { return s.body.unexpected(nil, reason) }

// Close closes the stream. If it was not read to its end, its connection is
// closed, too.
func (s *Stream[T]) Close() { _ = s.body.Close() }

// Next returns the next element, or io.EOF after the last one. If the element is not
// a T, the error is an *ElementError, and the result is the part that could be read.
// If the body broke off, the error is a *TruncatedError. After any error other than
// an *ElementError, Next must not be called again.
func (s *Stream[T]) Next() (*T, error) {
	if err := Ended(s.ctx); err != nil {
		return nil, err
	}
	if s.index < 0 {
		if err := s.begin(); err != nil {
			return nil, err
		}
	}
	s.source.next(s.decoder.UnreadBuffer())
	if s.decoder.PeekKind() == ']' {
		return nil, s.end()
	}
	s.index++
	v, reason := new(T), ""
	raw, err := s.decode(v)
	if _, mismatch := errors.AsType[*jsonv2.SemanticError](err); mismatch {
		at := "" // an error of the stream's decoder says where
		if s.body.RawJSON {
			at = fmt.Sprintf("/%d", s.index)
		}
		reason = describe(err, at)
		err = s.skip()
	}
	if err != nil {
		return nil, s.failure(err)
	}
	if reason == "" {
		if err := finish(v, raw); err != nil {
			reason = fmt.Sprintf("at /%d: %s", s.index, err)
		}
	}
	if reason != "" {
		return v, &ElementError{s.unexpected(reason)}
	}
	return v, nil
}

// IsEOF reports whether err is io.EOF itself, with which a Read says that the
// body has ended. An error that wraps io.EOF is a failure.
func IsEOF(err error) bool { return err == io.EOF } //nolint:errorlint // itself

// decode decodes the next element.
func (s *Stream[T]) decode(v *T) (raw []byte, err error) {
	if !s.body.RawJSON {
		return nil, jsonv2.UnmarshalDecode(s.decoder, v, s.endpoint.Decode)
	}
	value, err := s.decoder.ReadValue()
	if err != nil {
		return nil, err
	}
	return bytes.Clone(value), jsonv2.Unmarshal(value, v, options, s.endpoint.Decode)
}

// skip moves to the end of an element that was decoded in part.
func (s *Stream[T]) skip() error {
	for s.decoder.StackDepth() > 1 {
		if _, err := s.decoder.ReadToken(); err != nil {
			return err
		}
	}
	if _, n := s.decoder.StackIndex(1); n == int64(s.index) { // the decoder has not begun the element
		return s.decoder.SkipValue()
	}
	return nil
}

// begin reads the bracket of the array, or null, which stands for an empty array.
func (s *Stream[T]) begin() error {
	token, err := s.decoder.ReadToken()
	switch {
	case err == nil && token.Kind() == '[':
		return nil
	case err == nil && token.Kind() == 'n':
		return s.end()
	case err != nil && !IsEOF(err) && !s.isInvalid(err):
		return s.failure(err)
	}
	_, _ = io.CopyN(io.Discard, s.source, headBytes) // for the excerpt in the error
	return s.unexpected("got " + s.body.describe(s.source.head) + ", want " + s.endpoint.Want)
}

// end makes sure that nothing follows the array, whose closing bracket is next.
func (s *Stream[T]) end() error {
	if s.decoder.StackDepth() > 0 {
		_, _ = s.decoder.ReadToken() // the bracket
	}
	_, err := s.decoder.ReadToken()
	if _, more := errors.AsType[*jsontext.SyntacticError](err); err == nil || more {
		return s.unexpected("got more than " + s.endpoint.Want)
	}
	if IsEOF(err) {
		return err
	}
	return s.failure(err)
}

// failure returns the error for a stream that cannot be read further. If the JSON
// ends too early, a retry can complete it; if it is invalid, a retry cannot help.
func (s *Stream[T]) failure(err error) error {
	cause := s.source.err
	if exceeded, ok := cause.(exceededError); ok && errors.Is(err, exceeded) { //nolint:errorlint // the source's own
		return s.rejection(errdef.ErrResponseTooLarge, exceeded.Error())
	}
	switch {
	case s.isInvalid(err):
		syntactic, _ := errors.AsType[*jsontext.SyntacticError](err)
		return s.unexpected(fmt.Sprintf("invalid JSON at byte %d", syntactic.ByteOffset))
	case Garbled(cause):
		cause = s.unexpected(GarbledReason)
	case IsEOF(cause):
		cause = s.unexpected(fmt.Sprintf("JSON that ends at byte %d", s.source.read))
	}
	where := http.MethodGet
	if s.request != nil && s.request.URL != nil {
		where += " " + redact.URLWithoutQuery(s.request.URL)
	}
	return &TruncatedError{where, cause}
}

// isInvalid reports whether err means that the JSON is invalid, and not that it ended
// early or could not be read.
func (s *Stream[T]) isInvalid(err error) bool {
	_, syntactic := errors.AsType[*jsontext.SyntacticError](err)
	return syntactic && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, s.source.err)
}

func (s *Stream[T]) unexpected(reason string) error {
	return s.rejection(errdef.ErrUnexpectedResponse, reason)
}

// rejection returns an error that shows the beginning of the body, which is
// masked once for all errors of the stream.
func (s *Stream[T]) rejection(kind error, reason string) error {
	if s.reject == nil {
		s.reject = s.body.Reject(s.source.head)
	}
	return s.reject(kind, reason)
}
