package response

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/zadig-go/zadig/core"
	"github.com/zadig-go/zadig/internal/redact"
)

// ElementError means that one element could not be decoded, or makes no sense.
// The next call of Next goes on with the element behind it.
type ElementError struct{ Err error }

func (e *ElementError) Error() string { return e.Err.Error() }

// Unwrap returns why.
func (e *ElementError) Unwrap() error { return e.Err }

// TruncatedError means that a stream broke off. What has been read is good,
// and the rest can be requested again.
type TruncatedError struct {
	Where string // method and URL without the query
	Err   error
}

func (e *TruncatedError) Error() string {
	return e.Where + ": the response broke off: " + e.Err.Error()
}

// Unwrap returns why.
func (e *TruncatedError) Unwrap() error { return e.Err }

// validator is a value that can be decoded from JSON that is not what was
// requested.
type validator interface{ Validate() error }

// rawSetter is a value that keeps the JSON it was decoded from.
type rawSetter interface{ SetRaw(raw json.RawMessage) }

// headBytes is how much of a stream is kept to show what came: more than an
// excerpt has, so that a secret which an excerpt would cut is there as a whole,
// and masked.
const headBytes = 4 << 10

// source is what a stream's decoder reads: the body, of which it keeps the
// head and the error, and no more than the decoder may take in.
type source struct {
	body io.Reader
	head []byte
	err  error

	read   int64
	most   int64 // of read
	weight int64 // that may yet be read
}

func (s *source) Read(p []byte) (int, error) {
	switch {
	case s.err != nil:
		return 0, s.err
	case s.read >= s.most || s.weight < 0:
		return 0, ErrTooLarge
	}
	n, err := s.body.Read(p)
	s.head = append(s.head, p[:min(n, headBytes-len(s.head))]...)
	s.weight -= weight(p[:n])
	s.read, s.err = s.read+int64(n), err
	return n, err
}

// Stream is a JSON array that is read element by element. Its memory is
// bounded by one element, or by the body if that is buffered. A *T may have
// the methods Validate and SetRaw.
type Stream[T any] struct {
	Header http.Header

	body     *Body
	endpoint Endpoint
	request  *http.Request
	source   *source
	decoder  *jsontext.Decoder
	index    int   // of the element that was read last
	over     error // what every further Next returns
	close    sync.Once
}

// Elements requests an array. Close the stream.
func Elements[T any](ctx context.Context, d core.Doer, e Endpoint, mode Mode) (*Stream[T], error) {
	u, err := e.url()
	if err != nil {
		return nil, err
	}
	resp, err := send(ctx, d, u, mode)
	if err != nil {
		return nil, err
	}
	s := &Stream[T]{Header: resp.Header, body: bodyOf(resp), endpoint: e, request: resp.Request, index: -1}
	s.source = &source{body: s.body}
	if mode == Buffered {
		data, err := s.body.buffered()
		if err != nil {
			return nil, err
		}
		s.source.body = bytes.NewReader(data)
	}
	s.decoder = jsontext.NewDecoder(s.source, options)
	return s, nil
}

// Settings returns those of the client that sent the request.
func (s *Stream[T]) Settings() Settings { return s.body.Settings }

// Unexpected returns the error for a list that is not what was requested.
func (s *Stream[T]) Unexpected(reason string) error { return s.body.unexpected(nil, reason) }

// Close ends the reading. A stream that was not read to its end costs the
// connection.
func (s *Stream[T]) Close() {
	if s.over == nil {
		s.over = errors.New("the stream is closed")
	}
	s.close.Do(func() { _ = s.body.Close() })
}

// Next returns the next element, and io.EOF behind the last one. The error is
// an *ElementError for an element that is not a T (the result is then as much
// of it as could be read), and a *TruncatedError if the body broke off. After
// any error but an *ElementError the stream is over.
func (s *Stream[T]) Next() (*T, error) {
	if s.over != nil {
		return nil, s.over
	}
	v, err := s.element()
	if _, goesOn := err.(*ElementError); !goesOn { //nolint:errorlint // its own, not one that it wraps
		s.over = err
	}
	return v, err
}

