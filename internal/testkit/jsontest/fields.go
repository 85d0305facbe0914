package jsontest

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/zadig-go/zadig/internal/testkit/recording"
)

// Field is one row of the field table: a member, when it is sent, and by
// which versions.
type Field struct {
	Path, Type, Presence, Versions string
}

// Table is one section of the field table, by path. A member whose presence
// has changed has several rows.
type Table map[string][]Field

// ReadTable reads the section of testdata/wire/FIELDS.md whose heading starts
// with the words.
func ReadTable(t testing.TB, heading string) Table {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(recording.Dir(t), "FIELDS.md"))
	if err != nil {
		t.Fatal(err)
	}
	table := Table{}
	inside := false
	for line := range strings.Lines(string(text)) {
		if name, ok := strings.CutPrefix(line, "## "); ok {
			inside = strings.HasPrefix(name, heading)
		}
		cells := strings.Split(strings.TrimSpace(line), " | ")
		if !inside || len(cells) != 4 || !strings.HasPrefix(cells[0], "| `") {
			continue
		}
		f := Field{
			Path:     strings.Trim(cells[0], "| `"),
			Type:     strings.TrimSuffix(cells[1], "(24 hex)"),
			Presence: cells[2],
			Versions: strings.Trim(cells[3], " |"),
		}
		table[f.Path] = append(table[f.Path], f)
	}
	if len(table) == 0 {
		t.Fatalf("FIELDS.md has no section %q", heading)
	}
	return table
}

// always reports whether a member is sent with whatever value it has, in every
// version that sends the object around it.
func (table Table) always(path string) bool {
	around := parent(path)
	if around != "" && len(table[around]) == 0 {
		return true // there is no such object in this table
	}
	rows := table[path]
	for _, row := range rows {
		if !strings.HasPrefix(row.Presence, "always sent") {
			return false
		}
	}
	versions := versionsOf(rows)
	return len(rows) > 0 && (versions == "all" || versions == versionsOf(table[around]))
}

func parent(path string) string {
	if i := strings.LastIndexByte(path, '.'); i >= 0 {
		return path[:i]
	}
	return ""
}

func versionsOf(rows []Field) string {
	var all []string
	for _, row := range rows {
		all = append(all, row.Versions)
	}
	return strings.Join(all, ", ")
}

// member is a field of a Go type, at one of the paths where it stands.
type member struct {
	path, jsonType string
	kind           reflect.Kind // of the field itself, pointers included
	omitzero       bool
	field          string // "Type.Field": one for several paths
}

// CheckFields compares a Go type with the tables of what it is decoded from:
// every path is there with its JSON type, no tag is unknown, and a member is
// omitted when zero if and only if some version omits it.
func CheckFields(t testing.TB, v any, tables ...Table) {
	t.Helper()
	types := map[string]string{}
	for _, table := range tables {
		for path, rows := range table {
			types[path] = rows[0].Type
		}
	}

	members := walk(reflect.TypeOf(v), "", nil)
	required := map[string]bool{}
	for _, m := range members {
		always := true
		for _, table := range tables {
			always = always && table.always(m.path)
		}
		if previous, seen := required[m.field]; seen {
			always = always && previous
		}
		required[m.field] = always
	}

	have := map[string]bool{}
	for _, m := range members {
		have[m.path] = true
		switch want, known := types[m.path]; {
		case !known:
			t.Errorf("%s: %s is in no table", m.field, m.path)
		case want != m.jsonType:
			t.Errorf("%s: %s is %s in the table, %s in Go", m.field, m.path, want, m.jsonType)
		}
		list := m.kind == reflect.Slice && m.jsonType != "any" || m.kind == reflect.Map
		if omit := list || !required[m.field]; omit != m.omitzero {
			t.Errorf("%s: %s: omitzero is %t, want %t", m.field, m.path, m.omitzero, omit)
		}
	}
	for _, path := range sortedKeys(types) {
		if !have[path] {
			t.Errorf("no Go field for %s", path)
		}
	}
}

// walk lists the members of a struct type and of all that it holds. stack are
// the types around it: a type inside itself is not entered again.
func walk(typ reflect.Type, path string, stack []reflect.Type) []member {
	var all []member
	for _, f := range reflect.VisibleFields(typ) {
		tag, tagged := f.Tag.Lookup("json")
		if !tagged {
			continue // embedded, its fields follow; or not JSON
		}
		name, option, _ := strings.Cut(tag, ",")
		m := member{
			path:     join(path, name),
			kind:     f.Type.Kind(),
			omitzero: option == "omitzero",
			field:    owner(typ, f).Name() + "." + f.Name,
		}
		element, suffix := elementOf(f.Type)
		m.path += suffix
		m.jsonType = jsonType(element)
		if m.jsonType != "object" {
			all = append(all, m)
			continue
		}
		inside := slices.Concat(stack, []reflect.Type{typ})
		if slices.Contains(inside, element) {
			m.jsonType = "object (recursive)"
		}
		all = append(all, m)
		if m.jsonType == "object" {
			all = append(all, walk(element, m.path, inside)...)
		}
	}
	return all
}

// owner returns the struct that declares a field, which may be embedded.
func owner(typ reflect.Type, f reflect.StructField) reflect.Type {
	for _, i := range f.Index[:len(f.Index)-1] {
		typ = typ.Field(i).Type
	}
	return typ
}

var rawMessage = reflect.TypeFor[json.RawMessage]()

// elementOf returns the type inside pointers, slices and maps, and those in the
// notation of the table.
func elementOf(typ reflect.Type) (reflect.Type, string) {
	suffix := ""
	for {
		switch {
		case typ == rawMessage:
			return typ, suffix
		case typ.Kind() == reflect.Slice:
			suffix += "[]"
		case typ.Kind() == reflect.Map:
			suffix += "{}"
		case typ.Kind() != reflect.Pointer:
			return typ, suffix
		}
		typ = typ.Elem()
	}
}

func jsonType(typ reflect.Type) string {
	switch typ.Kind() {
	case reflect.String:
		return "string"
	case reflect.Int, reflect.Int64:
		return "integer"
	case reflect.Float64:
		return "number"
	case reflect.Bool:
		return "bool"
	case reflect.Struct:
		return "object"
	}
	if typ == rawMessage {
		return "any"
	}
	return typ.String()
}

// Paths lists the members of the table.
func (table Table) Paths() []string { return sortedKeys(table) }
