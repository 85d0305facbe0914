package zadigtest_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig/internal/testkit/recording"
)

var update = flag.Bool("update", false, "write the sections of fields.tsv that testdata/wire/FIELDS.md has")

// sections are those of fields.tsv that FIELDS.md has, with the beginnings of
// their headings there. It has no table of the OpenAPI.
var sections = []struct{ name, heading string }{
	{"release", "Release object, `GET"},
	{"flat", "Release object since v4.0.0"},
	{"artifact", "Artifact object, aslan"},
	{"traced", "Artifact object, picket"},
}

// neverFilledSince are the members that stay in the types of the server, and
// so in the table, but are never filled any more.
var neverFilledSince = []struct{ path, until, left string }{
	{"versionInfo.productEnvInfo.render", "v1.18.0", "versionInfo.productEnvInfo.render\tnothing\tnull\tv2.0.0\t-\n"},
	{"securityStatsInfo[]", "v3.4.0", ""},
}

// TestFieldsAreThoseOfTheTable compares fields.tsv with the field table. After
// a change of the table, go test ./zadigtest -run Fields -update writes it.
func TestFieldsAreThoseOfTheTable(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("fields.tsv")
	require.NoError(t, err)
	table, err := os.ReadFile(filepath.Join(recording.Dir(t), "FIELDS.md"))
	require.NoError(t, err)
	want := string(data)
	for _, section := range sections {
		before, rest, found := strings.Cut(want, "["+section.name+"]\n")
		require.True(t, found, section.name)
		_, after, more := strings.Cut(rest, "\n[")
		want = before + "[" + section.name + "]\n" + fieldsOf(t, string(table), section.heading)
		if more {
			want += "\n[" + after
		}
	}
	if *update {
		require.NoError(t, os.WriteFile("fields.tsv", []byte(want), 0o600))
		return
	}
	if string(data) != want {
		t.Error("fields.tsv is not what FIELDS.md says: -update writes it, git diff shows it")
	}
}

var tableRow = regexp.MustCompile("^\\| `(.+)` \\| (.+) \\| (.+) \\| (.+) \\|$")

// fieldsOf is the section of FIELDS.md in the columns of fields.tsv.
func fieldsOf(t *testing.T, table, heading string) string {
	t.Helper()
	_, section, found := strings.Cut(table, "\n## "+heading)
	require.True(t, found, heading)
	section, _, _ = strings.Cut(section, "\n## ")
	var fields, left strings.Builder
	under := "" // the member whose replacement is due behind its own members
	for line := range strings.Lines(section) {
		row := tableRow.FindStringSubmatch(strings.TrimSpace(line))
		if row == nil {
			continue
		}
		path, since, until := row[1], "-", "-"
		if under != "" && !strings.HasPrefix(path, under) {
			fields.WriteString(left.String())
			left.Reset()
			under = ""
		}
		switch versions := strings.Fields(row[4]); {
		case row[4] == "all":
		case versions[0] == "since" && len(versions) == 2:
			since = versions[1]
		case versions[0] == "up" && len(versions) == 3:
			until = versions[2]
		case len(versions) == 3:
			since, until = versions[0], versions[2]
		default:
			t.Fatalf("%s: versions %q", path, row[4])
		}
		for _, never := range neverFilledSince {
			if until == "-" && strings.HasPrefix(path, never.path) {
				until = never.until
			}
			if path == never.path {
				left.WriteString(never.left)
				under = path
			}
		}
		if until == "v1.6.0" || strings.HasPrefix(path, "sortedActivities{}[].") {
			continue // before the oldest server; or written in one row
		}
		fmt.Fprintf(&fields, "%s\t%s\t%s\t%s\t%s\n", path, typeOf(path, row[2]), presenceOf(row[3]), since, until)
	}
	return fields.String()
}

func typeOf(path, jsonType string) string {
	switch {
	case path == "sortedActivities{}[]":
		return "as activities[]"
	case jsonType == "object (recursive)":
		return "as " + path[:strings.LastIndexByte(path, '.')]
	case jsonType == "string(24 hex)":
		return "id"
	case jsonType == "integer":
		return "number"
	}
	return jsonType
}

func presenceOf(presence string) string {
	switch {
	case !strings.HasPrefix(presence, "always sent"):
		return "omit"
	case strings.Contains(presence, "null"):
		return "null"
	}
	return "always"
}
