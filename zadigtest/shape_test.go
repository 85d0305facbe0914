package zadigtest_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zadig-go/zadig/artifact"
	"github.com/zadig-go/zadig/delivery"
	"github.com/zadig-go/zadig/internal/testkit/jsontest"
	"github.com/zadig-go/zadig/zadigtest"
)

// TestShapes gives every version a document with all members filled and one
// with all of them empty, and compares the members that come back with the
// table of what real servers send.
func TestShapes(t *testing.T) {
	t.Parallel()
	for i, version := range zadigtest.Versions() {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			isFlat := i >= slices.Index(zadigtest.Versions(), "v4.0.0")

			full := jsontest.Fill[delivery.Release]()
			full.VersionInfo.ID, full.VersionInfo.DeletedAt, full.VersionInfo.ProductName = idOf(1), 0, "p"
			table := jsontest.ReadTable(t, "Release object, `GET")
			if isFlat {
				table = jsontest.ReadTable(t, "Release object since v4.0.0")
			} else {
				full.Services = nil
			}
			for what, release := range map[string]*delivery.Release{"full": &full, "empty": emptied(t, &full)} {
				srv := zadigtest.NewServer(t, zadigtest.WithServerVersion(version), zadigtest.WithReleases(release))
				path := "/api/aslan/delivery/releases"
				if isFlat {
					path += "/" + idOf(1) + "?projectName=p"
				}
				body := ask(t, srv, path).body
				assert.Equal(t, sent(table, i, what == "empty"), members(t, body), "%s release", what)
			}

			item := jsontest.Fill[artifact.Artifact]()
			item.ID = idOf(2)
			for what, a := range map[string]*artifact.Artifact{"full": &item, "empty": emptied(t, &item)} {
				a.Image = "registry.example.com/a:1"
				if what == "empty" {
					a.Image, a.Type = "", "file"
				}
				srv := zadigtest.NewServer(t, zadigtest.WithServerVersion(version), zadigtest.WithArtifacts(a))
				table := jsontest.ReadTable(t, "Artifact object, aslan")
				assert.Equal(t, sent(table, i, what == "empty"), members(t, ask(t, srv, "/api/aslan/delivery/artifacts/"+a.ID).body), "%s artifact", what)
				if i == 0 || what == "empty" {
					continue // nothing to trace with
				}
				table = jsontest.ReadTable(t, "Artifact object, picket")
				assert.Equal(t, sent(table, i, false), members(t, ask(t, srv, "/api/directory/dc/artifact?image="+a.Image).body), "traced artifact")
			}
		})
	}
}

// emptied is the document with all scalars zero and all lists of scalars
// empty. Objects, and lists of them, stay.
func emptied[T any](t *testing.T, doc *T) *T {
	t.Helper()
	data, err := json.Marshal(doc)
	require.NoError(t, err)
	var tree map[string]any
	require.NoError(t, json.Unmarshal(data, &tree))
	empty(tree)
	if info, ok := tree["versionInfo"].(map[string]any); ok {
		info["id"] = idOf(1)
	} else {
		tree["id"], tree["project_name"] = idOf(1), "p" // needed to ask for it
	}
	data, err = json.Marshal(tree)
	require.NoError(t, err)
	copied := new(T)
	require.NoError(t, json.Unmarshal(data, copied))
	return copied
}

func empty(o map[string]any) {
	for name, v := range o {
		switch v := v.(type) {
		case map[string]any:
			empty(v)
		case []any:
			o[name] = emptyList(v)
		default:
			delete(o, name)
		}
	}
}

func emptyList(list []any) []any {
	kept := []any{}
	for _, v := range list {
		switch v := v.(type) {
		case map[string]any:
			empty(v)
			kept = append(kept, v)
		case []any:
			kept = append(kept, emptyList(v))
		}
	}
	return kept
}

// neverFilled lists the members that the types of the server have, and so the
// table, but that no response contains.
func neverFilled(path string, version int) bool {
	return strings.HasPrefix(path, "versionInfo.productEnvInfo.render.") && version >= indexOf("v2.0.0") ||
		strings.HasPrefix(path, "securityStatsInfo") && version >= indexOf("v3.4.1")
}

func indexOf(version string) int {
	i := slices.Index(zadigtest.Versions(), version)
	if i < 0 && version != "v1.6.0" {
		panic(version)
	}
	return i
}

// sent are the members of the table that a version sends, without brackets.
func sent(table jsontest.Table, version int, empty bool) []string {
	within := func(versions string) bool {
		var since, until string
		switch {
		case versions == "all":
			return true
		case strings.HasPrefix(versions, "since "):
			return version >= indexOf(versions[len("since "):])
		case strings.HasPrefix(versions, "up to "):
			return version <= indexOf(versions[len("up to "):])
		}
		_, err := fmt.Sscanf(versions, "%s to %s", &since, &until)
		return err == nil && version >= indexOf(since) && version <= indexOf(until)
	}
	there := map[string]bool{}
	for path, rows := range table {
		for _, row := range rows {
			if within(row.Versions) && !neverFilled(path, version) &&
				(!empty || strings.HasPrefix(row.Presence, "always") || strings.HasPrefix(row.Type, "object")) {
				there[strings.NewReplacer("[]", "", "{}", "").Replace(path)] = true
			}
		}
	}
	for path := range there { // members of what is not there
		for around := path; around != ""; {
			around = around[:max(0, strings.LastIndexByte(around, '.'))]
			if around != "" && !there[around] {
				delete(there, path)
			}
		}
	}
	return slices.Sorted(maps.Keys(there))
}

// members returns the paths of a response in the same form.
func members(t *testing.T, body string) []string {
	t.Helper()
	var doc any
	require.NoError(t, json.Unmarshal([]byte(body), &doc), body)
	paths := map[string]bool{}
	collect(paths, "", doc)
	return slices.Sorted(maps.Keys(paths))
}

func collect(paths map[string]bool, path string, v any) {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			collect(paths, path, e)
		}
	case map[string]any:
		for name, e := range v {
			at := strings.TrimPrefix(path+"."+name, ".")
			at = strings.Replace(at, "distributeInfo.subDistributes.", "distributeInfo.", 1) // one inside the other
			paths[at] = true
			if m, ok := e.(map[string]any); ok && isMap(name) {
				for _, e := range m {
					collect(paths, at, e)
				}
				continue
			}
			collect(paths, at, e)
		}
	}
}

// isMap reports whether an object is a map, whose keys are data, and not an object
// with members.
func isMap(name string) bool {
	return name == "sortedActivities" || name == "service_deploy_strategy" || name == "pre_sleep_status"
}
