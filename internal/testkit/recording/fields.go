package recording

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// field is a member of a JSON document that servers send.
type field struct{ path, kind string }

// fields returns a section of zadigtest/fields.tsv without the members that are
// always zero. An object comes before its members.
func fields(t testing.TB, section string) (fields []field) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(root(t), "zadigtest", "fields.tsv"))
	require.NoError(t, err)
	_, rows, _ := strings.Cut(string(data), "\n["+section+"]\n")
	rows, _, _ = strings.Cut(rows, "\n[")
	for row := range strings.Lines(rows) {
		c := strings.Split(strings.TrimSpace(row), "\t")
		if len(c) == 5 && c[2] != "empty" {
			fields = append(fields, field{c[0], c[1]})
		}
	}
	require.NotEmpty(t, fields, "zadigtest/fields.tsv has no section %q", section)
	return fields
}

// Full returns a document in which every member of a section of
// zadigtest/fields.tsv, such as "release", has another value, as encoding/json
// decodes it. Arrays have one element. If change is not nil, it
// may replace the value of each path.
func Full(t testing.TB, section string, change func(path string, value any) any) map[string]any {
	t.Helper()
	document := make(map[string]any)
	for i, f := range fields(t, section) {
		around, name := document, f.path
		if dot := strings.LastIndexByte(f.path, '.'); dot >= 0 {
			for step := range strings.SplitSeq(f.path[:dot], ".") {
				around = inside(around[strings.TrimRight(step, "[]{}")])
			}
			name = f.path[dot+1:]
		}
		member := strings.TrimRight(name, "[]{}")
		if _, again := around[member]; !again && !strings.HasPrefix(f.kind, "as ") && f.kind != "nothing" {
			value := f.value(i)
			if change != nil {
				value = change(f.path, value)
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
func (f field) value(n int) any {
	switch f.kind {
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
