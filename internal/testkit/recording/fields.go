package recording

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Full returns a document with all members of a section of zadigtest/fields.tsv, such
// as "release", except those that are always zero. Each member has a different value,
// as decoded by encoding/json. Arrays have one element. If change is not nil, it may
// replace the value of each path.
func Full(t testing.TB, section string, change func(path string, value any) any) map[string]any {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(root(t), "zadigtest", "fields.tsv"))
	require.NoError(t, err)
	_, rows, found := strings.Cut(string(data), "\n["+section+"]\n")
	require.True(t, found, "zadigtest/fields.tsv has no section %q", section)
	rows, _, _ = strings.Cut(rows, "\n[")
	document, n := make(map[string]any), 0
	objects := map[string]map[string]any{"": document} // by path; an object comes before its members
	for row := range strings.Lines(rows) {
		c := strings.Split(strings.TrimSpace(row), "\t")
		if len(c) != 5 || c[2] == "empty" || c[1] == "nothing" || strings.HasPrefix(c[1], "as ") {
			continue
		}
		path, dot := c[0], strings.LastIndexByte(c[0], '.')
		around, name := objects[path[:max(dot, 0)]], path[dot+1:]
		member := strings.TrimRight(name, "[]{}")
		if _, again := around[member]; again {
			continue
		}
		n++
		value := valueOf(c[1], n)
		if object, ok := value.(map[string]any); ok {
			objects[path] = object
		}
		if change != nil {
			value = change(path, value)
		}
		for rest := name[len(member):]; rest != ""; rest = rest[:len(rest)-2] { // from the inside out
			if strings.HasSuffix(rest, "[]") {
				value = []any{value}
			} else {
				value = map[string]any{"key": value}
			}
		}
		around[member] = value
	}
	return document
}

// valueOf returns a value that no other field has.
func valueOf(kind string, n int) any {
	switch kind {
	case "string", "id":
		return fmt.Sprintf("text <%d> 中文", n)
	case "integer":
		return float64(n)
	case "number":
		return float64(n) + 0.1
	case "bool":
		return true
	case "any":
		return []any{float64(n), nil}
	}
	return map[string]any{}
}
