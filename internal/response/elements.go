package response

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/zadig-go/zadig/internal/redact"
)

const (
	// headBytes is how much of a stream is kept to show what came: more than
	// an excerpt has, so that a secret which an excerpt would cut is there as
	// a whole, and masked.
	headBytes = 4 << 10
	// readBytes is how much there is room for in each read.
	readBytes = 32 << 10
	// minSize is how much memory decoding may take whatever the limit is, so
	// that a low one bounds bytes and refuses no small body.
	minSize = 1 << 20
)

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

// elements cuts a JSON array into the bytes of its elements as it arrives.
type elements struct {
	resp   *http.Response
	body   *Body
	want   string
	omit   []string
	source io.Reader // nil for a buffered body
	memory *[]byte   // pooled, for buf; nil for a buffered body

	buf     []byte
	start   int   // buf[start:] is unused
	offset  int64 // where buf begins in the body
	head    []byte
	readErr error // io.EOF, or why the body broke off
	// beforeFill, if not nil, is called before each read, which may take long.
	beforeFill func()

	scanner scanner
	begun   bool
	index   int   // of the element that next returned last
	size    int64 // of all elements of a buffered body, decoded
}

var streamBuffers = sync.Pool{New: func() any {
	memory := make([]byte, 0, 2*readBytes)
	return &memory
}}

func newElements(resp *http.Response, body *Body, e Endpoint) elements {
	x := elements{resp: resp, body: body, want: e.Want, omit: e.Omit, index: -1}
	if buffer, ok := body.ReadCloser.(*Buffer); ok {
		x.buf, x.readErr = buffer.Bytes(), io.EOF
		x.head = x.buf
		return x
	}
	x.source = body.ReadCloser
	x.memory = streamBuffers.Get().(*[]byte)
	x.buf = (*x.memory)[:0]
	return x
}

// release gives the memory back. It may be called more than once.
func (e *elements) release() {
	if e.memory != nil {
		if cap(e.buf) <= maxPooled {
			*e.memory = e.buf[:0]
			streamBuffers.Put(e.memory)
		}
		e.memory, e.buf, e.start = nil, nil, 0
	}
}

// arrived returns how many bytes of a stream have been read, 0 for a buffered
// body, whose memory must not be used once it is closed.
func (e *elements) arrived() int64 {
	if e.source == nil {
		return 0
	}
	return e.offset + int64(len(e.buf))
}

// next returns the next element, valid until the call after, and io.EOF behind
// the last one once nothing but white space follows. If the client keeps raw
// JSON, raw is a copy of the element as it was sent.
func (e *elements) next() (element, raw []byte, err error) {
	if err := e.begin(); err != nil {
		return nil, nil, err
	}
	limit := e.body.maxBytes()
	e.scanner.reset(max(limit, minSize)-e.size, e.omit)
	var ended bool
	for {
		ended = e.scanner.scan(e.buf[e.start:])
		if ended || e.readErr != nil || int64(e.scanner.pos) > limit {
			break
		}
		e.fill()
	}
	element = e.buf[e.start : e.start+e.scanner.pos]
	switch {
	case int64(len(element)) > limit:
		return nil, nil, e.body.tooLarge(e.head, fmt.Sprintf("one element of more than %d bytes", limit))
	case e.scanner.tooMuch > 0:
		return nil, nil, e.body.tooLarge(e.head, tooManyIn(arrayAt(element, e.scanner.tooMuch, fmt.Sprintf("/%d", e.index+1)), limit))
	case !ended:
		return nil, nil, e.brokenOff(element)
	case len(element) == 0:
		return nil, nil, e.invalid()
	}
	if e.source == nil {
		e.size += e.scanner.size
	}
	e.start += len(element)
	e.index++
	if e.body.RawJSON {
		raw = bytes.Clone(element)
	}
	return e.scanner.without(element), raw, nil
}

// begin goes to the first byte of the next element, or returns io.EOF at the
// end of the array.
func (e *elements) begin() error {
	c, err := e.peek()
	switch {
	case IsEOF(err) && !e.begun:
		return e.unexpected("got an empty body, want " + e.want)
	case err != nil:
		return e.failure(err)
	case !e.begun && c == 'n':
		return e.null()
	case !e.begun && c != '[':
		return e.notAnArray()
	case e.begun && c == ']':
		return e.end()
	case e.begun && c != ',':
		return e.invalid()
	}
	first := !e.begun
	e.begun = true
	e.start++
	if c, err = e.peek(); err != nil {
		return e.failure(err)
	}
	if c != ']' {
		return nil
	}
	if !first {
		return e.invalid()
	}
	return e.end()
}

// peek returns the next byte that is not white space.
func (e *elements) peek() (byte, error) {
	limit := e.body.maxBytes()
	for skipped := int64(0); ; {
		for ; e.start < len(e.buf); e.start++ {
			switch c := e.buf[e.start]; c {
			case ' ', '\t', '\r', '\n':
				skipped++
			default:
				return c, nil
			}
		}
		if skipped > limit {
			return 0, e.body.tooLarge(e.head, fmt.Sprintf("more than %d bytes of white space", limit))
		}
		if e.readErr != nil {
			return 0, e.readErr
		}
		e.fill()
	}
}

