package response

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/zadig-go/zadig/internal/errdef"
	"github.com/zadig-go/zadig/internal/redact"
)

// headBytes is how much of a stream is kept to show what came: more than an
// excerpt has, so that a secret which an excerpt would cut is there as a whole,
// and masked.
const headBytes = 4 << 10

// TruncatedError means that an answer broke off. What has been read is good, and the
// rest can be asked for again.
type TruncatedError struct {
	Where string // method and URL without the query
	Err   error
}

func (b *TruncatedError) Error() string { return b.Where + ": the answer broke off: " + b.Err.Error() }

// Unwrap gives the reason.
func (b *TruncatedError) Unwrap() error { return b.Err }

// ElementError means that one element could not be decoded. The next call of Next goes
// on with the element behind it.
type ElementError struct{ Err error }

func (o *ElementError) Error() string { return o.Err.Error() }

// Unwrap gives the reason.
func (o *ElementError) Unwrap() error { return o.Err }

// Array reads a JSON array element by element while it arrives. Its memory is
// bounded by one element.
type Array struct {
	Header http.Header

	call *Call
	resp *http.Response
	due  string
	in   *source
	dec  *jsontext.Decoder
	open bool
	over error     // what every further Next returns
	body io.Closer // nil where somebody else closes it
}

// decoders keeps decoders for their buffers. A decoder grows its own only for
// a value that needs it, and else reads 4 KiB at a time; a first value of the
// size wanted makes it large enough to read from the network in few pieces.
var decoders = sync.Pool{New: func() any {
	const size = 48 << 10
	large := `"` + strings.Repeat(" ", size) + `"`
	dec := jsontext.NewDecoder(strings.NewReader(large))
	_ = dec.SkipValue()
	return dec
}}

// Stream asks for u and returns the array that is the answer, due naming it
// ("an array of releases"). Close it.
func Stream(ctx context.Context, d Doer, u *url.URL, due string) (*Array, error) {
	call := new(Call)
	resp, err := send(ctx, d, u, call)
	if err != nil {
		return nil, err
	}
	a := newArray(call, resp, resp.Body, due)
	a.body = resp.Body
	return a, nil
}

func newArray(call *Call, resp *http.Response, r io.Reader, due string) *Array {
	a := &Array{Header: resp.Header, call: call, resp: resp, due: due, in: &source{r: r}}
	a.in.bound(0, call.maxBytes())
	a.dec = decoders.Get().(*jsontext.Decoder)
	a.dec.Reset(a.in, options)
	return a
}

// Call is how the client behind the Doer is configured.
func (a *Array) Call() *Call { return a.call }

// Close ends the reading. An array that was not read to its end costs the
// connection.
func (a *Array) Close() {
	if a.dec != nil {
		a.dec.Reset(nothing{}, options)
		decoders.Put(a.dec)
		a.dec = nil
	}
	if a.body != nil {
		_ = a.body.Close()
	}
}

type nothing struct{}

func (nothing) Read([]byte) (int, error) { return 0, io.EOF }

// Next decodes the next element into v, and into raw its bytes where the
// client keeps them. It returns io.EOF after the last one, once nothing but
// white space follows; *ElementError for an element that v cannot hold; *TruncatedError when
// the answer broke off; and otherwise an error that ends the reading.
func (a *Array) Next(v any, raw *[]byte) error {
	if a.over != nil {
		return a.over
	}
	err := a.next(v, raw)
	if _, odd := err.(*ElementError); err != nil && !odd { //nolint:errorlint // next's own, not one that it wraps
		a.over = err
	}
	return err
}

func (a *Array) next(v any, raw *[]byte) error {
	a.in.bound(a.dec.InputOffset(), a.call.maxBytes())
	if !a.open {
		switch kind := a.dec.PeekKind(); kind {
		case '[':
			if _, err := a.dec.ReadToken(); err != nil {
				return a.failure(err)
			}
			a.open = true
		case 'n': // a list that is null is empty
			if _, err := a.dec.ReadToken(); err != nil {
				return a.failure(err)
			}
			return a.end()
		default:
			return a.notAnArray()
		}
	}
	if a.dec.PeekKind() == ']' {
		if _, err := a.dec.ReadToken(); err != nil {
			return a.failure(err)
		}
		return a.end()
	}
	ahead := a.dec.UnreadBuffer() // the comma and white space are not the element's
	a.in.bound(a.dec.InputOffset()+int64(len(ahead)-len(bytes.TrimLeft(ahead, ", \t\r\n"))), a.call.maxBytes())
	_, index := a.dec.StackIndex(1)
	err := a.decode(v, raw)
	var semantic *json.SemanticError
	if err == nil || !errors.As(err, &semantic) || a.in.err != nil {
		return a.failure(err)
	}
	if err := a.skipRest(index); err != nil {
		return a.failure(err)
	}
	return &ElementError{a.call.reject(a.resp, a.in.head, errdef.ErrUnexpectedResponse, a.due+" is due: "+describe(semantic))}
}

