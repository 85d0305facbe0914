package response

import (
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

// Unmarshal decodes one JSON value as the SDK reads responses. Anything but
// white space behind the value is an error.
func Unmarshal(data []byte, v any) error {
	return json.Unmarshal(data, v, options)
}
