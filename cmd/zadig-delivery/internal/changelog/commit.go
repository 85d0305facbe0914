package changelog

import (
	"regexp"
	"strings"

	"github.com/zadig-go/zadig/cmd/zadig-delivery/internal/cli"
	"github.com/zadig-go/zadig/cmd/zadig-delivery/internal/record"
)

// commit is a line of the notes.
type commit struct {
	record.Commit
	Type     string   `json:"type"`    // see kinds
	Subject  string   `json:"subject"` // without its type; for a merge, the title or branch of the merged pull request
	Services []string `json:"services"`
}

// kinds are the types of commits in the order of the notes.
var kinds = []struct{ name, heading string }{
	{"breaking", "Breaking changes"}, {"feature", "Features"}, {"fix", "Fixes"}, {"performance", "Performance"},
	{"dependency", "Dependencies"}, {"other", "Other changes"}, {"rollback", "Rolled back"},
}

var (
	mergedPull   = regexp.MustCompile(`^Merge pull request #\d+ from (\S+)`)
	mergedBranch = regexp.MustCompile(`^Merge (?:remote-tracking )?branch '([^']+)'`)
	seeRequest   = regexp.MustCompile(`^See merge request `)
	squashed     = regexp.MustCompile(`\s*\([#!]\d+\)$`)
	conventional = regexp.MustCompile(`^(\w+)(?:\(([^)]*)\))?(!)?:\s+(.+)`)
)

func newCommit(c record.Commit) *commit {
	line := &commit{Commit: c, Type: "other", Services: []string{}}
	line.Subject = subject(c.Message)
	if len(c.PullRequests) > 0 { // the link has the number
		line.Subject = squashed.ReplaceAllString(line.Subject, "")
	}
	match := conventional.FindStringSubmatch(line.Subject)
	if match == nil {
		return line
	}
	breaking := match[3] != "" || strings.Contains(c.Message, "\nBREAKING CHANGE:") || strings.Contains(c.Message, "\nBREAKING-CHANGE:")
	kind := strings.ToLower(match[1])
	switch {
	case breaking:
		line.Type = "breaking"
	case kind == "deps" || strings.HasPrefix(match[2], "deps"):
		line.Type = "dependency"
	case kind == "feat" || kind == "feature":
		line.Type = "feature"
	case kind == "fix" || kind == "bugfix" || kind == "hotfix":
		line.Type = "fix"
	case kind == "perf":
		line.Type = "performance"
	default:
		return line // its type says more than "other"
	}
	line.Subject = match[4]
	return line
}

// subject returns the first line of a message or, for a merge, the title of the
// pull request or else the name of the branch.
func subject(message string) string {
	first := cli.FirstLine(message)
	branch := mergedPull.FindStringSubmatch(first)
	if branch == nil {
		branch = mergedBranch.FindStringSubmatch(first)
	}
	if branch == nil {
		return first
	}
	_, rest, _ := strings.Cut(strings.TrimSpace(message), "\n")
	if title := cli.FirstLine(rest); title != "" && !seeRequest.MatchString(title) {
		return title
	}
	return "merge of " + branch[1]
}
