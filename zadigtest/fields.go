package zadigtest

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"maps"
	"sort"
	"strings"
	"sync"
)

// A document is stored once with all its members. A response has the members
// that the version of the server sends. fields.tsv lists them for each version.

//go:embed fields.tsv
var fieldsTable string

// field describes a member of an object as sent by a range of versions.
type field struct {
	name         string
	wraps        string // from the outside in: "[" for each array, "{" for each map around the value
	kind         string // string, id, integer, number, bool, object, any, nothing
	presence     string // always, null, omit, empty
	since, until version
	members      *[]*field
}

var sections = sync.OnceValue(func() map[string]*field {
	parsed := make(map[string]*field)
	var byPath map[string][]*field // of the current section, with one field for each range of versions
	for line := range strings.Lines(fieldsTable) {
		line = strings.TrimSuffix(line, "\n")
		if line == "" || line[0] == '#' {
			continue
		}
		if line[0] == '[' {
			root := &field{kind: "object", members: new([]*field)}
			parsed[strings.Trim(line, "[]")] = root
			byPath = map[string][]*field{"": {root}}
			continue
		}
		columns := strings.Split(line, "\t")
		path, kind := columns[0], columns[1]
		around, last := "", path
		if i := strings.LastIndexByte(path, '.'); i >= 0 {
			around, last = path[:i], path[i+1:]
		}
		f := &field{name: strings.TrimRight(last, "[]{}"), kind: kind, presence: columns[2], until: newest, members: new([]*field)}
		f.wraps = strings.NewReplacer("]", "", "}", "").Replace(last[len(f.name):])
		if like, ok := strings.CutPrefix(kind, "as "); ok { // refers to an enclosing member or a sibling
			f.kind, f.members = "object", byPath[like][0].members
		}
		f.since = version(sort.Search(len(versions), func(i int) bool { return compare(versions[i].name, columns[3]) >= 0 }))
		if columns[4] != "-" {
			f.until = version(sort.Search(len(versions), func(i int) bool { return compare(versions[i].name, columns[4]) > 0 }) - 1)
		}
		for _, parent := range byPath[around] {
			*parent.members = append(*parent.members, f)
		}
		byPath[path] = append(byPath[path], f)
	}
	return parsed
})

// asSent returns a value with the members that a section of fields.tsv lists
// for a version. The value must have been decoded by encoding/json with UseNumber.
func asSent(section string, value any, v version) any {
	return sections()[section].project(value, "", v)
}

func (f *field) project(value any, wraps string, v version) any {
	switch {
	case strings.HasPrefix(wraps, "["):
		list, _ := value.([]any)
		shown := make([]any, len(list))
		for i, e := range list {
			shown[i] = f.project(e, wraps[1:], v)
		}
		return shown
	case strings.HasPrefix(wraps, "{"):
		values, _ := value.(map[string]any)
		shown := make(map[string]any, len(values))
		for key, e := range values {
			shown[key] = f.project(e, wraps[1:], v)
		}
		return shown
	case f.kind == "nothing":
		return nil
	case f.kind == "object":
		return f.projectObject(value, v)
	case f.kind != "any" && (isEmpty(value) || f.presence == "empty"):
		return map[string]any{"string": "", "id": zeroID, "integer": 0, "number": 0, "bool": false}[f.kind]
	}
	return value
}

func (f *field) projectObject(value any, v version) any {
	object, _ := value.(map[string]any)
	if object == nil && (f.presence == "null" || f.wraps != "") {
		return nil
	}
	shown := make(map[string]any)
	for _, m := range *f.members {
		if e := object[m.name]; v >= m.since && v <= m.until && (m.presence != "omit" || !m.absent(e)) {
			shown[m.name] = m.project(e, m.wraps, v)
		}
	}
	return shown
}

// absent reports whether a member with the presence "omit" is left out. An object
// is left out if it is nil, any other value if it is empty.
func (f *field) absent(value any) bool {
	if f.kind == "object" && f.wraps == "" {
		return value == nil
	}
	return isEmpty(value)
}

const zeroID = "000000000000000000000000"

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

// treeOf returns the JSON of a document, decoded with UseNumber.
func treeOf(doc any) (tree map[string]any, err error) {
	data, err := json.Marshal(doc)
	if err != nil {
		return nil, err
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	return tree, decoder.Decode(&tree)
}

// without returns a copy of an object that lacks the named member.
func without(o map[string]any, name string) map[string]any {
	rest := maps.Clone(o)
	delete(rest, name)
	return rest
}
