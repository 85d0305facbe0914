package response

import "github.com/go-json-experiment/json/jsontext"

// Skip is the type of a member that is passed over without being decoded.
type Skip struct{}

// UnmarshalJSONFrom passes over one value.
func (*Skip) UnmarshalJSONFrom(dec *jsontext.Decoder) error { return dec.SkipValue() }