// fill reads once, behind what is unused.
func (e *elements) fill() {
	if e.beforeFill != nil {
		e.beforeFill()
	}
	if e.start > 0 {
		e.offset += int64(e.start)
		e.buf = e.buf[:copy(e.buf, e.buf[e.start:])]
		e.start = 0
	}
	if cap(e.buf)-len(e.buf) < readBytes/8 {
		size := int64(2 * cap(e.buf))
		if most := e.body.maxBytes() + readBytes; size > most {
			size = max(most, int64(len(e.buf)+readBytes))
		}
		e.buf = append(make([]byte, 0, size), e.buf...)
	}
	n, err := Progress{e.source}.Read(e.buf[len(e.buf):cap(e.buf)])
	e.buf = e.buf[:len(e.buf)+n]
	if room := headBytes - len(e.head); room > 0 && n > 0 {
		e.head = append(e.head, e.buf[len(e.buf)-n:][:min(n, room)]...)
	}
	e.readErr = err
}

// end makes sure that nothing follows the array.
func (e *elements) end() error {
	e.start++
	_, err := e.peek()
	switch {
	case IsEOF(err):
		return io.EOF
	case err != nil:
		return e.failure(err)
	}
	return e.unexpected("got more than " + e.want)
}

// null reads a list that is null, which is empty.
func (e *elements) null() error {
	const null = "null"
	for e.readErr == nil && len(e.buf)-e.start < len(null) {
		e.fill()
	}
	switch got := e.buf[e.start:]; {
	case bytes.HasPrefix(got, []byte(null)):
		e.start += len(null) - 1
		return e.end()
	case len(got) < len(null) && null[:len(got)] == string(got):
		return e.brokenOff(got)
	}
	return e.notAnArray()
}

// notAnArray is the error for a body that begins with something else.
func (e *elements) notAnArray() error {
	for e.readErr == nil && len(e.head) < headBytes { // enough to tell one object from another
		e.fill()
	}
	if e.readErr != nil && !IsEOF(e.readErr) {
		return e.failure(e.readErr)
	}
	return e.unexpected("got " + describeBody(e.head) + ", want " + e.want)
}

// invalid is the error for a byte that may not be where it is.
func (e *elements) invalid() error {
	return e.unexpected(fmt.Sprintf("invalid JSON at byte %d", e.offset+int64(e.start)))
}

// failure is the error for a body that ended between two elements, or for one
// that was refused.
func (e *elements) failure(err error) error {
	if err == e.readErr { //nolint:errorlint // the body's own
		return e.brokenOff(nil)
	}
	return err
}

// brokenOff is the error for a body that ended within an element, of which
// partial came. One that is not JSON so far would be the same again.
func (e *elements) brokenOff(partial []byte) error {
	cause := e.readErr
	switch {
	case Garbled(cause):
		cause = e.unexpected(GarbledReason)
	case IsEOF(cause):
		ends := e.offset + int64(len(e.buf))
		err := jsontext.NewDecoder(bytes.NewReader(partial), options).SkipValue()
		if syntactic, ok := errors.AsType[*jsontext.SyntacticError](err); ok && !errors.Is(err, io.ErrUnexpectedEOF) {
			return e.unexpected(fmt.Sprintf("invalid JSON at byte %d", ends-int64(len(partial))+syntactic.ByteOffset))
		}
		cause = e.unexpected(fmt.Sprintf("JSON that ends at byte %d", ends))
	}
	return &TruncatedError{e.where(), cause}
}

func (e *elements) where() string {
	if e.resp.Request == nil || e.resp.Request.URL == nil {
		return http.MethodGet
	}
	return http.MethodGet + " " + redact.URLWithoutQuery(e.resp.Request.URL)
}

func (e *elements) unexpected(reason string) error { return e.body.unexpected(e.head, reason) }

// arrayAt names the innermost array around a position in a value below the
// pointer at, such as /0/buildInfo/0/commits. It is "" if there is none.
func arrayAt(value []byte, position int, at string) string {
	dec := jsontext.NewDecoder(bytes.NewBuffer(value), options) // which it does not copy
	for dec.InputOffset() < int64(position) {
		if _, err := dec.ReadToken(); err != nil {
			break
		}
	}
	for depth := dec.StackDepth(); depth > 0; depth-- {
		if kind, _ := dec.StackIndex(depth); kind != '[' {
			continue
		}
		var path jsontext.Pointer
		for token := range dec.StackPointer().Tokens() {
			if depth--; depth == 0 {
				break
			}
			path = path.AppendToken(token)
		}
		return cmp.Or(at+string(path), "the array")
	}
	if at != "" { // an element
		return "the array"
	}
	return ""
}

func tooManyIn(array string, limit int64) string {
	if array == "" {
		return fmt.Sprintf("it takes more than %d bytes of memory to decode", limit)
	}
	return fmt.Sprintf("more elements in %s than fit into %d bytes of memory", array, limit)
}
