package response

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"reflect"

	jsonv2 "github.com/go-json-experiment/json"

	"github.com/zadig-go/zadig/core"
)

// Get requests one value. A *T may have the methods Validate and SetRaw.
func Get[T any](ctx context.Context, d core.Doer, e Endpoint) (*T, error) {
	body, data, err := fetch(ctx, d, e.url())
	if err != nil {
		return nil, err
	}
	wrong := func(reason string) error {
		return body.unexpected(data, "got "+describeBody(data)+", want "+e.Want+reason)
	}
	if isBlank(data) || isHTML(data) {
		return nil, wrong("")
	}
	v := new(T)
	if err := jsonv2.Unmarshal(data, v, options, e.Decode); err != nil {
		if semantic, ok := errors.AsType[*jsonv2.SemanticError](err); ok && semantic.JSONPointer == "" {
			return nil, wrong("")
		}
		return nil, body.unexpected(data, describe(err, ""))
	}
	var raw []byte
	if body.RawJSON {
		raw = data
	}
	if err := finish(v, raw); err != nil {
		return nil, wrong(": " + err.Error())
	}
	return v, nil
}

// fetch requests u and buffers the response.
func fetch(ctx context.Context, d core.Doer, u *url.URL) (*Body, []byte, error) {
	resp, err := send(ctx, d, u, Buffered)
	if err != nil {
		return nil, nil, err
	}
	body := bodyOf(resp)
	data, err := body.buffered()
	return body, data, err
}

// Into requests u and decodes the response into out, a pointer of the user's,
// as encoding/json does. If out is nil, the body is discarded. The error of an
// unmarshaler of the user's is in the chain. Its text is left out, because it
// may quote a value, which could be a secret.
func Into(ctx context.Context, d core.Doer, u *url.URL, out any) error {
	body, data, err := fetch(ctx, d, u)
	if err != nil {
		return err
	}
	if out == nil {
		return nil
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
