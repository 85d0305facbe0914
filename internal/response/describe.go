package response

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// describe describes an error in JSON and says where it is, below the pointer at. It
// quotes no value, because a value could be a secret.
func describe(err error, at string) string {
	if semantic, ok := errors.AsType[*json.SemanticError](err); ok {
		got := cmp.Or(kinds[semantic.JSONKind], "another value") // the decoder does not know the kind for an interface or time.Duration
		return fmt.Sprintf("at %s: got %s, want %s", pointer(at, semantic.JSONPointer), got, typeName(semantic.GoType))
	}
	syntactic, ok := errors.AsType[*jsontext.SyntacticError](err)
	switch {
	case !ok:
		return "invalid JSON"
	case errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Sprintf("JSON that ends at byte %d, within %s", syntactic.ByteOffset, pointer(at, syntactic.JSONPointer))
	}
	return fmt.Sprintf("invalid JSON at byte %d, within %s", syntactic.ByteOffset, pointer(at, syntactic.JSONPointer))
}

// pointer returns the place in the JSON, cut off if it is long.
func pointer(at string, below jsontext.Pointer) string {
	const limit = 200
	if below == "" && at == "" {
		return "/"
	}
	if len(below) > limit {
		return at + strings.ToValidUTF8(string(below[:limit]), "") + "…"
	}
	return at + string(below)
}

// kinds names the kinds of JSON values, for errors.
var kinds = map[jsontext.Kind]string{
	'n': "null",
	't': "a boolean",
	'f': "a boolean",
	'"': "a string",
	'0': "a number",
	'{': "an object",
	'[': "an array",
}

// typeName returns the kind of JSON that a Go type is decoded from.
func typeName(t reflect.Type) string {
	if t == nil {
		return "another type"
	}
	switch t.Kind() {
	case reflect.Struct, reflect.Map:
		return "an object"
	case reflect.Slice:
		return "an array"
	case reflect.String:
		return "a string"
	case reflect.Bool:
		return "a boolean"
	case reflect.Int, reflect.Int64:
		return "an integer"
	}
	return t.String()
}

// describe describes an unexpected body by the kind of its first value, or as empty,
// HTML, compressed or not JSON.
func (b *Body) describe(data []byte) string {
	body := bytes.TrimLeft(data, " \t\r\n")
	switch {
	case len(body) == 0:
		return "an empty body"
	case body[0] == '<':
		return "an HTML page, perhaps of a login or a proxy"
	case body[0] == '{':
		return "a JSON object"
	case body[0] == '[':
		return "a JSON array"
	case body[0] == '"':
		return "a JSON string"
	case bytes.HasPrefix(body, []byte("null")):
		return "null"
	case b.encoding != "":
		return fmt.Sprintf("a body with Content-Encoding %.20q", b.encoding)
	}
	return "text that is not JSON"
}
