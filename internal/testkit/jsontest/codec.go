// Package jsontest holds helpers for tests of types. They decode and encode JSON
// with the codecs that users may have, compare JSON documents, and read the table
// of the fields that servers send.
package jsontest

import (
	"encoding/json"
	"testing"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Codec decodes and encodes as one JSON package does.
type Codec struct {
	Name   string
	Decode func(data []byte, into any) error
	Encode func(v any) ([]byte, error)
}

// Codecs are the JSON packages that must agree. encoding/json is another one
// with GOEXPERIMENT=jsonv2, so tests are run with and without it.
func Codecs() []Codec {
	lenient := jsonv2.JoinOptions(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	return []Codec{
		{
			Name:   "encoding/json",
			Decode: json.Unmarshal,
			Encode: json.Marshal,
		},
		{
			Name:   "json/v2",
			Decode: func(data []byte, into any) error { return jsonv2.Unmarshal(data, into, lenient) },
			Encode: func(v any) ([]byte, error) { return jsonv2.Marshal(v, lenient) },
		},
	}
}

// Decoded is a document as a codec decodes and encodes it.
type Decoded[T any] struct {
	Codec string
	Value T
	JSON  []byte
}

// RoundTrip decodes a document with each codec and encodes it again.
func RoundTrip[T any](t testing.TB, data []byte) []Decoded[T] {
	t.Helper()
	var all []Decoded[T]
	for _, codec := range Codecs() {
		d := Decoded[T]{Codec: codec.Name}
		if err := codec.Decode(data, &d.Value); err != nil {
			t.Fatalf("%s: decode: %v", codec.Name, err)
		}
		var err error
		if d.JSON, err = codec.Encode(d.Value); err != nil {
			t.Fatalf("%s: encode: %v", codec.Name, err)
		}
		all = append(all, d)
	}
	return all
}
