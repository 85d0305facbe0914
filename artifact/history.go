package artifact

import "slices"

// Builds are the activities that built the artifact, newest first: usually
// one, more when a tag was built and pushed again. Nil if there are none, and of
// a nil artifact.
func (a *Artifact) Builds() []*Activity {
	if a == nil {
		return nil
	}
	var builds []*Activity
	for _, activity := range a.Activities {
		if activity != nil && activity.Type == ActivityBuild {
			builds = append(builds, activity)
		}
	}
	return builds
}

// Commits are the commits of all builds, each once, those of the newest build
// first. Nil if there are none.
func (a *Artifact) Commits() []*Commit {
	var commits []*Commit
	for _, build := range a.Builds() {
		for _, commit := range build.Commits {
			if commit == nil {
				continue
			}
			same := func(c *Commit) bool { return c.key() == commit.key() }
			if !slices.ContainsFunc(commits, same) {
				commits = append(commits, commit)
			}
		}
	}
	return commits
}

// key is what makes two commits of builds the same.
func (c *Commit) key() [6]string {
	return [6]string{c.Address, c.RepoOwner, c.RepoName, c.CommitID, c.Branch, c.Tag}
}

// PullRequests are those of all builds, each once, those of the newest build
// first. Nil if there are none.
func (a *Artifact) PullRequests() []PullRequest {
	var all []PullRequest
	for _, build := range a.Builds() {
		for _, commit := range build.Commits {
			if commit != nil {
				all = appendNew(all, commit.PullRequests()...)
			}
		}
	}
	return all
}

// Authors are the authors of the commits of all builds, each once, those of
// the newest build first. Nil if none is known.
func (a *Artifact) Authors() []string {
	var all []string
	for _, build := range a.Builds() {
		for _, commit := range build.Commits {
			if commit != nil && commit.AuthorName != "" {
				all = appendNew(all, commit.AuthorName)
			}
		}
	}
	return all
}

// Issues are the Jira issues of all builds, each once, those of the newest
// build first: as the server has them, which is by its source the URL of the
// issue's page. Nil if there are none.
func (a *Artifact) Issues() []string {
	var all []string
	for _, build := range a.Builds() {
		for _, issue := range build.Issues {
			if issue != "" {
				all = appendNew(all, issue)
			}
		}
	}
	return all
}

// appendNew appends what is not there yet.
func appendNew[E comparable](all []E, more ...E) []E {
	for _, e := range more {
		if !slices.Contains(all, e) {
			all = append(all, e)
		}
	}
	return all
}
