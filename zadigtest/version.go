package zadigtest

import (
	"fmt"
	goversion "go/version"
	"sort"
	"strings"
)

// version is a position in versions, so that versions compare with < and >.
type version int

const (
	v17 version = iota
	v111
	v118
	v23
	v34
	v40
	v50
)

// versions lists the versions that a Server can behave as, one for each group of
// versions that look the same through the SDK, with the first version of the group.
var versions = [...]struct{ name, first string }{
	v17:  {"v1.7.1", "v0.0.0"},   // no trace, no brief lists; no release is found by id
	v111: {"v1.11.0", "v1.8.0"},  // the documentation describes it
	v118: {"v1.18.0", "v1.18.0"}, // rights are checked; workflow tasks and pull requests exist
	v23:  {"v2.3.1", "v2.3.0"},   // needs a license, and projectName for a release by id; sends X-Total
	v34:  {"v3.4.1", "v3.0.0"},   // brief releases have no environment
	v40:  {"v4.0.0", "v4.0.0"},   // flat releases, labels, no paging defaults
	v50:  {"v5.0.0", "v4.2.0"},   // lists leave services out
}

const newest = version(len(versions) - 1)

// Versions returns the versions of Zadig that a server can behave as, oldest
// first. Range over them to run a test on each.
func Versions() (names []string) {
	for _, v := range versions {
		names = append(names, v.name)
	}
	return names
}

func (v version) String() string { return versions[v].name }

// nearest returns the element of versions that looks like the version with this name.
func nearest(name string) (version, error) {
	if !goversion.IsValid("go" + strings.TrimPrefix(name, "v")) {
		return 0, fmt.Errorf("version %q, want one such as %q", name, newest)
	}
	return version(sort.Search(len(versions), func(i int) bool { return compare(versions[i].first, name) > 0 }) - 1), nil
}

// compare compares two version names, which have the syntax of Go versions. A name
// without a number, such as "-", is less than all others.
func compare(a, b string) int {
	return goversion.Compare("go"+strings.TrimPrefix(a, "v"), "go"+strings.TrimPrefix(b, "v"))
}
