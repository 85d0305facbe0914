package artifact

import (
	"github.com/zadig-go/zadig/core"
	"github.com/zadig-go/zadig/internal/nilsafe"
)

// Builds returns the activities that built the artifact, newest first, usually one. It
// returns nil if there are none. If a tag is built again, a custom workflow adds another
// artifact, whereas a product workflow adds nothing (from Zadig's source).
func (a *Artifact) Builds() []*Activity {
	return nilsafe.Select(nilsafe.OrZero(a).Activities, func(a *Activity) bool { return a.Type == ActivityBuild })
}

// Commits returns the commits of all builds, each once, beginning with the newest build.
// It returns nil if there are none.
func (a *Artifact) Commits() []*Commit {
	return distinctBy(a.builtCommits(), func(c *Commit) [6]string {
		return [6]string{c.Address, c.RepoOwner, c.RepoName, c.CommitID, c.Branch, c.Tag}
	})
}

// PullRequests returns the pull requests of all builds, each once, beginning with the
// newest build. It returns nil if none are known. A partial artifact may lack some (see
// [Artifact.IsPartial]).
func (a *Artifact) PullRequests() []core.PullRequest {
	var all []core.PullRequest
	for _, c := range a.builtCommits() {
		all = append(all, c.PullRequests()...)
	}
	return distinct(all)
}

// Authors returns the authors of the commits of all builds, each once, beginning with the
// newest build. It returns nil if none are known.
func (a *Artifact) Authors() []string {
	var all []string
	for _, c := range a.builtCommits() {
		if c.AuthorName != "" {
			all = append(all, c.AuthorName)
		}
	}
	return distinct(all)
}

// Issues returns the Jira issues of all builds, each once, beginning with the newest
// build. It returns nil if there are none.
//
// An issue is the text that the server stored. According to Zadig's source, workflows
// store the URL of the issue's page from v1.11.0 to v3.2.0, and nothing since v3.4.1.
// Expect keys such as "SHOP-17" as well: the recorded responses have them, although no
// workflow wrote those records.
func (a *Artifact) Issues() []string {
	var all []string
	for _, build := range a.Builds() {
		for _, issue := range build.Issues {
			if issue != "" {
				all = append(all, issue)
			}
		}
	}
	return distinct(all)
}

// builtCommits returns the commits of all builds, with repetitions.
func (a *Artifact) builtCommits() []*Commit {
	var commits []*Commit
	for _, build := range a.Builds() {
		for c := range nilsafe.Values(build.Commits) {
			commits = append(commits, c)
		}
	}
	return commits
}

// distinct returns each element once, in order, or nil if there are none.
func distinct[E comparable](all []E) []E {
	return distinctBy(all, func(e E) E { return e })
}

func distinctBy[E any, K comparable](all []E, key func(E) K) []E {
	known := make(map[K]struct{}, len(all))
	var kept []E
	for _, e := range all {
		k := key(e)
		if _, again := known[k]; !again {
			known[k] = struct{}{}
			kept = append(kept, e)
		}
	}
	return kept
}
