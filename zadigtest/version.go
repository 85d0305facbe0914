package zadigtest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// version is a position in versions, so that versions compare with < and >.
type version int

// The versions that a Server behaves as: one for each group of versions that
// looks the same through the SDK.
const (
	v17  version = iota // no trace, no brief lists; nothing is found by id
	v111                // the documentation describes it
	v118                // rights are checked; workflow tasks and pull requests exist
	v23                 // a license, projectName by id, X-Total
	v34                 // brief releases have no environment
	v40                 // flat releases, labels, no paging defaults
	v50                 // lists leave services out
)

var versions = []string{"v1.7.1", "v1.11.0", "v1.18.0", "v2.3.1", "v3.4.1", "v4.0.0", "v5.0.0"}

// Versions returns the versions of Zadig that a server can behave as, oldest
// first. Range over them to run a test on each.
func Versions() []string { return slices.Clone(versions) }

func (v version) String() string { return versions[v] }

const newest = v50

// first is the first version that looks like each of versions.
var first = []string{"v0.0.0", "v1.8.0", "v1.18.0", "v2.3.0", "v3.0.0", "v4.0.0", "v4.2.0"}

// nearest returns the version that looks like the one with this name.
func nearest(name string) (version, error) {
	want, err := numbersOf(name)
	return until(first, want), err
}

// until returns the last of the names up to the version with these numbers, -1 if
// it is older than all.
func until(names []string, numbers []int) version {
	v := version(-1)
	for i, s := range names {
		if have, _ := numbersOf(s); slices.Compare(have, numbers) <= 0 {
			v = version(i)
		}
	}
	return v
}

// numbersOf returns the three numbers of a version such as "v1.11.0".
func numbersOf(name string) ([]int, error) {
	parts := strings.Split(strings.TrimPrefix(name, "v"), ".")
	numbers := make([]int, 3)
	for i, part := range parts {
		n, err := strconv.ParseUint(part, 10, 16)
		if err != nil || i >= len(numbers) {
			return nil, fmt.Errorf("version %q, want one such as %q", name, newest)
		}
		numbers[i] = int(n)
	}
	return numbers, nil
}
