package response

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"reflect"

	jsonv2 "github.com/go-json-experiment/json"
)

// Get requests one value. A *T may have the methods Validate and SetRaw.
func Get[T any](ctx context.Context, d Doer, e Endpoint) (T, error) {
	var v, none T
	u, err := e.url()
	if err != nil {
		return none, err
	}
	body, buffer, err := fetch(ctx, d, u, e.Omit)
	if err != nil {
		return none, err
	}
	defer body.Close()
	data := buffer.Bytes()
	if blank, html := isBlank(data), isHTML(data); blank || html {
		return none, body.unexpected(data, "got "+describeBody(data)+", want "+e.Want)
	}
	var raw []byte
	if body.RawJSON {
		raw = bytes.Clone(data)
	}
	if err := Unmarshal(data, &v); err != nil {
		if semantic, ok := errors.AsType[*jsonv2.SemanticError](err); ok && semantic.JSONPointer == "" {
			return none, body.unexpected(data, "got "+describeBody(data)+", want "+e.Want)
		}
		return none, body.unexpected(data, describe(err, ""))
	}
	if err := finish(&v, raw); err != nil {
		return none, body.unexpected(data, "got "+describeBody(data)+", want "+e.Want+": "+err.Error())
	}
	return v, nil
}

// fetch requests u and buffers the response, which decoding does not make
// larger than the limit allows.
func fetch(ctx context.Context, d Doer, u *url.URL, omit []string) (*Body, *Buffer, error) {
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
	var s scanner
	s.reset(max(body.maxBytes(), minSize), omit)
	if s.scan(buffer.Bytes()); s.tooMuch > 0 {
		defer body.Close()
		return nil, nil, body.tooLarge(buffer.Bytes(), tooManyIn(arrayAt(buffer.Bytes(), s.tooMuch, ""), body.maxBytes()))
	}
	return body, buffer, nil
}

// Into requests u and decodes the response into out, a pointer of the user's,
// as encoding/json does. If out is nil, the body is discarded. The error of an
// unmarshaler of the user's is in the chain. Its text is left out, because it
// may quote a value, which could be a secret.
func Into(ctx context.Context, d Doer, u *url.URL, out any) error {
	body, buffer, err := fetch(ctx, d, u, nil)
	if err != nil {
		return err
	}
	defer body.Close()
	if out == nil {
		return nil
	}
	data := buffer.Bytes()
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
