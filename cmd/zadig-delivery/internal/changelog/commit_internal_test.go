package changelog

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/zadig-go/zadig/cmd/zadig-delivery/internal/record"
)

func TestTypesAndSubjects(t *testing.T) {
	t.Parallel()
	for message, want := range map[string][2]string{
		"feat: add retry":              {"feature", "add retry"},
		"Fix(cart): 修复":                {"fix", "修复"},
		"feat(api)!: drop v1":          {"breaking", "drop v1"},
		"fix: x\n\nBREAKING CHANGE: y": {"breaking", "x"},
		"chore(deps): bump go to 1.26": {"dependency", "bump go to 1.26"},
		"build(deps-dev): bump x":      {"dependency", "bump x"},
		"perf: faster":                 {"performance", "faster"},
		"docs: better":                 {"other", "docs: better"},
		"note: this":                   {"other", "note: this"},
		"plain words":                  {"other", "plain words"},
		"Merge pull request #512 from dev/x\n\nfix: it":                       {"fix", "it"},
		"Merge pull request #512 from dev/hotfix":                             {"other", "merge of dev/hotfix"},
		"Merge branch 'a' into 'b'\n\nfeat: title\n\nSee merge request g/p!7": {"feature", "title"},
		"Merge branch 'a' into 'b'\n\nSee merge request g/p!7":                {"other", "merge of a"},
		"": {"other", ""},
	} {
		c := newCommit(record.Commit{Message: message})
		assert.Equal(t, want, [2]string{c.Type, c.Subject}, message)
	}
	pulls := []record.PullRequest{{Number: 7}}
	assert.Equal(t, "add retry", newCommit(record.Commit{Message: "add retry (#7)", PullRequests: pulls}).Subject, "the link says it")
	assert.Equal(t, "add retry (#7)", newCommit(record.Commit{Message: "add retry (#7)"}).Subject)
}
