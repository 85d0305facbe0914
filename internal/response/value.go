package response

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"reflect"
	"sync"

	jsonv2 "github.com/go-json-experiment/json"
)

// Get requests one value. A *T may have the methods Validate and SetRaw.
func Get[T any](ctx context.Context, d Doer, e Endpoint) (*T, error) {
	u, err := e.url()
	if err != nil {
		return nil, err
	}
	body, data, err := fetch(ctx, d, u)
	if err != nil {
		return nil, err
	}
	defer body.Close()
	wrong := func(reason string) error {
		return body.unexpected(data, "got "+describeBody(data)+", want "+e.Want+reason)
	}
	if isBlank(data) || isHTML(data) {
		return nil, wrong("")
	}
	var raw []byte
	if body.RawJSON {
		raw = bytes.Clone(data)
	}
	data, err = body.prepare(data, e.Omit)
	if err != nil {
		return nil, err
	}
	v := new(T)
	if err := Unmarshal(data, v); err != nil {
		if semantic, ok := errors.AsType[*jsonv2.SemanticError](err); ok && semantic.JSONPointer == "" {
			return nil, wrong("")
		}
		return nil, body.unexpected(data, describe(err, ""))
	}
	if err := finish(v, raw); err != nil {
		return nil, wrong(": " + err.Error())
	}
	return v, nil
}

var scanners = sync.Pool{New: func() any { return new(scanner) }}

// prepare leaves members out of a value that was buffered, and refuses one that
// takes too much memory when it is decoded.
func (b *Body) prepare(data []byte, omit []string) ([]byte, error) {
	limit := max(b.maxBytes(), minSize)
	if len(omit) == 0 && int64(len(data)) <= limit/objectSize { // no byte of JSON takes more than an object does
		return data, nil
	}
	s := scanners.Get().(*scanner)
	defer scanners.Put(s)
	s.reset(limit, omit)
	ended := s.scan(data)
	if s.tooMuch > 0 {
		return nil, b.tooLarge(data, tooManyIn(arrayAt(data, s.tooMuch, ""), b.maxBytes()))
	}
	if !ended {
		return data, nil
	}
	rest := data[s.pos:]
	return append(s.without(data[:s.pos]), rest...), nil
}

// fetch requests u and buffers the response.
func fetch(ctx context.Context, d Doer, u *url.URL) (*Body, []byte, error) {
	resp, err := send(ctx, d, u, Buffered)
	if err != nil {
		return nil, nil, err
	}
	body := bodyOf(resp)
	buffer, err := body.buffered()
	if err != nil {
		return nil, nil, err
	}
	body.ReadCloser = buffer
	return body, buffer.Bytes(), nil
}

// Into requests u and decodes the response into out, a pointer of the user's,
// as encoding/json does. If out is nil, the body is discarded. The error of an
// unmarshaler of the user's is in the chain. Its text is left out, because it
// may quote a value, which could be a secret.
func Into(ctx context.Context, d Doer, u *url.URL, out any) error {
	body, data, err := fetch(ctx, d, u)
	if err != nil {
		return err
	}
	defer body.Close()
	if out == nil {
		return nil
	}
	if _, err := body.prepare(data, nil); err != nil {
		return err
	}
	unexpected := func(reason string) error { return body.unexpected(data, reason) }
	if isBlank(data) || isHTML(data) {
		return unexpected("got " + describeBody(data) + ", want a JSON value")
	}
	failed := json.Unmarshal(data, out)
	if failed == nil {
		return nil
	}
	if err := Unmarshal(data, new(any)); err != nil {
		return unexpected(describe(err, ""))
	}
	if _, mismatch := errors.AsType[*json.UnmarshalTypeError](failed); !mismatch {
		return &undecodable{unexpected(fmt.Sprintf("it cannot be decoded: %T", failed)), func() error { return failed }}
	}
	// The same again with a decoder that says where.
	err = Unmarshal(data, reflect.New(reflect.TypeOf(out).Elem()).Interface())
	semantic, ok := errors.AsType[*jsonv2.SemanticError](err)
	switch {
	case !ok:
		return unexpected("it does not fit the type given")
	case semantic.JSONPointer == "":
		return unexpected("got " + describeBody(data) + ", want " + typeName(semantic.GoType))
	}
	return unexpected(describe(err, ""))
}

// undecodable is a response with the user's own reason to refuse it, which is
// a function so that fmt cannot print it.
type undecodable struct {
	error
	cause func() error
}

func (u *undecodable) Unwrap() []error { return []error{u.error, u.cause()} }