func (a *Array) decode(v any, raw *[]byte) error {
	if !a.call.Client.RawJSON {
		return json.UnmarshalDecode(a.dec, v, options)
	}
	_, index := a.dec.StackIndex(1)
	value, err := a.dec.ReadValue()
	if err != nil {
		return err
	}
	*raw = bytes.Clone(value)
	err = Unmarshal(value, v)
	if semantic, ok := errors.AsType[*json.SemanticError](err); ok {
		semantic.JSONPointer = jsontext.Pointer(fmt.Sprintf("/%d", index)) + semantic.JSONPointer
	}
	return err
}

// skipRest goes to the end of the element in which decoding stopped.
func (a *Array) skipRest(index int64) error {
	for a.dec.StackDepth() > 1 {
		if _, err := a.dec.ReadToken(); err != nil {
			return err
		}
	}
	if _, now := a.dec.StackIndex(1); now == index {
		return a.dec.SkipValue()
	}
	return nil
}

// end makes sure that nothing follows the array.
func (a *Array) end() error {
	if _, err := a.dec.ReadToken(); !errors.Is(err, io.EOF) || a.in.err != nil {
		if a.in.err != nil {
			return a.failure(a.in.err)
		}
		return a.unexpected("more than " + a.due)
	}
	return io.EOF
}

// failure says what an error of the decoder means, nil for nil.
func (a *Array) failure(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(a.in.err, ErrTooLarge):
		return a.call.reject(a.resp, a.in.head, errdef.ErrResponseTooLarge,
			fmt.Sprintf("one element of more than %d bytes", a.call.maxBytes()))
	case Garbled(a.in.err):
		return &TruncatedError{a.where(), a.unexpected(GarbledReason)}
	case a.in.err != nil:
		return &TruncatedError{a.where(), a.in.err}
	case errors.Is(err, io.ErrUnexpectedEOF):
		return &TruncatedError{a.where(), a.unexpected(describe(err))}
	}
	return a.unexpected(describe(err))
}

func (a *Array) where() string {
	if a.resp.Request == nil || a.resp.Request.URL == nil {
		return "GET"
	}
	return "GET " + redact.URLWithoutQuery(a.resp.Request.URL)
}

// Reject is the error for an element that was decoded and makes no sense.
func (a *Array) Reject(reason string) *ElementError {
	_, length := a.dec.StackIndex(1)
	return &ElementError{a.call.reject(a.resp, a.in.head, errdef.ErrUnexpectedResponse, fmt.Sprintf("%s is due: at /%d: %s", a.due, length-1, reason))}
}

// Unexpected is the error for an array that is not the one asked for.
func (a *Array) Unexpected(reason string) error { return a.unexpected(reason) }

// notAnArray is the error for an answer that begins with something else.
func (a *Array) notAnArray() error {
	_, err := a.dec.ReadToken() // fills the head, and tells a broken answer from a wrong one
	if a.in.err != nil {
		return a.failure(a.in.err)
	}
	if errors.Is(err, io.ErrUnexpectedEOF) && len(a.in.head) > 0 {
		return a.failure(err)
	}
	for len(a.in.head) < headBytes { // enough to tell one object from another
		if _, err := a.dec.ReadToken(); err != nil {
			break
		}
	}
	return a.unexpected(lookOf(a.in.head) + " where " + a.due + " is due")
}

func (a *Array) unexpected(reason string) error {
	return a.call.reject(a.resp, a.in.head, errdef.ErrUnexpectedResponse, reason)
}

// source is the reader below the decoder. It keeps the head of the body, ends
// an element that is too large, and remembers which error was the body's own.
type source struct {
	r    io.Reader
	read int64 // bytes so far
	max  int64 // bytes allowed so far
	head []byte
	err  error // other than io.EOF
}

// bound allows limit bytes beyond offset.
func (s *source) bound(offset, limit int64) { s.max = offset + limit }

func (s *source) Read(p []byte) (int, error) {
	if s.err != nil {
		return 0, s.err
	}
	if s.read >= s.max {
		_, err := io.ReadFull(s.r, make([]byte, 1))
		switch {
		case err == nil:
			s.err = ErrTooLarge
		case errors.Is(err, io.EOF): // it ends right at the bound
			return 0, io.EOF
		default:
			s.err = err
		}
		return 0, s.err
	}
	if int64(len(p)) > s.max-s.read {
		p = p[:s.max-s.read]
	}
	n, err := Progress{s.r}.Read(p)
	s.read += int64(n)
	if room := headBytes - len(s.head); room > 0 && n > 0 {
		s.head = append(s.head, p[:min(n, room)]...)
	}
	if err != nil && err != io.EOF { //nolint:errorlint // as io.Reader says it
		s.err = err
	}
	return n, err
}
