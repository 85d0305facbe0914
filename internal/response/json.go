package response

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	jsonv1 "github.com/go-json-experiment/json/v1"
)

// options read names, duplicate ones too, invalid UTF-8 and null as
// encoding/json does.
var options = json.JoinOptions(
	json.MatchCaseInsensitiveNames(true),
	jsonv1.MatchCaseSensitiveDelimiter(true), // "imagetag" is not image_tag
	jsontext.AllowDuplicateNames(true),
	jsontext.AllowInvalidUTF8(true),
	jsonv1.MergeWithLegacySemantics(true),
)

// Unmarshal decodes one JSON value as the SDK reads answers. Garbage after
// the value is an error.
func Unmarshal(data []byte, v any) error {
	return json.Unmarshal(data, v, options)
}

// describe says what is wrong with JSON, and where, without repeating a value
// that stood there: it could be a secret.
func describe(err error) string {
	if semantic, ok := errors.AsType[*json.SemanticError](err); ok {
		return fmt.Sprintf("at %s: %s where %s is due", pointer(semantic.JSONPointer), kindName(semantic.JSONKind), typeName(semantic.GoType))
	}
	if syntactic, ok := errors.AsType[*jsontext.SyntacticError](err); ok {
		if errors.Is(err, io.ErrUnexpectedEOF) {
			return fmt.Sprintf("JSON that ends at byte %d, within %s", syntactic.ByteOffset, pointer(syntactic.JSONPointer))
		}
		return fmt.Sprintf("not JSON from byte %d on, within %s", syntactic.ByteOffset, pointer(syntactic.JSONPointer))
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return "JSON that ends too early"
	}
	return "not the JSON that is due"
}

func pointer(p jsontext.Pointer) string {
	if p == "" {
		return "/"
	}
	return string(p)
}

func kindName(kind jsontext.Kind) string {
	switch kind {
	case 'n':
		return "null"
	case 't', 'f':
		return "a boolean"
	case '"':
		return "a string"
	case '0':
		return "a number"
	case '{', '}':
		return "an object"
	case '[', ']':
		return "an array"
	}
	return "a value"
}

// typeName is the JSON that a Go type is read from.
func typeName(t reflect.Type) string {
	for t != nil && t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t == nil {
		return "another"
	}
	switch t.Kind() {
	case reflect.Struct, reflect.Map:
		return "an object"
	case reflect.Slice, reflect.Array:
		return "an array"
	case reflect.String:
		return "a string"
	case reflect.Bool:
		return "a boolean"
	case reflect.Float32, reflect.Float64:
		return "a number"
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return "an integer"
	}
	return "another"
}

// lookOf says what a body looks like that is not the JSON value due: the kind
// of its first value, or that it is empty, HTML or no JSON at all.
func lookOf(body []byte) string {
	body = bytes.TrimLeft(body, " \t\r\n")
	switch {
	case len(body) == 0:
		return "an empty body"
	case body[0] == '<':
		return "an HTML page, perhaps of a login or a proxy,"
	case bytes.Contains(body, []byte(`"ifSync"`)):
		return "the object of a collaboration mode that is not set up yet"
	case body[0] == '{':
		return "a JSON object"
	case body[0] == '[':
		return "a JSON array"
	case body[0] == '"':
		return "a JSON string"
	case strings.HasPrefix(string(body), "null"):
		return "null"
	}
	return "text that is not JSON"
}
