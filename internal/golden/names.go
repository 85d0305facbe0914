package golden

import (
	"encoding/json"
	"reflect"
	"strings"
)

// Misspelt tells whether a document has a member whose name is one of the
// type's, or of what it holds, but for upper and lower case. encoding/json
// reads it and encoding/json/v2 does not, and no server sends one.
func Misspelt(data []byte, like any) bool {
	known := make(map[string]bool)
	memberNames(reflect.TypeOf(like), known, make(map[reflect.Type]bool))
	var document any
	return json.Unmarshal(data, &document) == nil && misspelt(document, known)
}

func misspelt(v any, known map[string]bool) bool {
	switch v := v.(type) {
	case []any:
		for _, element := range v {
			if misspelt(element, known) {
				return true
			}
		}
	case map[string]any:
		for name, member := range v {
			if !known[name] {
				for right := range known {
					if strings.EqualFold(name, right) {
						return true
					}
				}
			}
			if misspelt(member, known) {
				return true
			}
		}
	}
	return false
}

// memberNames finds the names of all members that a type can have.
func memberNames(t reflect.Type, names map[string]bool, done map[reflect.Type]bool) {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map:
		memberNames(t.Elem(), names, done)
	case reflect.Struct:
		if done[t] {
			return
		}
		done[t] = true
		for field := range t.Fields() {
			name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
			if name == "" {
				name = field.Name
			}
			names[name] = true
			memberNames(field.Type, names, done)
		}
	}
}
