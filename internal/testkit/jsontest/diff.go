package jsontest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"testing"
)

// Difference is one member that two documents do not have alike. Path is
// written as in the field table: "[]" for any element.
type Difference struct {
	Path      string
	Want, Got any  // Absent, or the value with json.Number for numbers
	Merge     bool // both are null, absent or a scalar's zero value
}

// Absent stands in a Difference for a member that is not there.
const Absent = absent("absent")

type absent string

func (d Difference) String() string { return fmt.Sprintf("%s: want %v, got %v", d.Path, d.Want, d.Got) }

// Diff compares two JSON documents by value: the order of members and the
// spelling of numbers and strings do not count.
func Diff(t testing.TB, want, got []byte) []Difference {
	t.Helper()
	return diff("", tree(t, want), tree(t, got))
}

// Paths lists the members of a JSON document that are not null, empty or
// zero, written as in the field table. maps are the paths of the members
// whose keys are data.
func Paths(t testing.TB, data []byte, maps ...string) []string {
	t.Helper()
	found := map[string]bool{}
	collect(found, maps, "", tree(t, data))
	delete(found, "")
	return slices.DeleteFunc(sortedKeys(found), func(path string) bool { return !found[path] })
}

func tree(t testing.TB, data []byte) any {
	t.Helper()
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var v any
	if err := decoder.Decode(&v); err != nil {
		t.Fatalf("not JSON: %v\n%s", err, data)
	}
	return v
}

func diff(path string, want, got any) []Difference {
	switch w := want.(type) {
	case map[string]any:
		if g, ok := got.(map[string]any); ok {
			return diffObjects(path, w, g)
		}
	case []any:
		if g, ok := got.([]any); ok && len(g) == len(w) {
			var all []Difference
			for i := range w {
				all = append(all, diff(path+"[]", w[i], g[i])...)
			}
			return all
		}
	case json.Number:
		if g, ok := got.(json.Number); ok && sameNumber(w, g) {
			return nil
		}
	default:
		if want == got {
			return nil
		}
	}
	return []Difference{{Path: path, Want: want, Got: got, Merge: isZero(want) && isZero(got)}}
}

func diffObjects(path string, want, got map[string]any) []Difference {
	names := maps.Clone(want)
	maps.Copy(names, got)
	var all []Difference
	for _, name := range sortedKeys(names) {
		w, ok := want[name]
		if !ok {
			w = Absent
		}
		g, ok := got[name]
		if !ok {
			g = Absent
		}
		all = append(all, diff(join(path, name), w, g)...)
	}
	return all
}

func sameNumber(a, b json.Number) bool {
	x, okX := new(big.Rat).SetString(a.String())
	y, okY := new(big.Rat).SetString(b.String())
	return okX && okY && x.Cmp(y) == 0
}

func isZero(v any) bool {
	if n, ok := v.(json.Number); ok {
		return sameNumber(n, "0")
	}
	return v == nil || v == Absent || v == "" || v == false
}

func collect(found map[string]bool, maps []string, path string, v any) {
	switch v := v.(type) {
	case map[string]any:
		if slices.Contains(maps, path) {
			for _, member := range v {
				collect(found, maps, path+"{}", member)
			}
			return
		}
		for name, member := range v {
			collect(found, maps, join(path, name), member)
		}
		found[path] = true
	case []any:
		for _, element := range v {
			collect(found, maps, path+"[]", element)
		}
	default:
		found[path] = found[path] || !isZero(v)
	}
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
