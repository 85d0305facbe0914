package zadigtest

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
)

// A document is stored once with all its members. A response has the members
// that the version of the server sends, in that version's order. fields.tsv
// lists what each version sends.

//go:embed fields.tsv
var fieldsTable string

// field is a member of an object, as a range of versions sends it.
type field struct {
	name         string
	wraps        string // from the outside in: "[" for each array, "{" for each map around the value
	kind         string // string, id, number, bool, object, any, nothing
	like         string // the path whose members it has
	presence     string // always, null, omit
	since, until string
	members      []*field
}

var parsedFields = sync.OnceValue(func() map[string]*field {
	roots := make(map[string]*field)
	var root *field
	for line := range strings.Lines(fieldsTable) {
		line = strings.TrimSuffix(line, "\n")
		if line == "" || line[0] == '#' {
			continue
		}
		if line[0] == '[' {
			root = &field{kind: "object"}
			roots[strings.Trim(line, "[]")] = root
			continue
		}
		columns := strings.Split(line, "\t")
		if len(columns) != 5 {
			panic("fields.tsv: not five columns: " + line)
		}
		parents, last := []*field{root}, columns[0]
		if i := strings.LastIndexByte(last, '.'); i >= 0 {
			parents, last = root.find(last[:i]), last[i+1:]
		}
		f := &field{name: strings.TrimRight(last, "[]{}"), kind: columns[1], presence: columns[2]}
		f.wraps = strings.NewReplacer("]", "", "}", "").Replace(last[len(f.name):])
		if like, ok := strings.CutPrefix(f.kind, "as "); ok {
			f.kind, f.like = "object", like
		}
		if columns[3] != "-" {
			f.since = mustVersion(columns[3]).String()
		}
		if columns[4] != "-" {
			f.until = mustVersion(columns[4]).String()
		}
		for _, parent := range parents {
			parent.members = append(parent.members, f)
		}
	}
	return roots
})

// find returns the fields at a path, one for each range of versions.
func (f *field) find(path string) []*field {
	found := []*field{f}
	for name := range strings.SplitSeq(path, ".") {
		name = strings.TrimRight(name, "[]{}")
		var next []*field
		for _, f := range found {
			for _, m := range f.members {
				if m.name == name && !slices.Contains(next, m) {
					next = append(next, m)
				}
			}
		}
		if len(next) == 0 {
			panic("fields.tsv: no field " + path)
		}
		found = next
	}
	return found
}

// at returns the object as a version sends it.
func (f *field) at(v version) *field {
	g := *f
	g.members = nil
	for _, m := range f.members {
		if v.within(m.since, m.until) {
			g.members = append(g.members, m.at(v))
		}
	}
	for _, m := range g.members {
		switch m.like {
		case "":
		case f.name + "[]": // of its own kind
			m.members = g.members
		default:
			for _, o := range g.members {
				if o.name+"[]" == m.like {
					m.members = o.members
				}
			}
		}
	}
	return &g
}

var (
	shapesMu sync.Mutex
	shapes   = make(map[string]*field)
)

// shapeOf returns the object of a section of fields.tsv as a version sends it.
func shapeOf(section string, v version) *field {
	shapesMu.Lock()
	defer shapesMu.Unlock()
	key := section + " " + v.String()
	f, ok := shapes[key]
	if !ok {
		f = parsedFields()[section].at(v)
		shapes[key] = f
	}
	return f
}

const zeroID = "000000000000000000000000"

// append appends a value as the server encodes it. The value is decoded by
// encoding/json with UseNumber, or nil for an absent member.
func (f *field) append(b []byte, value any) []byte { return f.appendWrapped(b, value, f.wraps) }

func (f *field) appendWrapped(b []byte, value any, wraps string) []byte {
	if wraps == "" {
		return f.appendOne(b, value)
	}
	if wraps[0] == '{' {
		values, _ := value.(map[string]any)
		b = append(b, '{')
		for i, key := range slices.Sorted(maps.Keys(values)) {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(appendJSON(b, key), ':')
			b = f.appendWrapped(b, values[key], wraps[1:])
		}
		return append(b, '}')
	}
	values, _ := value.([]any)
	b = append(b, '[')
	for i, v := range values {
		if i > 0 {
			b = append(b, ',')
		}
		b = f.appendWrapped(b, v, wraps[1:])
	}
	return append(b, ']')
}

func (f *field) appendOne(b []byte, value any) []byte {
	switch f.kind {
	case "nothing":
		return append(b, "null"...)
	case "any":
		return appendJSON(b, value)
	case "object":
		return f.appendObject(b, value)
	}
	if isEmpty(value) {
		return append(b, map[string]string{"string": `""`, "id": `"` + zeroID + `"`, "number": "0", "bool": "false"}[f.kind]...)
	}
	return appendJSON(b, value)
}

func (f *field) appendObject(b []byte, value any) []byte {
	object, _ := value.(map[string]any)
	if object == nil && (f.presence == "null" || f.wraps != "") {
		return append(b, "null"...)
	}
	b = append(b, '{')
	first := true
	for _, m := range f.members {
		v := object[m.name]
		if m.presence == "omit" && m.absent(v) {
			continue
		}
		if !first {
			b = append(b, ',')
		}
		first = false
		b = append(appendJSON(b, m.name), ':')
		b = m.append(b, v)
	}
	return append(b, '}')
}

// absent reports whether a member with "omit" is left out: an object if it is
// nil, any other value if it is empty.
func (f *field) absent(value any) bool {
	if f.kind == "object" && f.wraps == "" {
		return value == nil
	}
	return isEmpty(value)
}

func isEmpty(value any) bool {
	switch value := value.(type) {
	case nil:
		return true
	case string:
		return value == "" || value == zeroID
	case json.Number:
		return value == "0"
	case int64:
		return value == 0
	case bool:
		return !value
	case []any:
		return len(value) == 0
	case map[string]any:
		return len(value) == 0
	}
	return false
}

// appendJSON appends a value with the escapes of encoding/json, which the server
// uses too.
func appendJSON(b []byte, value any) []byte {
	data, err := json.Marshal(value)
	if err != nil {
		panic(fmt.Sprintf("zadigtest: %v", err)) // values come from decoding JSON
	}
	return append(b, data...)
}

// decodeTree decodes a JSON object with UseNumber.
func decodeTree(data []byte) (map[string]any, error) {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var object map[string]any
	err := decoder.Decode(&object)
	return object, err
}
