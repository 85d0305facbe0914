package delivery_test

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	documentedTable = "Release object, `GET /api/aslan/delivery/releases`"
	v4Table         = "Release object since v4.0.0"
)

// neverFilled are members of the table that servers send for no release with
// anything but a zero value, and that Release does not have.
var neverFilled = []string{
	"versionInfo.productEnvInfo.visibility",
	"versionInfo.productEnvInfo.base_env_name",
	"versionInfo.productEnvInfo.chart_infos[]",
	"versionInfo.productEnvInfo.env_configs[]",
	"versionInfo.productEnvInfo.services[][].env_configs[]",
	"versionInfo.productEnvInfo.services[][].variable_yaml",
	"versionInfo.productEnvInfo.services[][].variable_kvs[]",
	"versionInfo.productEnvInfo.services[][].updatable",
	"versionInfo.productEnvInfo.services[][].deploy_strategy",
	"buildInfo[].commits[].enable_proxy",
}

// Every member that a server sends is there again after decoding and encoding,
// with its value.
func TestEveryFieldSurvives(t *testing.T) {
	t.Parallel()
	for _, heading := range []string{documentedTable, v4Table} {
		want := map[string]any{}
		for i, f := range readTable(t, heading) {
			isLeftOut := func(path string) bool { return strings.HasPrefix(f.path, path) }
			if !slices.ContainsFunc(neverFilled, isLeftOut) && f.jsonType != "object (recursive)" {
				f.put(want, f.value(i))
			}
		}
		data, err := json.Marshal(want)
		require.NoError(t, err)
		for codec, r := range decoded(t, data) {
			assert.Empty(t, cmp.Diff(want, tree(t, encode(t, r))), "%s: %s", heading, codec)
		}
	}
}

// field is one row of testdata/wire/FIELDS.md.
type field struct{ path, jsonType string }

// readTable reads the section whose heading starts with these words. An object
// comes before its members.
func readTable(t *testing.T, heading string) (fields []field) {
	t.Helper()
	text, err := os.ReadFile("../testdata/wire/FIELDS.md")
	require.NoError(t, err)
	_, section, ok := strings.Cut(string(text), "\n## "+heading)
	require.True(t, ok, heading)
	section, _, _ = strings.Cut(section, "\n## ")
	for line := range strings.Lines(section) {
		if cells := strings.Split(line, " | "); len(cells) == 4 && strings.HasPrefix(cells[0], "| `") {
			fields = append(fields, field{strings.Trim(cells[0], "| `"), cells[1]})
		}
	}
	require.NotEmpty(t, fields, heading)
	return fields
}

// put adds the member to a document.
func (f field) put(document map[string]any, value any) {
	parent, name := "", f.path
	if dot := strings.LastIndexByte(f.path, '.'); dot >= 0 {
		parent, name = f.path[:dot], f.path[dot+1:]
	}
	at := document
	for step := range strings.SplitSeq(parent, ".") {
		if step != "" {
			at = inside(at[strings.TrimRight(step, "[]{}")])
		}
	}
	member := strings.TrimRight(name, "[]{}")
	if _, again := at[member]; !again {
		at[member] = wrapped(name[len(member):], value)
	}
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

// wrapped returns an array ("[]") or an object with any key ("{}") that holds the
// value.
func wrapped(suffix string, value any) any {
	switch {
	case strings.HasPrefix(suffix, "[]"):
		return []any{wrapped(suffix[2:], value)}
	case strings.HasPrefix(suffix, "{}"):
		return map[string]any{"key": value}
	}
	return value
}

// value returns a value that no other field has.
func (f field) value(n int) any {
	switch kind, _, _ := strings.Cut(f.jsonType, "("); kind {
	case "string":
		if credentialPath.MatchString(f.path) {
			return "[redacted]"
		}
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
