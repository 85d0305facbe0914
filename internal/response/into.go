package response

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"

	jsonv2 "github.com/go-json-experiment/json"
)

// DecodeInto reads the body into v, a pointer of the user's, as encoding/json
// does. Anything that v cannot hold is ErrUnexpectedResponse; the error of an
// unmarshaler of the user's is in its chain. Its text is not repeated, because
// it may quote a value, which could be a secret.
func (w *Whole) DecodeInto(v any) error {
	const due = "a JSON value"
	body := w.Bytes()
	if first := bytes.TrimLeft(body, " \t\r\n"); len(first) == 0 || first[0] == '<' {
		return w.Unexpected(lookOf(body) + " where " + due + " is due")
	}
	failed := json.Unmarshal(body, v)
	if failed == nil {
		return nil
	}
	if err := Unmarshal(body, new(any)); err != nil {
		return w.Unexpected(due + " is due: " + describe(err))
	}
	if _, mismatch := errors.AsType[*json.UnmarshalTypeError](failed); !mismatch {
		refused := w.Unexpected(fmt.Sprintf("it cannot be decoded: %T", failed))
		return &undecodable{refused, func() error { return failed }}
	}
	// The same again with a decoder that says where.
	err := Unmarshal(body, reflect.New(reflect.TypeOf(v).Elem()).Interface())
	semantic, ok := errors.AsType[*jsonv2.SemanticError](err)
	switch {
	case !ok:
		return w.Unexpected("it does not fit the type given")
	case semantic.JSONPointer == "":
		return w.Unexpected(lookOf(body) + " where " + typeName(semantic.GoType) + " is due")
	}
	return w.Unexpected(due + " is due: " + describe(err))
}

// undecodable is an answer with the user's own reason to refuse it, which is a
// function so that fmt cannot print it.
type undecodable struct {
	error
	cause func() error
}

func (u *undecodable) Unwrap() []error { return []error{u.error, u.cause()} }
