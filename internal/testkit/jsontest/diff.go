package jsontest

import (
	"bytes"
	"encoding/json"
	"maps"
	"math/big"
	"reflect"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Diff compares two JSON documents by value and returns what differs, or "":
// the order of members and the spelling of numbers and strings do not count. A
// member that is absent, null or zero in both documents is the same if mayMerge
// returns true for its path. Paths are written as in the field table, with "[]"
// for any element. If mayMerge is nil, such members differ.
func Diff(t testing.TB, want, got []byte, mayMerge func(path string) bool) string {
	t.Helper()
	merge := cmp.FilterPath(func(p cmp.Path) bool {
		if _, member := p.Last().(cmp.MapIndex); !member || mayMerge == nil {
			return false
		}
		want, got := p.Last().Values()
		return isZero(value(want)) && isZero(value(got)) && value(want) != value(got) && mayMerge(pathOf(p))
	}, cmp.Ignore())
	return cmp.Diff(tree(t, want), tree(t, got), merge, cmp.Comparer(sameNumber))
}

// absent stands for the value of an absent member.
type absent struct{}

func value(v reflect.Value) any {
	if !v.IsValid() {
		return absent{}
	}
	return v.Interface()
}

func pathOf(p cmp.Path) string {
	path := ""
	for _, step := range p {
		switch step := step.(type) {
		case cmp.MapIndex:
			path = join(path, step.Key().String())
		case cmp.SliceIndex:
			path += "[]"
		}
	}
	return path
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

func sameNumber(a, b json.Number) bool {
	x, okX := new(big.Rat).SetString(a.String())
	y, okY := new(big.Rat).SetString(b.String())
	return okX && okY && x.Cmp(y) == 0
}

func isZero(v any) bool {
	if n, ok := v.(json.Number); ok {
		return sameNumber(n, "0")
	}
	return v == nil || v == absent{} || v == "" || v == false
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
