package delivery

import jsonv2 "github.com/go-json-experiment/json"

// For the tests of package delivery_test: what Release is decoded through.
type (
	Nested = nested
	Flat   = flat
)

// DecodeStreamed decodes a release as List and All do.
func DecodeStreamed(data []byte, options jsonv2.Options) (*Release, error) {
	var w wireRelease
	if err := jsonv2.Unmarshal(data, &w, options); err != nil {
		return nil, err
	}
	if err := w.Validate(); err != nil {
		return nil, err
	}
	return w.release(), nil
}

// The tables of what a copy without credentials leaves out.
var (
	SecretFields   = secretFields
	VariableFields = variableFields
	AddressFields  = addressFields
)
