package artifact_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/zadig-go/zadig/artifact"
)

func TestStrings(t *testing.T) {
	t.Parallel()
	build := func(ids ...string) []*artifact.Activity {
		a := &artifact.Activity{Type: artifact.ActivityBuild}
		for _, id := range ids {
			a.Commits = append(a.Commits, &artifact.Commit{RepoOwner: "o", RepoName: "r", CommitID: id, CommitMessage: "m"})
		}
		return []*artifact.Activity{a}
	}
	for name, test := range map[string]struct {
		value fmt.Stringer
		want  string
	}{
		"image": {&artifact.Artifact{Image: "h/a:1", CreatedBy: "lin", CreatedTime: 1637726889, Activities: build("4b15c43")},
			"h/a:1 (from o/r@4b15c43, by lin, 2021-11-24T04:08:09Z)"},
		"several": {&artifact.Artifact{Image: "h/a:1", Activities: build("4b15c43", "5c26d54", "6d37e65")},
			"h/a:1 (from o/r@4b15c43 and 2 more)"},
		"file":          {&artifact.Artifact{Name: "app.tar.gz"}, "app.tar.gz"},
		"zero artifact": {&artifact.Artifact{}, "artifact"},
		"no artifact":   {(*artifact.Artifact)(nil), "<nil>"},
		"commit": {&artifact.Commit{RepoOwner: "o", RepoName: "r", CommitID: "4b15c43", Branch: "main", CommitMessage: "Add it\n\nBecause."},
			"o/r@4b15c43 main: Add it"},
		"zero commit": {&artifact.Commit{}, "commit"},
		"forged": {&artifact.Commit{RepoName: "r", CommitMessage: "x\x1b[2J\rtime=now https://me:secret@h"},
			"r: x [2J time=now https://***@h"},
	} {
		assert.Equal(t, test.want, test.value.String(), name)
		assert.Equal(t, "["+test.want+"]", fmt.Sprint([]fmt.Stringer{test.value}), name)
	}
}
