package delivery

import jsonv2 "github.com/go-json-experiment/json"

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
