package response

import (
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	jsonv1 "github.com/go-json-experiment/json/v1"
)

// options treat names (including duplicates), invalid UTF-8 and null as
// encoding/json does.
var options = json.JoinOptions(
	json.MatchCaseInsensitiveNames(true),
	jsonv1.MatchCaseSensitiveDelimiter(true), // "imagetag" is not image_tag
	jsontext.AllowDuplicateNames(true),
	jsontext.AllowInvalidUTF8(true),
	jsonv1.MergeWithLegacySemantics(true),
)

// Unmarshal decodes one JSON value as the SDK reads responses. Anything but
// white space after the value is an error.
func Unmarshal(data []byte, v any) error {
	return json.Unmarshal(data, v, options)
}

// Skipped is a member whose value is not decoded.
type Skipped struct{}

// UnmarshalJSONFrom skips the value.
func (Skipped) UnmarshalJSONFrom(dec *jsontext.Decoder) error { return dec.SkipValue() }

// As decodes each T into the value that shadow returns for it. That value can be a
// struct that embeds the T and replaces one of its members with Skipped.
func As[T any](shadow func(*T) any) *json.Unmarshalers {
	return json.UnmarshalFromFunc(func(dec *jsontext.Decoder, v *T) error { return json.UnmarshalDecode(dec, shadow(v)) })
}

// Decoding defines how some types are decoded. Nil is the default for all
// types.
type Decoding = json.Options

// With joins the results of [As].
func With(u ...*json.Unmarshalers) Decoding {
	return json.WithUnmarshalers(json.JoinUnmarshalers(u...))
}