func (s *Stream[T]) element() (*T, error) {
	start, limit := s.decoder.InputOffset(), s.body.maxBytes()
	s.source.most, s.source.weight = start+limit+headBytes, s.body.maxWeight()
	if s.index < 0 {
		if err := s.begin(); err != nil {
			return nil, err
		}
	}
	if s.decoder.PeekKind() == ']' {
		return nil, s.end()
	}
	s.index++
	v, reason := new(T), ""
	raw, err := s.decode(v)
	switch _, mismatch := errors.AsType[*jsonv2.SemanticError](err); {
	case mismatch && !errors.Is(err, ErrTooLarge):
		at := "" // an error of the stream's decoder says where
		if s.body.RawJSON {
			at = fmt.Sprintf("/%d", s.index)
		}
		reason = describe(err, at)
		if err := s.skip(); err != nil {
			return nil, s.failure(err)
		}
	case err != nil:
		return nil, s.failure(err)
	}
	if s.decoder.InputOffset()-start > limit+int64(len(",")) {
		return nil, s.failure(ErrTooLarge)
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

// skip goes to the end of an element that was decoded in part.
func (s *Stream[T]) skip() error {
	for s.decoder.StackDepth() > 1 {
		if _, err := s.decoder.ReadToken(); err != nil {
			return err
		}
	}
	if _, n := s.decoder.StackIndex(1); n == int64(s.index) {
		return s.decoder.SkipValue()
	}
	return nil
}

// begin reads the bracket of the array, or null, which is an empty one.
func (s *Stream[T]) begin() error {
	token, err := s.decoder.ReadToken()
	switch _, wrong := errors.AsType[*jsontext.SyntacticError](err); {
	case err == nil && token.Kind() == '[':
		return nil
	case err == nil && token.Kind() == 'n':
		return s.end()
	case err != nil && !IsEOF(err) && (!wrong || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, s.source.err)):
		return s.failure(err)
	}
	_, _ = io.CopyN(io.Discard, s.source, headBytes) // enough to tell one object from another
	return s.unexpected("got " + describeBody(s.source.head) + ", want " + s.endpoint.Want)
}

// end makes sure that nothing follows the array, whose bracket is next.
func (s *Stream[T]) end() error {
	if s.decoder.StackDepth() > 0 {
		if _, err := s.decoder.ReadToken(); err != nil {
			return s.failure(err)
		}
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

// failure says why the decoder cannot go on. What ends too early may come as a
// whole when it is requested again; what is not JSON would be the same.
func (s *Stream[T]) failure(err error) error {
	syntactic, ok := errors.AsType[*jsontext.SyntacticError](err)
	switch {
	case errors.Is(err, ErrTooLarge) && s.source.weight < 0:
		return s.body.tooHeavy(s.source.head)
	case errors.Is(err, ErrTooLarge):
		return s.body.tooLarge(s.source.head, fmt.Sprintf("one element of more than %d bytes", s.body.maxBytes()))
	case ok && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, s.source.err):
		return s.unexpected(fmt.Sprintf("invalid JSON at byte %d", syntactic.ByteOffset))
	case Garbled(s.source.err):
		err = s.unexpected(GarbledReason)
	case IsEOF(s.source.err):
		err = s.unexpected(fmt.Sprintf("JSON that ends at byte %d", s.source.read))
	default:
		err = s.source.err
	}
	where := http.MethodGet
	if s.request != nil && s.request.URL != nil {
		where += " " + redact.URLWithoutQuery(s.request.URL)
	}
	return &TruncatedError{where, err}
}

func (s *Stream[T]) unexpected(reason string) error {
	return s.body.unexpected(s.source.head, reason)
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
