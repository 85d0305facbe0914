package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/zadig-go/zadig/delivery"
)

// notThere is an error that names the version and those that are like it.
func notThere(ctx context.Context, releases *delivery.Service, o delivery.ListOptions, version string) error {
	o.Verbosity = delivery.VerbosityBrief
	var versions []string // newest first
	var failed error
	for r, err := range releases.All(ctx, o) {
		if failed = err; err == nil && !slices.Contains(versions, r.VersionInfo.Version) {
			versions = append(versions, r.VersionInfo.Version)
		}
	}
	where := fmt.Sprintf("project %q", o.ProjectName)
	if o.WorkflowName != "" {
		where += fmt.Sprintf(", workflow %q,", o.WorkflowName)
	}
	switch {
	case failed != nil && ctx.Err() != nil:
		return failed
	case len(versions) == 0:
		return fmt.Errorf("%s has no releases, so no version %q (names are case-sensitive)", where, version)
	}
	return fmt.Errorf("%s has no version %q; the nearest: %s", where, version, strings.Join(nearest(version, versions), ", "))
}

const mostNearest = 3

// nearest are the versions that are most like one, in the given order where
// they are equally so.
func nearest(version string, versions []string) []string {
	sorted := slices.Clone(versions)
	slices.SortStableFunc(sorted, func(a, b string) int { return cmp.Compare(distance(version, a), distance(version, b)) })
	return sorted[:min(mostNearest, len(sorted))]
}

// distance is how many characters must be added, removed or replaced to make
// one text the other (Levenshtein), whatever their case.
func distance(a, b string) int {
	from, to := []rune(strings.ToLower(a)), []rune(strings.ToLower(b))
	row := make([]int, len(to)+1)
	for j := range row {
		row[j] = j
	}
	for i, r := range from {
		diagonal := row[0]
		row[0] = i + 1
		for j, s := range to {
			replaced := diagonal
			if r != s {
				replaced++
			}
			diagonal = row[j+1]
			row[j+1] = min(replaced, row[j]+1, diagonal+1)
		}
	}
	return row[len(to)]
}
