package recording

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Field is a member of a JSON document that servers send: a row of
// zadigtest/fields.tsv, which explains the columns.
type Field struct {
	Path, Type, Presence, Since, Until string
}

// Fields returns a section of zadigtest/fields.tsv, such as "release", without the
// members that are always zero. An object comes before its members.
func Fields(t testing.TB, section string) (fields []Field) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(Dir(t), "..", "..", "zadigtest", "fields.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	_, rows, _ := strings.Cut(string(data), "\n["+section+"]\n")
	rows, _, _ = strings.Cut(rows, "\n[")
	for row := range strings.Lines(rows) {
		c := strings.Split(strings.TrimSpace(row), "\t")
		if len(c) == 5 && c[2] != "empty" {
			fields = append(fields, Field{c[0], c[1], c[2], c[3], c[4]})
		}
	}
	if len(fields) == 0 {
		t.Fatalf("zadigtest/fields.tsv has no section %q", section)
	}
	return fields
}

// Full returns a document in which every member of a section has another value,
// as encoding/json decodes it. Arrays have one element. If change is not nil, it
// may replace the value of each path.
func Full(t testing.TB, section string, change func(path string, value any) any) map[string]any {
	t.Helper()
	document := make(map[string]any)
	for i, f := range Fields(t, section) {
		around, name := document, f.Path
		if dot := strings.LastIndexByte(f.Path, '.'); dot >= 0 {
			for step := range strings.SplitSeq(f.Path[:dot], ".") {
				around = inside(around[strings.TrimRight(step, "[]{}")])
			}
			name = f.Path[dot+1:]
		}
		member := strings.TrimRight(name, "[]{}")
		if _, again := around[member]; !again && !strings.HasPrefix(f.Type, "as ") && f.Type != "nothing" {
			value := f.value(i)
			if change != nil {
				value = change(f.Path, value)
			}
			around[member] = wrapped(name[len(member):], value)
		}
	}
	return document
}

// inside returns the object in nested arrays.
func inside(v any) map[string]any {
	for {
		list, ok := v.([]any)
		if !ok {
			return v.(map[string]any) //nolint:forcetypeassert // the table lists the object
		}
		v = list[0]
	}
}

// wrapped returns an array ("[]") or an object with any key ("{}") around a value.
func wrapped(suffix string, value any) any {
	switch {
	case strings.HasPrefix(suffix, "[]"):
		return []any{wrapped(suffix[2:], value)}
	case strings.HasPrefix(suffix, "{}"):
		return map[string]any{"key": wrapped(suffix[2:], value)}
	}
	return value
}

// value returns a value that no other field has.
func (f Field) value(n int) any {
	switch f.Type {
	case "string", "id":
		return fmt.Sprintf("text <%d> 中文", n)
	case "integer":
		return float64(n + 1)
	case "number":
		return float64(n) + 0.1
	case "bool":
		return true
	case "any":
		return []any{float64(n), nil}
	}
	return map[string]any{}
}
