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
	"github.com/go-json-experiment/json/jsontext"

	"github.com/zadig-go/zadig/core"
)

// validator is implemented by types into which unexpected JSON, such as {}, can be
// decoded.
type validator interface{ Validate() error }

// rawSetter is implemented by types that keep the JSON that a value was decoded
// from.
type rawSetter interface{ SetRaw(raw json.RawMessage) }

// Get requests one value. A *T may have the methods Validate, SetRaw and SetBody. If
// check is not nil and returns an error, Get rejects the response for this reason. If
// the response is an object that is not a T, or that check refuses, the error is an
// *ElementError.
func Get[T any](ctx context.Context, d core.Doer, e Endpoint, check func(*T) error) (*T, error) {
	body, data, err := fetch(ctx, d, e.url())
	if err != nil {
		return nil, err
	}
	v := new(T)
	if err := jsonv2.Unmarshal(data, v, options, e.Decode); err != nil {
		return nil, asElementError(data, body.mismatch(data, err, e.Want))
	}
	var raw []byte
	if body.RawJSON {
		raw = data
	}
	if err := finish(v, raw); err != nil {
		return nil, asElementError(data, body.unexpected(data, "got "+body.describe(data)+", want "+e.Want+": "+err.Error()))
	}
	if check != nil {
		if err := check(v); err != nil {
			return nil, asElementError(data, body.unexpected(data, err.Error()))
		}
	}
	if keeper, ok := any(v).(interface{ SetBody(*Body) }); ok {
		keeper.SetBody(body)
	}
	return v, nil
}

// asElementError returns err as an *ElementError if the body is an object. Other
// bodies, such as a login page, say nothing about one element.
func asElementError(data []byte, err error) error {
	if bytes.HasPrefix(bytes.TrimLeft(data, " \t\r\n"), []byte("{")) {
		return &ElementError{err}
	}
	return err
}

// finish validates a decoded value and sets its raw JSON.
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

// Into requests u and decodes the response into out, the user's pointer, as
// encoding/json does. If out is nil, the body is discarded. An error of the user's
// unmarshaler is wrapped, but its text is left out, because it may quote a value,
// which could be a secret.
func Into(ctx context.Context, d core.Doer, u *url.URL, out any) error {
	body, data, err := fetch(ctx, d, u)
	if err != nil {
		return err
	}
	if out == nil {
		return nil
	}
	err = json.Unmarshal(data, out)
	switch err.(type) { //nolint:errorlint // its own, not those of the user's unmarshalers
	case nil:
		return nil
	case *json.SyntaxError, *json.UnmarshalTypeError: // decode again with a decoder that reports the place
		t := reflect.TypeOf(out).Elem()
		if again := Unmarshal(data, reflect.New(t).Interface()); !isUnmarshalers(again) {
			return body.mismatch(data, again, typeName(t))
		}
	}
	return &undecodable{body.unexpected(data, fmt.Sprintf("it cannot be decoded: %T", err)), func() error { return err }}
}

// isUnmarshalers reports whether err, of the SDK's decoder, wraps an error of
// encoding/json, which only an unmarshaler of the user's can have returned.
func isUnmarshalers(err error) bool {
	_, isType := errors.AsType[*json.UnmarshalTypeError](err)
	_, isSyntax := errors.AsType[*json.SyntaxError](err)
	return isType || isSyntax
}

// mismatch returns the error for a body that is not JSON, or not the JSON that
// is wanted.
func (b *Body) mismatch(data []byte, err error, want string) error {
	semantic, isSemantic := errors.AsType[*jsonv2.SemanticError](err)
	syntactic, isSyntactic := errors.AsType[*jsontext.SyntacticError](err)
	if isSemantic && semantic.JSONPointer == "" || isSyntactic && len(bytes.TrimSpace(data[:syntactic.ByteOffset])) == 0 {
		return b.unexpected(data, "got "+b.describe(data)+", want "+want)
	}
	return b.unexpected(data, describe(err, ""))
}

// undecodable is the error for a response that the user's unmarshaler refuses. The
// cause is a function so that fmt cannot print it.
type undecodable struct {
	error
	cause func() error
}

func (u *undecodable) Unwrap() []error { return []error{u.error, u.cause()} }
